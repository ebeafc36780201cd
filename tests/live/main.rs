//! Sources of streams in pipelines, by a clock that jumps: no test waits.

mod ends;
mod files;
mod naps;
mod rates;
mod slow;
mod splits;
mod stop;
mod verbs;

use beamline::testing::ManualClock;
use beamline::{Ending, JobControl, JobResult, LeftBehind, LocalRunner, Pipeline};
use std::sync::{Arc, Mutex};

type End = fn(&JobControl);

/// Ends a run from inside.
#[derive(Clone, Default)]
pub(crate) struct Control(Arc<Mutex<(Option<End>, Option<JobControl>)>>);

impl Control {
    pub(crate) fn drain(&self) {
        self.end_by(JobControl::drain);
    }

    pub(crate) fn stop(&self) {
        self.end_by(JobControl::stop);
    }

    pub(crate) fn cancel(&self) {
        self.end_by(JobControl::cancel);
    }

    fn end_by(&self, end: End) {
        let mut state = self.0.lock().unwrap();
        state.0.get_or_insert(end);
        state.1.iter().for_each(end);
    }

    pub(crate) fn watch(&self, control: JobControl) {
        let mut state = self.0.lock().unwrap();
        state.0.iter().for_each(|end| end(&control));
        state.1 = Some(control);
    }
}

/// What a run that was stopped has left behind.
#[track_caller]
pub(crate) fn left_behind(result: &JobResult) -> Vec<LeftBehind> {
    match &result.ending {
        Ending::Stopped(left) => left.clone(),
        Ending::Complete => panic!("it came to its end"),
    }
}

/// A runner whose clock jumps: on threads at first, then in an order that follows from the seed.
pub(crate) fn runner(seed: u64) -> (LocalRunner, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::jumping());
    let runner = LocalRunner::new().parallelism(1 + seed as usize % 3).manual_clock(clock.clone());
    (if seed < 3 { runner } else { runner.replay(seed) }, clock)
}

/// Runs a pipeline that is ended from inside.
pub(crate) fn run(p: &Pipeline, runner: &LocalRunner, control: &Control) -> JobResult {
    let handle = runner.start(&p.graph().unwrap()).unwrap();
    control.watch(handle.control());
    handle.wait().unwrap()
}

/// What has been seen, in its order.
#[derive(Clone)]
pub(crate) struct Seen<T>(Arc<Mutex<Vec<T>>>);

impl<T: Clone> Seen<T> {
    pub(crate) fn new() -> Self {
        Self(Arc::default())
    }

    /// Remembers it, and says how many there are.
    pub(crate) fn add(&self, element: &T) -> usize {
        let mut all = self.0.lock().unwrap();
        all.push(element.clone());
        all.len()
    }

    /// Remembers it, and says whether it is new.
    pub(crate) fn add_new(&self, element: &T) -> bool
    where
        T: PartialEq,
    {
        let mut all = self.0.lock().unwrap();
        let is_new = !all.contains(element);
        all.push(element.clone());
        is_new
    }

    pub(crate) fn len(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    pub(crate) fn take(&self) -> Vec<T> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}
