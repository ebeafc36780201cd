//! Runs that must end: a deadlock is a failure of the test, not a hang.

use beamline::graph::Graph;
use beamline::{JobResult, LocalRunner, Result, Runner};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// Longer than any test takes, on any machine.
const PATIENCE: Duration = Duration::from_secs(100);

/// Runs a pipeline; `what` says which one it was when it does not end.
pub(crate) fn run(runner: &LocalRunner, graph: Graph, what: &str) -> Result<JobResult> {
    let runner = runner.clone();
    finish(move || runner.run(&graph), what)
}

/// Calls a function that must come back.
pub(crate) fn finish<R: Send + 'static>(f: impl FnOnce() -> R + Send + 'static, what: &str) -> R {
    let (done, result) = mpsc::channel();
    let worker = thread::spawn(move || drop(done.send(f())));
    match result.recv_timeout(PATIENCE) {
        Ok(result) => {
            let _ = worker.join();
            result
        }
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("does not end: {what}"),
        Err(mpsc::RecvTimeoutError::Disconnected) => match worker.join() {
            Err(panic) => std::panic::resume_unwind(panic),
            Ok(()) => unreachable!("the result is sent before the end"),
        },
    }
}
