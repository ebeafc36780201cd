use super::*;
use std::panic::resume_unwind;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::ThreadId;

const STACK: usize = 1 << 20;

/// Threads that nobody else uses.
fn threads(patience: Duration) -> &'static Threads {
    Box::leak(Box::new(Threads::new(patience)))
}

/// Does something on a thread, and waits for its end.
fn call(threads: &'static Threads, name: &str, stack: usize, is_reusable: bool) -> ThreadId {
    let (sender, receiver) = channel();
    let work = move || {
        sender.send(thread::current().id()).unwrap();
        is_reusable
    };
    run_to_end(threads, name, stack, work);
    receiver.recv().unwrap()
}

fn run_to_end(threads: &'static Threads, name: &str, stack: usize, work: impl FnOnce() -> bool + Send + 'static) {
    let (end, ended): (Sender<()>, Receiver<()>) = channel();
    threads.run(name, stack, Task { work: Box::new(work), end: Box::new(end) }).unwrap();
    assert!(ended.recv().is_err(), "it is dropped");
}

#[test]
fn a_thread_that_waits_is_used_again() {
    let threads = threads(Duration::from_hours(1));
    let first = call(threads, "a", STACK, true);
    assert_eq!(call(threads, "a", STACK / 2, true), first);
    assert_ne!(call(threads, "b", STACK, true), first, "panics name their thread");
    assert_ne!(call(threads, "a", 2 * STACK, true), first, "its stack is too small");
    assert_eq!(threads.idle.lock().len(), 3);
}

#[test]
fn a_thread_that_must_not_be_used_again_ends() {
    let threads = threads(Duration::from_hours(1));
    let first = call(threads, "a", STACK, false);
    assert_ne!(call(threads, "a", STACK, true), first);
    assert_eq!(threads.idle.lock().len(), 1);
}

#[test]
fn the_end_of_a_panic_is_heard_of() {
    let threads = threads(Duration::from_hours(1));
    run_to_end(threads, "a", STACK, || resume_unwind(Box::new("lost")));
    assert!(threads.idle.lock().is_empty());
}

#[test]
fn threads_do_not_wait_for_ever() {
    let threads = threads(Duration::ZERO);
    for _ in 0..100 {
        call(threads, "a", STACK, true);
    }
    while !threads.idle.lock().is_empty() {
        thread::yield_now();
    }
}
