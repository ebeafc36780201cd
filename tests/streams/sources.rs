//! Several sources without an end.

use crate::support::run;
use beamline::testing::TestStream;
use beamline::{BoxError, LocalRunner, Next, Pipeline, Reader, Source, SourceBatch, SplitTarget, Timestamp};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

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
