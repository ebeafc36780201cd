//! Drives the whole engine: a pipeline that groups what a `TestStream` tells, once or twice.

use super::support::run;
use super::{Driver, Event, Outcome, Produced, Script, condensed};
use beamline::combine::ToList;
use beamline::testing::TestStream;
use beamline::window::Mark;
use beamline::{BoxError, Change, LocalRunner, PCollection, Pipeline, Shard, Sink, ValueInWindow, Writer};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// A runner, and what the windows of its pipeline contain.
pub(crate) struct Engine {
    runner: LocalRunner,
    combines: bool,
    what: String,
}

impl Engine {
    /// Windows contain lists.
    pub(crate) fn new(parallelism: usize, batch_size: usize) -> Self {
        let runner = LocalRunner::new().parallelism(parallelism).batch_size(batch_size);
        let what = format!("engine with {parallelism} workers and batches of {batch_size}");
        Self { runner, combines: false, what }
    }

    /// Several workers on one thread, in an order that follows from a seed.
    pub(crate) fn replay(seed: u64) -> Self {
        let runner = LocalRunner::new().parallelism(3).replay(seed);
        Self { runner, combines: false, what: format!("engine with seed {seed}") }
    }

    /// Windows contain accumulators of a combiner.
    pub(crate) fn combining(self) -> Self {
        Self { combines: true, what: format!("{}, combining", self.what), ..self }
    }

    /// Groups with sorted values.
    fn group(&self, pairs: &PCollection<(String, i64)>) -> PCollection<(String, Vec<i64>)> {
        let groups = if self.combines {
            pairs.combine_per_key(ToList)
        } else {
            pairs.group_by_key().map(|(key, values)| (key, values.into_iter().collect()))
        };
        groups.map_values(|mut values| {
            values.sort_unstable();
            values
        })
    }
}

impl Driver for Engine {
    fn name(&self) -> String {
        self.what.clone()
    }

    fn run(&self, script: &Script) -> Result<Outcome, String> {
        let begun = Arc::new(AtomicUsize::new(0));
        let seen = Seen { begun: begun.clone(), panes: Arc::default() };
        let pipeline = Pipeline::new();
        let elements =
            pipeline.apply(stream(script).counting_steps(begun)).punctuated_by(|(_, _, punctuates)| *punctuates);
        let pairs = elements.map(|(key, value, _)| (key, value)).window(script.windowing.clone());
        let mut groups = self.group(&pairs);
        for _ in 1..script.groupings {
            groups = self.group(&groups.map(|(key, values)| (key, condensed(&values))));
        }
        groups.to_changelog().reify_windows().write(seen.clone());
        let graph = pipeline.graph().map_err(|error| error.to_string())?;
        let what = format!("{}: {script:?}", self.what);
        let result = run(&self.runner, graph, &what).map_err(|error| error.to_string())?;
        let count = |name| result.metrics.counter(name) as usize;
        Ok(Outcome {
            panes: seen.before(script.events.len()),
            dropped_late: count("dropped_late"),
            dropped_closed: count("dropped_closed"),
            dropped_unmatched: count("dropped_unmatched"),
        })
    }
}

fn stream(script: &Script) -> TestStream<(String, i64, bool)> {
    script.events.iter().fold(TestStream::new(), |stream, event| match event {
        Event::Elements(elements) => {
            stream.elements(elements.iter().map(|e| (e.time, (e.key.clone(), e.value, e.punctuates))))
        }
        Event::Watermark(to) => stream.advance_watermark_to(*to),
        Event::Clock(by) => stream.advance_processing_time(*by),
    })
}

type Group = ValueInWindow<Change<(String, Vec<i64>)>>;

/// Takes down what comes, and at which step of the stream.
#[derive(Clone)]
struct Seen {
    begun: Arc<AtomicUsize>,
    panes: Arc<Mutex<Vec<Produced>>>,
}

impl Seen {
    /// What has come before a step: of a script that stops, the end of the stream is not part.
    fn before(&self, step: usize) -> Vec<Produced> {
        let mut panes = std::mem::take(&mut *self.panes.lock().expect("no writer panics"));
        panes.retain(|pane| pane.step < step);
        panes
    }
}

impl Sink<Group> for Seen {
    type Writer = Self;
    type Commit = ();

    fn label(&self) -> String {
        "Seen".to_owned()
    }

    fn open(&self, _shard: Shard) -> Result<Self, BoxError> {
        Ok(self.clone())
    }

    fn commit(&self, _prepared: Vec<()>) -> Result<(), BoxError> {
        Ok(())
    }

    fn abort(&self, _prepared: Vec<()>) {}
}

impl Writer<Group> for Seen {
    type Commit = ();

    fn write(&mut self, group: Group) -> Result<(), BoxError> {
        let ValueInWindow { value: change, timestamp, window, pane } = group;
        let mark = if change.is_retraction() { Mark::Retracts } else { Mark::None };
        let (key, values) = change.element().clone();
        let step = self.begun.load(Ordering::SeqCst) - 1;
        let pane = Produced { step, key, window, values, timestamp, pane: pane.marked(mark) };
        self.panes.lock().expect("no writer panics").push(pane);
        Ok(())
    }

    fn prepare(self) -> Result<(), BoxError> {
        Ok(())
    }
}
