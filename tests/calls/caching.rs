//! Answers that are remembered.

use crate::{are, at, secs};
use beamline::metrics::Value;
use beamline::testing::{TestPipeline, TestStream, assert_that, for_each_seed};
use beamline::{AsyncOptions, BoxError, LocalRunner};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

type Answered = Result<(u64, usize), BoxError>;

/// Answers with the number of the call.
fn numbered() -> (Arc<AtomicUsize>, impl Fn(u64) -> std::future::Ready<Answered>) {
    let calls = Arc::new(AtomicUsize::new(0));
    let count = calls.clone();
    (calls, move |x| std::future::ready(Ok((x % 10, count.fetch_add(1, Ordering::SeqCst)))))
}

#[test]
fn elements_of_one_key_are_called_for_once() {
    for_each_seed(10, |seed| {
        let (calls, call) = numbered();
        let p = TestPipeline::new().with_parallelism(1).with_seed(seed);
        let options = AsyncOptions::concurrency(7).cached_by(100, secs(60), |x| x % 10);
        let called = p.sequence(0..200).par_do_async(options, call).named("Call");
        assert_that(&called.ok.keys().count_per_element()).contains_in_any_order((0..10).map(|key| (key, 20)));
        let metrics = p.run().metrics;
        assert_eq!(calls.load(Ordering::SeqCst), 10);
        assert_eq!(metrics.value("Call", "cache_hits"), Some(Value::Counter(190)));
    });
}

#[test]
fn workers_have_one_memory() {
    let (calls, call) = numbered();
    let p = TestPipeline::new().with_parallelism(3);
    let at_once = TestStream::new().elements([(at(0), 1u64)]);
    let later = at_once.elements((0..300).map(|x| (at(0), 10 * x + 1)));
    let options = AsyncOptions::concurrency(5).cached_by(100, secs(60), |x| x % 10);
    let called = p.apply(later).reshuffle().par_do_async(options, call);
    assert_that(&called.ok).satisfies(are(301));
    p.run();
    assert_eq!(calls.load(Ordering::SeqCst), 1);
}

/// The answers to the same question before and after a while.
fn asked_twice(options: AsyncOptions<u64>) -> usize {
    let (calls, call) = numbered();
    let p = TestPipeline::new();
    let stream = TestStream::new().element(at(0), 1u64).advance_processing_time(secs(10)).element(at(0), 1);
    let called = p.apply(stream).par_do_async(options, call);
    assert_that(&called.ok).satisfies(are(2));
    p.run();
    calls.load(Ordering::SeqCst)
}

#[test]
fn answers_grow_old() {
    let options = |seconds| AsyncOptions::concurrency(5).cached_by(100, secs(seconds), |x| *x);
    assert_eq!(asked_twice(options(11)), 1);
    assert_eq!(asked_twice(options(10)), 2);
    assert_eq!(asked_twice(AsyncOptions::concurrency(5)), 2);
}

#[test]
fn no_more_answers_are_remembered_than_may_be() {
    let (calls, call) = numbered();
    let p = TestPipeline::new();
    let stream = [1u64, 2, 3, 1].into_iter().fold(TestStream::new(), |stream, x| stream.element(at(0), x));
    let called = p.apply(stream).par_do_async(AsyncOptions::concurrency(5).cached_by(2, secs(60), |x| *x), call);
    assert_that(&called.ok).satisfies(are(4));
    p.run();
    assert_eq!(calls.load(Ordering::SeqCst), 4);
}

#[test]
fn who_waits_for_an_answer_that_does_not_come_asks_for_himself() {
    for_each_seed(10, |seed| {
        let calls = Arc::new(AtomicUsize::new(0));
        let count = calls.clone();
        let p = TestPipeline::new();
        let options = AsyncOptions::concurrency(9).cached_by(9, secs(60), |_| 0u8);
        let called = p.create([1u64, 2, 3, 4]).par_do_async(options, move |x| {
            let call = count.fetch_add(1, Ordering::SeqCst);
            std::future::ready(if call < 2 { Err("busy") } else { Ok(x) })
        });
        assert_that(&called.failed).satisfies(are(2));
        assert_that(&called.ok).satisfies(are(2));
        p.run_with(&LocalRunner::new().parallelism(1).replay(seed)).unwrap();
        assert_eq!(calls.load(Ordering::SeqCst), 3);
    });
}
