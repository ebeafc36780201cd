//! A function that fails for some elements: tried again, then given up.

use beamline::prelude::*;
use beamline::testing::{TestPipeline, assert_that, for_each_seed};
use std::collections::HashMap;

/// Emits each number twice, at its own time. Fails for odd ones: for multiples of 3 always, otherwise in the first two
/// attempts, and always between the two emissions.
#[derive(Clone, Default)]
struct Shaky {
    attempts: HashMap<u64, u32>,
}

impl DoFn<u64> for Shaky {
    type Out = u64;

    fn process(&mut self, n: u64, cx: &mut Cx<'_, u64>) -> Result<(), BoxError> {
        let attempt = self.attempts.entry(n).or_default();
        *attempt += 1;
        cx.emit_at(Timestamp::from_millis(n as i64), n);
        if n % 2 == 1 && (n.is_multiple_of(3) || *attempt < 3) {
            return Err(format!("{n} is shaky").into());
        }
        cx.emit_at(Timestamp::from_millis(n as i64), n);
        Ok(())
    }
}

#[test]
fn what_was_emitted_before_a_failure_is_forgotten() {
    for_each_seed(20, |seed| {
        let p = TestPipeline::new().with_parallelism(2).with_seed(seed);
        let tried = p.create(0..100u64).try_par_do(Shaky::default(), 3);
        let good = (0..100).filter(|n| n % 2 == 0 || n % 3 > 0);
        assert_that(&tried.ok).contains_in_any_order(good.flat_map(|n| [n, n]));
        let failed = tried.failed.map(|letter| (letter.element, letter.attempts, letter.error));
        let bad = (0..100).filter(|n| n % 2 == 1 && n % 3 == 0);
        assert_that(&failed).contains_in_any_order(bad.map(|n| (n, 3, format!("{n} is shaky"))));
        p.run();
    });
}

#[test]
fn fewer_attempts_give_up_sooner() {
    let p = TestPipeline::new();
    let tried = p.create([1u64, 2, 3]).try_par_do(Shaky::default(), 2);
    assert_that(&tried.ok).contains_in_any_order([2, 2]);
    assert_that(&tried.failed.map(|letter| letter.element)).contains_in_any_order([1, 3]);
    p.run();
}

#[test]
fn without_a_reader_of_failures_the_first_one_fails_the_pipeline() {
    let p = TestPipeline::new();
    p.create([2u64, 3]).try_par_do(Shaky::default(), 4).ok.inspect(|_| ());
    let error = p.try_run().unwrap_err().to_string();
    assert!(error.contains("3 is shaky") && error.contains("element 3"), "{error}");
}

#[test]
fn times_are_kept() {
    let p = TestPipeline::new();
    let tried = p.create(0..4u64).try_par_do(Shaky::default(), 3);
    let times = tried.ok.reify_timestamps().map(|(n, time)| time.millis() - n as i64);
    assert_that(&times).contains_in_any_order([0; 6]);
    assert_that(&tried.failed).has_count(1);
    p.run();
}
