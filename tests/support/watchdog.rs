//! Runs that must end: a deadlock is a failure of the test, not a hang.

use beamline::graph::Graph;
use beamline::{JobResult, LocalRunner, Result, Runner};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Longer than any test takes, on any machine: in seconds, each of them counted, so that a process that was suspended
/// has as many left as before.
const PATIENCE: u32 = 100;

/// Runs a pipeline; `what` says which one it was when it does not end.
pub(crate) fn run(runner: &LocalRunner, graph: Graph, what: &str) -> Result<JobResult> {
    let runner = runner.clone();
    finish(move || runner.run(&graph), what)
}

/// Calls a function that must come back.
pub(crate) fn finish<R: Send + 'static>(f: impl FnOnce() -> R + Send + 'static, what: &str) -> R {
    let (done, result) = mpsc::channel();
    let worker = thread::spawn(move || drop(done.send(f())));
    for _ in 0..PATIENCE {
        match result.recv_timeout(Duration::from_secs(1)) {
            Ok(result) => {
                let _ = worker.join();
                return result;
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => raise(worker),
        }
    }
    panic!("does not end: {what}")
}

/// Goes on with the panic of a thread.
fn raise(worker: JoinHandle<()>) -> ! {
    match worker.join() {
        Err(panic) => std::panic::resume_unwind(panic),
        Ok(()) => unreachable!("the result is sent before the end"),
    }
}
