//! Sources of streams in pipelines, by a clock that jumps: no test waits.

mod ends;
mod files;
mod rates;
mod splits;

use beamline::testing::ManualClock;
use beamline::{JobControl, JobResult, LocalRunner, Pipeline};
use std::sync::{Arc, Mutex};

/// Ends a run from inside.
#[derive(Clone, Default)]
pub(crate) struct Control(Arc<Mutex<(bool, Option<JobControl>)>>);

impl Control {
    pub(crate) fn drain(&self) {
        let mut state = self.0.lock().unwrap();
        state.0 = true;
        state.1.iter().for_each(JobControl::drain);
    }

    fn watch(&self, control: JobControl) {
        let mut state = self.0.lock().unwrap();
        if state.0 {
            control.drain();
        }
        state.1 = Some(control);
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

    pub(crate) fn len(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    pub(crate) fn take(&self) -> Vec<T> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}
