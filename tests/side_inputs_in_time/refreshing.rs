//! A side input that a function makes again and again.

use crate::script::ms;
use beamline::metrics::Value;
use beamline::testing::{TestPipeline, TestStream, assert_that, for_each_seed};
use beamline::{BoxError, LocalRunner, Pipeline, Timestamp, View};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

/// A side input of the number of times that it was made, without those for which `fails` is true.
fn numbered(p: &Pipeline, every: u64, fails: fn(u64) -> bool) -> (View<u64>, Arc<AtomicU64>) {
    let calls = Arc::new(AtomicU64::new(0));
    let count = calls.clone();
    let view = p.refreshing(ms(every), move || {
        let call = count.fetch_add(1, Ordering::SeqCst) + 1;
        if fails(call) { Err(format!("no answer to call {call}")) } else { Ok(call) }
    });
    (view, calls)
}

fn everywhere(test: impl Fn(&TestPipeline)) {
    for workers in [1, 3] {
        test(&TestPipeline::new().with_parallelism(workers));
        for_each_seed(10, |seed| test(&TestPipeline::new().with_parallelism(workers).with_seed(seed)));
    }
}

/// On a clock that goes on while the function is called.
#[test]
fn one_that_takes_longer_than_its_time_stops_nothing() {
    for workers in [1, 3] {
        let p = TestPipeline::new().with_parallelism(workers);
        let (is_called, is_called_twice) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let twice = is_called_twice.clone();
        let view = p.refreshing(ms(1), move || {
            twice.fetch_or(is_called.swap(true, Ordering::SeqCst), Ordering::SeqCst);
            std::thread::sleep(ms(3));
            is_called.store(false, Ordering::SeqCst);
            Ok::<_, BoxError>(1)
        });
        let seen = p.sequence(0..3_000).reshuffle().with_side(view).map(|n, one| n * one);
        assert_that(&seen.count()).contains_in_any_order([3_000]);
        p.run();
        assert!(!is_called_twice.load(Ordering::SeqCst), "two workers call it at once");
    }
}

#[test]
fn elements_see_the_value_that_was_made_last() {
    everywhere(|p| {
        let stream = TestStream::new()
            .element(at(1), 1)
            .advance_processing_time(ms(99))
            .element(at(900), 2)
            .advance_watermark_to(at(1000))
            .advance_processing_time(ms(1))
            .element(at(2), 3)
            // The function is called once, however late that is.
            .advance_processing_time(ms(500))
            .element(at(1001), 4)
            .advance_processing_time(ms(99))
            .element(at(1001), 5);
        let (view, calls) = numbered(p, 100, |_| false);
        let seen = p.apply(stream).reshuffle().with_side(view).map(|n, made| (n, *made));
        assert_that(&seen).contains_in_any_order([(1, 1), (2, 1), (3, 2), (4, 3), (5, 3)]);
        p.run();
        assert_eq!(calls.load(Ordering::SeqCst), 3);
    });
}

#[test]
fn a_pipeline_that_ends_does_not_wait_for_it() {
    everywhere(|p| {
        let (view, calls) = numbered(p, 1_000_000, |_| false);
        assert_that(&p.sequence(0..100).with_side(view).map(|n, made| n * made).count()).contains_in_any_order([100]);
        p.run();
        assert_eq!(calls.load(Ordering::SeqCst), 1);
    });
}

#[test]
fn when_it_fails_the_last_value_stays() {
    everywhere(|p| {
        let tick = |stream: TestStream<u64>, n| stream.advance_processing_time(ms(100)).element(at(0), n);
        let stream = (1..=4).fold(TestStream::new().element(at(0), 0), tick);
        let (view, _) = numbered(p, 100, |call| call == 3 || call == 4);
        let seen = p.apply(stream).with_side(view).map(|n, made| (n, *made));
        assert_that(&seen).contains_in_any_order([(0, 1), (1, 2), (2, 2), (3, 2), (4, 5)]);
        let metrics = p.run().metrics;
        assert_eq!(metrics.value("Refreshing", "failed_refreshes"), Some(Value::Counter(2)));
    });
}

#[test]
fn a_panic_is_a_failure_like_others() {
    let p = TestPipeline::new();
    let calls = AtomicU64::new(0);
    let view = p.refreshing(ms(100), move || {
        assert_eq!(calls.fetch_add(1, Ordering::SeqCst), 0, "the second call");
        Ok::<_, BoxError>(7)
    });
    let stream = TestStream::new().advance_processing_time(ms(100)).element(at(0), 1);
    assert_that(&p.apply(stream).with_side(view).map(|n, made| n * made)).contains_in_any_order([7]);
    assert_eq!(p.run().metrics.counter("failed_refreshes"), 1);
}

#[test]
fn without_a_first_value_the_pipeline_fails() {
    everywhere(|p| {
        let (view, _) = numbered(p, 100, |_| true);
        assert_that(&p.create([1]).with_side(view).map(|n, made| n * made)).is_empty();
        let error = p.try_run().expect_err("it fails").to_string();
        assert!(error.contains("step 'Refreshing' (tests/side_inputs_in_time/refreshing.rs:"), "{error}");
        assert!(error.contains("no answer to call 1"), "{error}");
    });
}

#[test]
fn a_time_that_does_not_pass_is_refused() {
    let p = Pipeline::new();
    let (view, _) = numbered(&p, 0, |_| false);
    p.create([1u64]).with_side(view).map(|n, made| n * made);
    assert!(p.graph().err().expect("it is refused").to_string().contains("every millisecond at most"));
}

#[test]
fn the_plan_shows_it() {
    let p = Pipeline::new();
    let (view, _) = numbered(&p, 100, |_| false);
    p.create([1u64]).with_side(view).map(|n, made| n * made);
    let graph = p.graph().unwrap();
    assert!(graph.explain().to_string().contains("Refreshing"));
    assert!(LocalRunner::explain(&graph).to_string().contains("Refreshing"));
}
