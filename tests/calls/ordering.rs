//! The order of answers, with threads and without.

use crate::support::{Collect, run};
use beamline::testing::{TestPipeline, assert_that, for_each_seed};
use beamline::{AsyncOptions, BoxError, LocalRunner, Pipeline};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use tokio::sync::Barrier;

type Answered = Result<u64, BoxError>;

/// The answers for the numbers below `n`, in the order in which they come.
fn answers(options: AsyncOptions<u64>, n: u64, runner: &LocalRunner) -> Vec<u64> {
    let (p, sink) = (Pipeline::new(), Collect::with_shards(Some(1)));
    let doubled = p.sequence(0..n).par_do_async(options, |x| async move { Answered::Ok(2 * x) });
    doubled.ok.write(sink.clone());
    run(runner, p.graph().unwrap(), "calls").unwrap();
    sink.take()
}

#[test]
fn every_element_has_its_answer() {
    for workers in [1, 3] {
        let runner = LocalRunner::new().parallelism(workers).batch_size(7);
        let mut all = answers(AsyncOptions::concurrency(5), 10_000, &runner);
        all.sort_unstable();
        assert!(all.into_iter().eq((0..10_000).map(|x| 2 * x)));
    }
}

#[test]
fn answers_keep_the_order_of_the_elements_if_they_are_to() {
    let in_order: Vec<u64> = (0..50).map(|x| 2 * x).collect();
    for_each_seed(20, |seed| {
        let runner = LocalRunner::new().parallelism(1).replay(seed);
        assert_eq!(answers(AsyncOptions::concurrency(8).ordered(), 50, &runner), in_order);
    });
    let threads = LocalRunner::new().parallelism(1);
    assert_eq!(answers(AsyncOptions::concurrency(8).ordered(), 50, &threads), in_order);
}

#[test]
fn without_order_the_seed_decides_and_decides_again_the_same() {
    let orders = |seed| answers(AsyncOptions::concurrency(8), 50, &LocalRunner::new().parallelism(1).replay(seed));
    let all: BTreeSet<Vec<u64>> = (0..20).map(orders).collect();
    assert!(all.len() > 10, "{} different orders", all.len());
    assert!((0..20).all(|seed| orders(seed) == orders(seed)));
}

#[test]
fn as_many_calls_are_made_at_once_as_may_be() {
    let (barrier, running) = (Arc::new(Barrier::new(4)), Arc::new(Mutex::new((0, 0))));
    let p = TestPipeline::new().with_parallelism(1);
    let most = running.clone();
    let meeting = p.sequence(0..40).par_do_async(AsyncOptions::concurrency(4), move |x| {
        let (barrier, running) = (barrier.clone(), running.clone());
        async move {
            change(&running, 1);
            // Four have to be here before any of them goes on.
            barrier.wait().await;
            change(&running, -1);
            Answered::Ok(x)
        }
    });
    assert_that(&meeting.ok.count()).contains_in_any_order([40]);
    p.run();
    assert_eq!(*most.lock().unwrap(), (0, 4));
}

#[test]
fn the_calls_of_all_workers_together_are_not_more() {
    let running = Arc::new(Mutex::new((0, 0)));
    let p = TestPipeline::new().with_parallelism(4);
    let most = running.clone();
    let alone = p.sequence(0..8000).reshuffle().par_do_async(AsyncOptions::concurrency(1), move |x| {
        let running = running.clone();
        async move {
            change(&running, 1);
            tokio::task::yield_now().await;
            change(&running, -1);
            Answered::Ok(x)
        }
    });
    assert_that(&alone.ok.count()).contains_in_any_order([8000]);
    p.run();
    assert_eq!(*most.lock().unwrap(), (0, 1));
}

/// How many there are now, and how many there have been at most.
fn change(running: &Mutex<(i32, i32)>, by: i32) {
    let mut running = running.lock().unwrap();
    running.0 += by;
    running.1 = running.1.max(running.0);
}

#[test]
fn two_steps_that_wait_for_their_calls_do_not_wait_for_each_other() {
    for workers in [1, 2] {
        let p = TestPipeline::new().with_parallelism(workers).with_batch_size(64);
        let call = |x| async move {
            tokio::task::yield_now().await;
            Answered::Ok(x)
        };
        let twice = p.sequence(0..5000).par_do_async(AsyncOptions::concurrency(2), call).ok;
        let twice = twice.par_do_async(AsyncOptions::concurrency(1), call).ok;
        let grouped = twice.key_by(|x| x % 10).count_per_key().values();
        assert_that(&grouped).contains_in_any_order([500; 10]);
        p.run();
    }
}
