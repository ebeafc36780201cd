//! Metrics: committed values, by step.

use crate::support::{everywhere_with, spread};
use beamline::metrics::{DistributionValue, Value};
use beamline::prelude::*;
use beamline::testing::TestPipeline;

static SEEN: Counter = Counter::new("seen");
static SIZES: Distribution = Distribution::new("sizes");
static LAST: Gauge = Gauge::new("last");

#[test]
fn values_belong_to_their_steps() {
    everywhere_with(
        |p| {
            let numbers = p.sequence(0..3000).named("Numbers");
            let odd = numbers.filter(|n| {
                SEEN.inc(1);
                n % 2 == 1
            });
            let sizes = odd.named("Odd").map(|n| {
                SEEN.inc(2);
                SIZES.update(n as i64);
                n % 10
            });
            let _ = sizes.named("Sizes").distinct().map(|n| LAST.set(n as i64 % 2)).named("Last");
        },
        |result| {
            let metrics = result.metrics;
            assert_eq!(metrics.value("Odd", "seen"), Some(Value::Counter(3000)));
            assert_eq!(metrics.value("Sizes", "seen"), Some(Value::Counter(3000)));
            assert_eq!(metrics.counter("seen"), 6000);
            let sizes = DistributionValue { count: 1500, sum: 2_250_000, min: 1, max: 2999 };
            assert_eq!(metrics.value("Sizes", "sizes"), Some(Value::Distribution(sizes)));
            assert_eq!(metrics.value("Last", "last"), Some(Value::Gauge(1)));
            assert_eq!(metrics.value("Odd", "sizes"), None);
            assert_eq!(metrics.counter("unheard of"), 0);
            let emitted = ["Numbers", "Odd", "Sizes", "Last"].map(|step| metrics.emitted(step));
            assert_eq!(emitted, [Some(3000), Some(1500), Some(1500), Some(5)]);
        },
    );
}

/// Counts in every call of its life.
#[derive(Clone)]
struct Busy;

impl DoFn<u64> for Busy {
    type Out = u64;
    fn start_bundle(&mut self) -> Result<(), BoxError> {
        SIZES.update(0);
        Ok(())
    }
    fn process(&mut self, n: u64, cx: &mut Cx<'_, u64>) -> Result<(), BoxError> {
        SEEN.inc(1);
        cx.emit(n);
        Ok(())
    }
    fn finish_bundle(&mut self, _cx: &mut BundleCx<'_, u64>) -> Result<(), BoxError> {
        SEEN.inc(1_000_000);
        Ok(())
    }
}

#[test]
fn every_call_of_a_dofn_counts() {
    everywhere_with(
        |p| {
            let _ = spread(p, 0..500u64).par_do(Busy);
        },
        |result| {
            let metrics = result.metrics;
            let Some(Value::Distribution(bundles)) = metrics.value("Busy", "sizes") else { panic!("{metrics:?}") };
            assert_eq!(metrics.counter("seen"), 500 + 1_000_000 * bundles.count);
        },
    );
}

#[test]
fn combiners_and_side_inputs_count_too() {
    everywhere_with(
        |p| {
            let total = p.sequence(0..100).combine(Reduce::new(|a: u64, b| {
                SEEN.inc(1);
                a + b
            }));
            let total = total.named("Total").as_singleton();
            let shares = spread(p, [1u64, 2]).with_side(total).map(|n, total| {
                SEEN.inc(1);
                total * n
            });
            let _ = shares.named("Shares");
        },
        |result| {
            assert_eq!(result.metrics.value("Total", "seen"), Some(Value::Counter(99)));
            assert_eq!(result.metrics.value("Shares", "seen"), Some(Value::Counter(2)));
        },
    );
}

#[test]
fn a_bundle_that_fails_leaves_no_trace() {
    let p = TestPipeline::new().with_parallelism(1).with_batch_size(1);
    let _ = p.sequence(0..1000).named("Numbers").map(|n| {
        SEEN.inc(1);
        assert!(n < 500, "too large");
    });
    let error = p.try_run().unwrap_err();
    let seen = error.metrics().expect("a failed run has metrics").counter("seen");
    assert!(seen > 0 && seen < 500, "whole bundles before the one that failed: {seen}");
}

#[test]
fn a_run_begins_with_nothing() {
    let p = TestPipeline::new();
    let _ = p.sequence(0..10).map(|_| SEEN.inc(1));
    assert_eq!(p.run().metrics.counter("seen"), 10);
    assert_eq!(p.run().metrics.counter("seen"), 10);
}
