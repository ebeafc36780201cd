//! Calls that fail, panic, or are tried again.

use crate::{at, secs};
use beamline::metrics::{Counter, Value};
use beamline::testing::{TestPipeline, TestStream, assert_that, for_each_seed};
use beamline::window::{Window, Windowing};
use beamline::{AsyncOptions, BoxError, FailureLimit, TimedOut};
use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

type Answered = Result<u64, BoxError>;

fn even(x: u64) -> Answered {
    if x.is_multiple_of(2) { Ok(x) } else { Err(format!("{x} is odd").into()) }
}

#[test]
fn what_fails_is_a_letter_with_all_that_is_known() {
    let p = TestPipeline::new();
    let numbers = p.create([2u64, 3]).with_timestamps(|x| at(*x as i64)).window(Windowing::fixed(secs(1)));
    let called = numbers.par_do_async(AsyncOptions::concurrency(2), |x| async move { even(x) }).named("Even");
    assert_that(&called.ok).in_window(Window { start: at(0), end: at(1000) }).contains_in_any_order([2]);
    assert_that(&called.failed).satisfies(|letters| {
        let [letter] = letters else { return Err(format!("{} letters", letters.len())) };
        assert_eq!((letter.step.as_str(), letter.element, letter.timestamp), ("Even", 3, at(3)));
        assert_eq!((letter.attempts, letter.error.as_str()), (1, "3 is odd"));
        assert_eq!(letter.windows[..], [Window { start: at(0), end: at(1000) }]);
        assert!(letter.location.starts_with("tests/calls/failing.rs:"), "{}", letter.location);
        Ok(())
    });
    p.run();
}

#[test]
fn when_nobody_reads_letters_the_first_failure_is_that_of_the_pipeline() {
    let p = TestPipeline::new();
    p.create([2u64, 3]).par_do_async(AsyncOptions::concurrency(2), |x| async move { even(x) }).named("Even");
    let error = p.try_run().expect_err("it fails").to_string();
    assert!(error.contains("step 'Even' (tests/calls/failing.rs:"), "{error}");
    assert!(error.contains("3 is odd") && error.contains("at: element 3") && error.contains("`failed`"), "{error}");
}

#[test]
fn a_panic_is_an_error_of_the_step_with_the_element() {
    let refuse = |x: u64| async move {
        tokio::task::yield_now().await;
        assert!(x != 3, "no threes, please");
        Answered::Ok(x)
    };
    for seed in [None, Some(1)] {
        let p = TestPipeline::new();
        let p = seed.into_iter().fold(p, TestPipeline::with_seed);
        let called = p.create([2u64, 3]).par_do_async(AsyncOptions::concurrency(2).attempts(5), refuse).named("Picky");
        assert_that(&called.failed).is_empty();
        let error = p.try_run().expect_err("it fails").to_string();
        assert!(error.contains("step 'Picky'") && error.contains("no threes, please"), "{error}");
        assert!(error.contains("at: element 3"), "{error}");
    }
}

#[test]
fn a_panic_before_the_call_is_one_too() {
    let p = TestPipeline::new();
    let called = p.create([3u64]).par_do_async(AsyncOptions::concurrency(2), |x| {
        assert!(x != 3, "no threes, please");
        async move { Answered::Ok(x) }
    });
    assert_that(&called.failed).is_empty();
    let error = p.try_run().expect_err("it fails").to_string();
    assert!(error.contains("no threes, please") && error.contains("at: element 3"), "{error}");
}

/// Fails as often for each call of it.
fn failing(times: u32) -> impl Fn(u64) -> std::future::Ready<Answered> {
    let calls = Arc::new(AtomicU32::new(0));
    move |x| {
        let is_over = calls.fetch_add(1, Ordering::SeqCst) >= times;
        std::future::ready(if is_over { Ok(x) } else { Err("busy".into()) })
    }
}

#[test]
fn attempts_go_on_until_one_succeeds() {
    let p = TestPipeline::new();
    let options = AsyncOptions::concurrency(1).attempts(4).backoff(Duration::ZERO, Duration::ZERO);
    let called = p.create([5u64]).par_do_async(options, failing(3)).named("Call");
    assert_that(&called.ok).contains_in_any_order([5]);
    assert_that(&called.failed).is_empty();
    let metrics = p.run().metrics;
    assert_eq!(metrics.value("Call", "retries"), Some(Value::Counter(3)));
}

#[test]
fn the_letter_says_how_many_attempts_there_were() {
    let p = TestPipeline::new();
    let options = AsyncOptions::concurrency(1).attempts(3).backoff(Duration::ZERO, Duration::ZERO);
    let called = p.create([5u64]).par_do_async(options, failing(3));
    assert_that(&called.failed.map(|letter| letter.attempts)).contains_in_any_order([3]);
    p.run();
}

#[test]
fn only_what_may_be_better_next_time_is_tried_again() {
    let p = TestPipeline::new();
    let options = AsyncOptions::concurrency(1).attempts(9).backoff(Duration::ZERO, Duration::ZERO);
    let options = options.retry_if(|error| error.to_string() == "busy");
    let called = p
        .create([1u64, 2])
        .par_do_async(options, |x| async move { Answered::Err(if x == 1 { "busy".into() } else { "unknown".into() }) });
    assert_that(&called.failed.map(|letter| (letter.element, letter.attempts))).contains_in_any_order([(1, 9), (2, 1)]);
    p.run();
}

#[test]
fn a_call_that_takes_too_long_is_given_up_and_may_be_tried_again() {
    for_each_seed(5, |seed| {
        let calls = Arc::new(AtomicU32::new(0));
        let p = TestPipeline::new().with_seed(seed);
        let numbers = p.apply(TestStream::new().element(at(0), 1u64).advance_processing_time(secs(5)));
        let count = calls.clone();
        let options = AsyncOptions::concurrency(1).timeout(secs(5)).attempts(2).backoff(secs(1), secs(1));
        let called = numbers.par_do_async(options.retry_if(|error| error.is::<TimedOut>()), move |_| {
            count.fetch_add(1, Ordering::SeqCst);
            pending::<Answered>()
        });
        assert_that(&called.failed.map(|letter| (letter.attempts, letter.error)))
            .contains_in_any_order([(2, "no answer within 5s".to_owned())]);
        p.run();
        assert_eq!(calls.load(Ordering::SeqCst), 2);
    });
}

#[test]
fn a_call_that_takes_too_long_on_the_clock_of_the_system() {
    let p = TestPipeline::new();
    let options = AsyncOptions::concurrency(1).timeout(Duration::from_millis(1));
    let called = p.create([1u64]).par_do_async(options, |_| pending::<Answered>());
    assert_that(&called.failed.map(|letter| letter.error)).contains_in_any_order(["no answer within 1ms".to_owned()]);
    p.run();
}

static ASKED: Counter = Counter::new("asked");

#[test]
fn what_calls_count_counts_for_the_step() {
    for seed in [None, Some(3)] {
        let p = TestPipeline::new();
        let p = seed.into_iter().fold(p, TestPipeline::with_seed);
        let called = p.sequence(0..500).par_do_async(AsyncOptions::concurrency(8), |x| async move {
            ASKED.inc(1);
            tokio::task::yield_now().await;
            ASKED.inc(1);
            Answered::Ok(x)
        });
        let called = called.named("Ask");
        assert_that(&called.ok.count()).contains_in_any_order([500]);
        assert_eq!(p.run().metrics.value("Ask", "asked"), Some(Value::Counter(1000)));
    }
}

#[test]
fn too_many_failures_fail_the_pipeline() {
    let run = |limit: FailureLimit| {
        let p = TestPipeline::new();
        let called = p.sequence(0..50).par_do_async(AsyncOptions::concurrency(4), |x| async move { even(x) });
        let called = called.named("Even").fail_above(limit);
        assert_that(&called.failed.count()).contains_in_any_order([25]);
        p.try_run().err().map(|error| error.to_string())
    };
    assert_eq!(run(FailureLimit::count(25)), None);
    assert_eq!(run(FailureLimit::share(0.5)), None);
    let error = run(FailureLimit::count(24)).expect("it fails");
    assert!(error.contains("step 'Even'") && error.contains("more than 24 elements failed: 25 of 50"), "{error}");
    let error = run(FailureLimit::share(0.49)).expect("it fails");
    assert!(error.contains("more than 49% of the elements failed: 25 of 50"), "{error}");
}

#[test]
fn options_that_cannot_work_are_refused() {
    let p = TestPipeline::new();
    p.create([1u64]).par_do_async(AsyncOptions::concurrency(0), |x| async move { Answered::Ok(x) }).named("Call");
    let error = p.graph().err().expect("it is refused").to_string();
    assert!(error.contains("step 'Call' (tests/calls/failing.rs:") && error.contains("0 calls at once"), "{error}");
}
