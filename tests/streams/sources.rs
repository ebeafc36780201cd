//! Several sources without an end.

use crate::support::run;
use beamline::testing::{TestPipeline, TestStream, assert_that, for_each_seed};
use beamline::window::Windowing;
use beamline::{BoxError, LocalRunner, Next, Pipeline, Reader, Source, SourceBatch, SplitTarget, Timestamp};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Goes on until another one has been read.
#[derive(Clone)]
struct UntilRead {
    me: Arc<AtomicBool>,
    other: Arc<AtomicBool>,
}

impl Source for UntilRead {
    type Out = u64;
    type Split = ();
    type Reader = Self;

    fn label(&self) -> String {
        "UntilRead".to_owned()
    }
    fn is_bounded(&self) -> bool {
        false
    }
    fn splits(&self, _: &SplitTarget) -> Result<Vec<()>, BoxError> {
        Ok(vec![()])
    }
    fn describe(&self, (): &()) -> String {
        "the only one".to_owned()
    }
    fn open(&self, (): ()) -> Result<Self, BoxError> {
        Ok(self.clone())
    }
}

impl Reader for UntilRead {
    type Out = u64;
    type Split = ();

    fn poll(&mut self, out: &mut SourceBatch<'_, u64>) -> Result<Next, BoxError> {
        self.me.store(true, Ordering::SeqCst);
        out.push_at(1, Timestamp::from_millis(0));
        Ok(if self.other.load(Ordering::SeqCst) { Next::Done } else { Next::More })
    }
}

#[test]
fn sources_without_an_end_take_turns() {
    for workers in [1, 2] {
        let p = Pipeline::new();
        let (a, b): (Arc<AtomicBool>, Arc<AtomicBool>) = Default::default();
        p.read(UntilRead { me: a.clone(), other: b.clone() }).named("A").map(|n| n).named("A again");
        p.read(UntilRead { me: b, other: a }).named("B").map(|n| n).named("B again");
        let result = run(&LocalRunner::new().parallelism(workers), p.graph().unwrap(), "each waits for the other");
        assert!(result.unwrap().metrics.emitted("A again") >= Some(1));
    }
}

/// A worker that is not concerned ends at once, and the others must not wait for it to rest.
#[test]
fn a_stream_goes_on_when_other_workers_have_ended() {
    let stream = |n| TestStream::new().element(Timestamp::from_millis(1), n).element(Timestamp::from_millis(2), n);
    for workers in [1, 2, 4] {
        let p = Pipeline::new();
        p.apply(stream(1)).map(|n| n).named("A");
        p.apply(stream(2).element(Timestamp::from_millis(3), 2)).map(|n| n).named("B");
        let runner = LocalRunner::new().parallelism(workers);
        let metrics = run(&runner, p.graph().unwrap(), "streams without a shuffle").unwrap().metrics;
        assert_eq!((metrics.emitted("A"), metrics.emitted("B")), (Some(2), Some(3)));
    }
}

/// Numbers at their times in milliseconds, in two splits, one of which ends much sooner.
#[derive(Clone)]
struct Unequal;

/// What is left of a split.
struct Numbers(Range<i64>);

impl Source for Unequal {
    type Out = i64;
    type Split = i64;
    type Reader = Numbers;

    fn label(&self) -> String {
        "Unequal".to_owned()
    }
    fn is_bounded(&self) -> bool {
        false
    }
    fn splits(&self, _: &SplitTarget) -> Result<Vec<i64>, BoxError> {
        Ok(vec![15, 95])
    }
    fn describe(&self, count: &i64) -> String {
        format!("the first {count} numbers")
    }
    fn open(&self, count: i64) -> Result<Numbers, BoxError> {
        Ok(Numbers(0..count))
    }
}

impl Reader for Numbers {
    type Out = i64;
    type Split = i64;

    fn poll(&mut self, out: &mut SourceBatch<'_, i64>) -> Result<Next, BoxError> {
        self.0.by_ref().take(3).for_each(|n| out.push_at(n, Timestamp::from_millis(n)));
        Ok(if self.0.is_empty() { Next::Done } else { Next::More })
    }

    fn watermark(&self) -> Timestamp {
        Timestamp::from_millis(self.0.start)
    }
}

/// What a worker has combined when it runs out of work is waited for.
#[test]
fn a_split_that_ends_before_others_is_not_late() {
    for_each_seed(50, |seed| {
        let p = TestPipeline::new().with_seed(seed);
        let counts = p.read(Unequal).window(Windowing::fixed(Duration::from_millis(10))).count();
        assert_that(&counts).contains_in_any_order([20, 15, 10, 10, 10, 10, 10, 10, 10, 5]);
        let late = p.run().metrics.counter("dropped_late");
        assert_eq!(late, 0);
    });
}
