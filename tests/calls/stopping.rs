//! A run whose calls hang can be stopped.

use crate::support::{Collect, finish};
use beamline::{AsyncOptions, BoxError, ErrorKind, LocalRunner, Pipeline};
use std::future::pending;
use std::sync::Arc;
use std::sync::mpsc;
use tokio::sync::Notify;

type Answered = Result<u64, BoxError>;

/// Cancels a run of so many calls that do not end, when all that may begin have begun.
fn cancel(elements: u64, concurrency: usize, runner: &LocalRunner) -> ErrorKind {
    let (begun, has_begun) = mpsc::channel();
    let (p, sink) = (Pipeline::new(), Collect::new());
    let hanging = p.sequence(0..elements).par_do_async(AsyncOptions::concurrency(concurrency), move |_| {
        begun.send(()).unwrap();
        pending::<Answered>()
    });
    hanging.ok.write(sink.clone());
    let handle = runner.start(&p.graph().unwrap()).unwrap();
    (0..concurrency).for_each(|_| has_begun.recv().unwrap());
    handle.control().cancel();
    let error = finish(move || handle.wait().expect_err("it was cancelled").kind(), "calls that hang");
    sink.assert_nothing_is_left();
    error
}

#[test]
fn calls_that_hang_do_not_keep_a_run_that_is_cancelled() {
    let runner = LocalRunner::new().parallelism(2);
    assert_eq!(cancel(3, 3, &runner), ErrorKind::Cancelled);
}

#[test]
fn nor_do_elements_that_wait_for_their_turn() {
    let runner = LocalRunner::new().parallelism(1);
    assert_eq!(cancel(1000, 3, &runner), ErrorKind::Cancelled);
    assert_eq!(cancel(1000, 3, &runner.replay(7)), ErrorKind::Cancelled);
}

#[test]
fn a_call_that_is_given_up_is_dropped() {
    let ((dropped, was_dropped), begun) = (mpsc::channel(), Arc::new(Notify::new()));
    let (p, has_begun) = (Pipeline::new(), begun.clone());
    let hanging = p.create([1u64]).par_do_async(AsyncOptions::concurrency(1), move |_| {
        let (guard, begun) = (Guard(dropped.clone()), begun.clone());
        async move {
            begun.notify_one();
            let _guard = guard;
            pending::<Answered>().await
        }
    });
    hanging.ok.write(Collect::new());
    p.create([1u64]).par_do_async(AsyncOptions::concurrency(1), move |_| {
        let has_begun = has_begun.clone();
        async move {
            has_begun.notified().await;
            Answered::Err("broken".into())
        }
    });
    let (graph, runner) = (p.graph().unwrap(), LocalRunner::new().parallelism(1));
    let error = finish(move || runner.start(&graph).unwrap().wait().err().unwrap().to_string(), "a call that hangs");
    assert!(error.contains("broken"), "{error}");
    was_dropped.recv().unwrap();
}

/// Says that it is dropped.
struct Guard(mpsc::Sender<()>);

impl Drop for Guard {
    fn drop(&mut self) {
        let _ = self.0.send(());
    }
}

#[test]
fn the_status_of_a_run_tells_of_calls_without_an_answer() {
    let (begun, has_begun) = mpsc::channel();
    let p = Pipeline::new();
    let hanging = p.sequence(0..2).par_do_async(AsyncOptions::concurrency(2), move |_| {
        begun.send(()).unwrap();
        pending::<Answered>()
    });
    hanging.ok.named("Hang").write(Collect::new());
    let handle = LocalRunner::new().parallelism(1).start(&p.graph().unwrap()).unwrap();
    (0..2).for_each(|_| has_begun.recv().unwrap());
    let status = handle.control().status().to_string();
    handle.control().cancel();
    finish(move || handle.wait().map(drop).unwrap_err(), "calls that hang");
    assert!(status.contains("2 elements without an answer"), "{status}");
}
