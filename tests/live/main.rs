//! Sources of streams in pipelines, by a clock that jumps: no test waits.

#[cfg(unix)]
#[path = "../common/mod.rs"]
mod common;
mod control;
mod ends;
mod estimators;
mod files;
mod incoming;
mod naps;
mod rates;
mod slow;
mod splits;
#[cfg(unix)]
mod stdin;
mod stop;
mod verb;
mod verbs;

use beamline::testing::ManualClock;
use beamline::{Ending, JobResult, LeftBehind, LocalRunner, Pipeline};
pub(crate) use control::{Control, Seen};
use std::sync::Arc;

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
