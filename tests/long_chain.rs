//! A pipeline of thousands of steps is built, planned and run.

use beamline::prelude::*;
use beamline::testing::{TestPipeline, assert_that};

#[test]
fn thousands_of_fused_steps_fit_a_stack() {
    let p = TestPipeline::new();
    let mut numbers = p.create([0u64, 1]);
    for _ in 0..3_000 {
        numbers = numbers.map(|n| n + 1);
    }
    assert_that(&numbers).contains_in_any_order([3_000, 3_001]);
    p.run();
}

#[test]
fn hundreds_of_stages_follow_each_other() {
    let p = TestPipeline::new();
    let mut pairs = p.create([(1u64, 1u64), (2, 1), (1, 1)]);
    for _ in 0..200 {
        pairs = pairs.combine_per_key(Sum);
    }
    assert_that(&pairs).contains_in_any_order([(1, 2), (2, 1)]);
    p.run();
}
