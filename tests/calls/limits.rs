//! How often a service is called.

use crate::{are, at, secs};
use beamline::testing::{TestPipeline, TestStream, assert_that, for_each_seed};
use beamline::{AsyncOptions, BoxError, LocalRunner};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

type Answered = Result<u64, BoxError>;

/// How many calls there were before each step of the clock, by seconds.
fn calls_by_second(
    options: AsyncOptions<u64>,
    elements: u64,
    seconds: u64,
    p: &TestPipeline,
) -> Arc<Mutex<Vec<usize>>> {
    let begun = Arc::new(AtomicUsize::new(0));
    let mut stream = TestStream::new().counting_steps(begun.clone()).elements((0..elements).map(|x| (at(0), x)));
    for _ in 0..seconds {
        stream = stream.advance_processing_time(secs(1));
    }
    let calls = Arc::new(Mutex::new(vec![0; seconds as usize + 2]));
    let counted = calls.clone();
    let called = p.apply(stream).reshuffle().par_do_async(options, move |x| {
        counted.lock().unwrap()[begun.load(Ordering::SeqCst) - 1] += 1;
        std::future::ready(Answered::Ok(x))
    });
    assert_that(&called.ok).satisfies(are(elements as usize));
    calls
}

#[test]
fn calls_come_at_the_rate_of_the_whole_job() {
    for_each_seed(5, |seed| {
        let p = TestPipeline::new().with_seed(seed).with_parallelism(3);
        let calls = calls_by_second(AsyncOptions::concurrency(100).rate_limit(2, secs(1)), 7, 3, &p);
        p.run();
        assert_eq!(calls.lock().unwrap()[..], [1, 2, 2, 2, 0]);
    });
}

#[test]
fn what_comes_slowly_is_not_saved_up_for_later() {
    let p = TestPipeline::new();
    let times = |second: i64| (0..3).map(move |x| (at(second), x));
    let stream = TestStream::new().elements(times(0)).advance_processing_time(secs(100)).elements(times(100));
    let clock = Arc::new(beamline::testing::ManualClock::default());
    let (seen, now) = (Arc::new(Mutex::new(Vec::new())), clock.clone());
    let moments = seen.clone();
    let options = AsyncOptions::concurrency(9).rate_limit(1, secs(10));
    let called = p.apply(stream).par_do_async(options, move |x: u64| {
        moments.lock().unwrap().push(now.now().millis() / 1000);
        std::future::ready(Answered::Ok(x))
    });
    assert_that(&called.ok).satisfies(are(6));
    p.run_with(&LocalRunner::new().parallelism(2).manual_clock(clock)).unwrap();
    // The clock of a script that moves by 100 s at once wakes all who wait; the next ones come at their distances again.
    assert_eq!(seen.lock().unwrap()[..], [0, 100, 100, 100, 110, 120]);
}

#[test]
fn the_wait_between_attempts_grows_and_holds_its_bounds() {
    let clock = Arc::new(beamline::testing::ManualClock::default());
    let (moments, now) = (Arc::new(Mutex::new(Vec::new())), clock.clone());
    let seen = moments.clone();
    let p = TestPipeline::new();
    let numbers = p.apply(TestStream::new().element(at(0), 1u64));
    let options = AsyncOptions::concurrency(1).attempts(6).backoff(secs(1), secs(5));
    let called = numbers.par_do_async(options, move |_| {
        seen.lock().unwrap().push(now.now().millis());
        std::future::ready(Answered::Err("busy".into()))
    });
    assert_that(&called.failed).satisfies(are(1));
    p.run_with(&LocalRunner::new().parallelism(1).manual_clock(clock)).unwrap();
    let waits: Vec<i64> = moments.lock().unwrap().windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert_eq!(waits.len(), 5);
    for (wait, longest) in waits.iter().zip([1000, 2000, 4000, 5000, 5000]) {
        assert!((longest / 2..=longest).contains(wait), "{waits:?}");
    }
}

#[test]
fn the_waits_of_elements_differ_and_follow_from_the_seed() {
    let waits = |seed| {
        let clock = Arc::new(beamline::testing::ManualClock::default());
        let (moments, now) = (Arc::new(Mutex::new(Vec::new())), clock.clone());
        let seen = moments.clone();
        let p = TestPipeline::new();
        let numbers = p.apply(TestStream::new().elements((0..20u64).map(|x| (at(0), x))));
        let options = AsyncOptions::concurrency(50).attempts(2).backoff(Duration::from_mins(1), Duration::from_mins(1));
        let called = numbers.par_do_async(options, move |_| {
            seen.lock().unwrap().push(now.now().millis());
            std::future::ready(Answered::Err("busy".into()))
        });
        assert_that(&called.failed).satisfies(are(20));
        p.run_with(&LocalRunner::new().parallelism(1).manual_clock(clock).replay(seed)).unwrap();
        let mut moments = moments.lock().unwrap().split_off(20);
        moments.dedup();
        moments
    };
    assert!(waits(1).len() > 15, "{:?}", waits(1));
    assert_eq!(waits(1), waits(1));
    assert_ne!(waits(1), waits(2));
}
