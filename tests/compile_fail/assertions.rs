//! What assertions demand.

use beamline::testing::{TestPipeline, assert_that};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize)]
struct Click(u64);

fn main() {
    let p = TestPipeline::new();
    let clicks = p.create([Click(1)]);
    assert_that(&clicks).contains_in_any_order([Click(1)]);
    assert_that(&p.create([1])).satisfies(|numbers| numbers.len() == 1);
}
