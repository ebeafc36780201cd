//! Elements that are away hold the watermark, and come back with their time.

use crate::{at, secs};
use beamline::testing::{TestPipeline, TestStream, assert_that, for_each_seed};
use beamline::window::{Window, Windowing};
use beamline::{AsyncOptions, BoxError, PCollection};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

type Answered = Result<u64, BoxError>;

/// Fails for odd numbers the first time, and is tried again after ten seconds.
fn retried(numbers: &PCollection<u64>, options: AsyncOptions<u64>) -> PCollection<u64> {
    let first = Arc::new(AtomicUsize::new(0));
    let options = options.attempts(2).backoff(secs(10), secs(10));
    let called = numbers.par_do_async(options, move |x| {
        let is_first = x % 2 == 1 && first.fetch_add(1, Ordering::SeqCst) == 0;
        std::future::ready(if is_first { Answered::Err("busy".into()) } else { Ok(x) })
    });
    called.ok
}

#[test]
fn an_element_that_is_away_is_not_late_when_it_comes_back() {
    for_each_seed(20, |seed| {
        let p = TestPipeline::new().with_seed(seed);
        let stream = TestStream::new()
            .elements([(at(1), 1u64), (at(2), 2)])
            .advance_watermark_to(at(100))
            .element(at(101), 4)
            .advance_processing_time(secs(10));
        let numbers = p.apply(stream).window(Windowing::fixed(std::time::Duration::from_millis(10)));
        let counts = retried(&numbers, AsyncOptions::concurrency(4)).count();
        let window = |start| Window { start: at(start), end: at(start + 10) };
        assert_that(&counts).in_window(window(0)).on_time_pane([2]);
        assert_that(&counts).in_window(window(100)).on_time_pane([1]);
        assert_eq!(p.run().metrics.counter("dropped_late"), 0);
    });
}

#[test]
fn windows_close_as_soon_as_all_have_come_back() {
    let begun = Arc::new(AtomicUsize::new(0));
    let p = TestPipeline::new();
    let stream = TestStream::new()
        .counting_steps(begun.clone())
        .elements([(at(1), 1u64), (at(2), 2)])
        .advance_watermark_to(at(100))
        .advance_processing_time(secs(4))
        .advance_processing_time(secs(6))
        .element(at(200), 4);
    let numbers = p.apply(stream).window(Windowing::fixed(std::time::Duration::from_millis(10)));
    let counts = retried(&numbers, AsyncOptions::concurrency(4)).count();
    let seen = counts.map(move |n| (n, begun.load(Ordering::SeqCst)));
    // Not at the second step, when the watermark passes, but at the fourth, when the last answer is there.
    assert_that(&seen.filter(|(n, _)| *n == 2)).contains_in_any_order([(2, 4)]);
    p.run();
}

#[test]
fn more_elements_than_may_be_away_hold_the_watermark_too() {
    let p = TestPipeline::new();
    let stream = TestStream::new()
        .elements([(at(1), 1u64), (at(2), 2), (at(3), 4), (at(4), 6)])
        .advance_watermark_to(at(100))
        .advance_processing_time(secs(10));
    let numbers = p.apply(stream).window(Windowing::fixed(std::time::Duration::from_millis(10)));
    let counts = retried(&numbers, AsyncOptions::concurrency(1)).count();
    assert_that(&counts).in_window(Window { start: at(0), end: at(10) }).on_time_pane([4]);
    assert_eq!(p.run().metrics.counter("dropped_late"), 0);
}

#[test]
fn an_input_that_is_idle_is_not_while_elements_are_away() {
    for_each_seed(20, |seed| {
        let p = TestPipeline::new().with_seed(seed);
        let slow = p.apply(TestStream::new().element(at(15), 1u64).idle().advance_processing_time(secs(10)));
        let other = p.apply(TestStream::new().element(at(1), 2u64).advance_watermark_to(at(100)));
        let all = retried(&slow, AsyncOptions::concurrency(1)).flatten_with(&other);
        let counts = all.window(Windowing::fixed(std::time::Duration::from_millis(10))).count();
        assert_that(&counts).in_window(Window { start: at(10), end: at(20) }).on_time_pane([1]);
        assert_eq!(p.run().metrics.counter("dropped_late"), 0);
    });
}

#[test]
fn a_script_waits_for_calls_that_come_back_by_themselves() {
    let check = |p: &TestPipeline| {
        let begun = Arc::new(AtomicUsize::new(0));
        let stream = TestStream::new().counting_steps(begun.clone());
        let stream = (0..5).fold(stream, |stream, x| stream.element(at(0), x));
        let called = p.apply(stream).par_do_async(AsyncOptions::concurrency(4), |x| {
            let (answer, answered) = tokio::sync::oneshot::channel();
            // Somebody else answers, in his own time.
            std::thread::spawn(move || answer.send(x).unwrap());
            async move { answered.await.map_err(BoxError::from) }
        });
        let seen = called.ok.map(move |x: u64| (x, begun.load(Ordering::SeqCst) as u64));
        assert_that(&seen).contains_in_any_order((0..5).map(|x| (x, x + 1)));
        p.run();
    };
    for_each_seed(20, |seed| check(&TestPipeline::new().with_seed(seed)));
    for_each_seed(20, |_| check(&TestPipeline::new().with_parallelism(3)));
}

#[test]
fn an_element_at_the_end_of_time_comes_back_too() {
    let p = TestPipeline::new();
    let ended = p.create([2u64]).with_timestamps(|_| beamline::Timestamp::MAX);
    assert_that(&retried(&ended, AsyncOptions::concurrency(1))).contains_in_any_order([2]);
    p.run();
}

#[test]
fn the_longest_timeout_is_none() {
    let p = TestPipeline::new().with_seed(1);
    let options = AsyncOptions::concurrency(1).timeout(std::time::Duration::MAX);
    let called = p.create([1u64]).par_do_async(options, |n| {
        let (answer, answered) = tokio::sync::oneshot::channel();
        std::thread::spawn(move || answer.send(n).unwrap());
        async move { answered.await.map_err(BoxError::from) }
    });
    assert_that(&called.ok).contains_in_any_order([1]);
    p.run();
}

#[test]
fn answers_have_the_time_of_their_elements() {
    let p = TestPipeline::new();
    let numbers = p.sequence(0..50).with_timestamps(|x| at(*x as i64));
    let called = numbers.par_do_async(AsyncOptions::concurrency(9), |x| async move { Answered::Ok(x) });
    let times = called.ok.reify_timestamps();
    assert_that(&times.filter(|(x, time)| at(*x as i64) != *time)).is_empty();
    assert_that(&times.count()).contains_in_any_order([50]);
    p.run();
}
