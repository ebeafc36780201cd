//! Sources and sinks that refuse to begin: the sinks that have begun hear of the end.

use crate::support::{Collect, run};
use beamline::{BoxError, Error, LocalRunner, Next, Pipeline, Reader, Shard, Sink, Source, SourceBatch, SplitTarget};

/// Where a connector refuses.
#[derive(Clone, Copy, PartialEq)]
enum At {
    Splits,
    Open,
    Poll,
    Begin,
    OpenShard,
    Write,
    Prepare,
    Commit,
}

const ALL: [At; 8] = [At::Splits, At::Open, At::Poll, At::Begin, At::OpenShard, At::Write, At::Prepare, At::Commit];

/// A source and a sink that refuse at one place, with an error or a panic.
#[derive(Clone, Copy)]
struct Refusing {
    at: At,
    panics: bool,
}

impl Refusing {
    fn here(self, at: At) -> Result<(), BoxError> {
        match self {
            Self { at: mine, .. } if mine != at => Ok(()),
            Self { panics: true, .. } => panic!("on purpose"),
            Self { panics: false, .. } => Err("on purpose".into()),
        }
    }
}

impl Source for Refusing {
    type Out = u64;
    type Split = u64;
    type Reader = Self;

    fn label(&self) -> String {
        "Refusing".into()
    }
    fn splits(&self, _target: &SplitTarget) -> Result<Vec<u64>, BoxError> {
        self.here(At::Splits).map(|()| vec![1, 2, 3])
    }
    fn describe(&self, split: &u64) -> String {
        format!("split {split}")
    }
    fn open(&self, _split: u64) -> Result<Self, BoxError> {
        self.here(At::Open).map(|()| *self)
    }
}

impl Reader for Refusing {
    type Out = u64;
    type Split = u64;

    fn poll(&mut self, out: &mut SourceBatch<'_, u64>) -> Result<Next, BoxError> {
        out.push(1);
        self.here(At::Poll).map(|()| Next::Done)
    }
}

impl Sink<u64> for Refusing {
    type Writer = Self;
    type Commit = ();

    fn label(&self) -> String {
        "Refusing".into()
    }
    fn begin(&self) -> Result<(), BoxError> {
        self.here(At::Begin)
    }
    fn open(&self, _shard: Shard) -> Result<Self, BoxError> {
        self.here(At::OpenShard).map(|()| *self)
    }
    fn commit(&self, _prepared: Vec<()>) -> Result<(), BoxError> {
        self.here(At::Commit)
    }
    fn abort(&self, _prepared: Vec<()>) {
        assert!(self.at != At::Begin && self.at != At::Commit, "not to be called after a refusal");
    }
}

impl beamline::Writer<u64> for Refusing {
    type Commit = ();

    fn write(&mut self, _element: u64) -> Result<(), BoxError> {
        self.here(At::Write)
    }
    fn prepare(self) -> Result<(), BoxError> {
        self.here(At::Prepare)
    }
}

/// Runs a pipeline with a sink before and one behind those that refuse.
fn refused(refusing: Refusing, workers: usize) -> (Error, [Collect<u64>; 2]) {
    let p = Pipeline::new();
    let sinks = [Collect::new(), Collect::with_shards(Some(3))];
    let numbers = p.read(refusing).flatten_with(&p.sequence(0..10));
    numbers.write(sinks[0].clone());
    numbers.reshuffle().write(refusing).named("Refusing sink");
    numbers.write(sinks[1].clone());
    let runner = LocalRunner::new().parallelism(workers);
    (run(&runner, p.graph().unwrap(), "refusing").unwrap_err(), sinks)
}

#[test]
fn whoever_refuses_is_named_and_nothing_is_left() {
    for at in ALL {
        for (panics, workers) in [(false, 1), (false, 3), (true, 1), (true, 3)] {
            let (error, [before, behind]) = refused(Refusing { at, panics }, workers);
            assert!(error.to_string().contains("on purpose"), "{error}");
            assert!(error.step().is_some_and(|step| step.name.starts_with("Refusing")), "{error}");
            behind.assert_nothing_is_left();
            // Sinks are committed one after the other: the first one is visible when the second one refuses.
            if at == At::Commit {
                assert_eq!(before.take().len(), 13);
            } else {
                before.assert_nothing_is_left();
            }
        }
    }
}
