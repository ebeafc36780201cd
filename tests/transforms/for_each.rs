//! Functions at the end of a pipeline.

use beamline::prelude::*;
use beamline::testing::TestPipeline;
use beamline::window::{Timing, Window};
use beamline::{ErrorKind, ValueInWindow};
use std::sync::{Arc, Mutex};
use std::time::Duration;

#[derive(Clone)]
struct Seen<T>(Arc<Mutex<Vec<T>>>);

impl<T: Ord> Seen<T> {
    fn new() -> Self {
        Self(Arc::default())
    }

    fn add(&self, value: T) {
        self.0.lock().unwrap().push(value);
    }

    fn sorted(&self) -> Vec<T> {
        let mut all = std::mem::take(&mut *self.0.lock().unwrap());
        all.sort();
        all
    }
}

#[test]
fn every_element_is_seen_once_and_counted() {
    for (workers, batch) in [(1, 1024), (2, 3), (4, 1)] {
        let seen = Seen::new();
        let p = TestPipeline::new().with_parallelism(workers).with_batch_size(batch);
        let (shared, numbers) = (seen.clone(), p.create(0..100u64));
        numbers.for_each(move |n| {
            shared.add(n);
            Ok(())
        });
        numbers.for_each(|_| Ok(())).named("Other");
        let metrics = p.run().metrics;
        assert_eq!(seen.sorted(), (0..100).collect::<Vec<_>>());
        assert_eq!((metrics.emitted("ForEach"), metrics.emitted("Other")), (Some(100), Some(100)));
    }
}

#[test]
fn a_function_may_remember() {
    let seen = Seen::new();
    let p = TestPipeline::new().with_parallelism(1);
    let (shared, mut sum) = (seen.clone(), 0);
    p.create(1..=4u64).for_each(move |n| {
        sum += n;
        shared.add(sum);
        Ok(())
    });
    p.run();
    assert_eq!(seen.sorted(), [1, 3, 6, 10]);
}

#[test]
fn an_error_names_the_step_and_the_element() {
    let p = TestPipeline::new();
    let refuse = |n: u64| if n == 3 { Err("no threes".into()) } else { Ok(()) };
    p.create(0..5u64).for_each(refuse).named("Send");
    let error = p.try_run().unwrap_err();
    assert_eq!((error.kind(), error.element()), (ErrorKind::User, Some("element 3")));
    assert!(error.to_string().contains("'Send' (") && error.to_string().contains("for_each.rs"), "{error}");
}

#[test]
fn a_panic_is_an_error_of_the_step() {
    let p = TestPipeline::new();
    p.create(0..5u64).for_each(|n| if n == 3 { panic!("a three") } else { Ok(()) }).named("Send");
    let error = p.try_run().unwrap_err().to_string();
    assert!(error.contains("'Send'") && error.contains("a three") && error.contains("element 3"), "{error}");
}

#[test]
fn windows_and_panes_can_be_seen() {
    let seen = Seen::new();
    let p = TestPipeline::new();
    let times = p.create([5i64, 12]).with_timestamps(|n| Timestamp::from_millis(*n));
    let sliding = times.window(Windowing::sliding(Duration::from_millis(10), Duration::from_millis(5)));
    let shared = seen.clone();
    sliding.for_each_in_window(move |ValueInWindow { value, timestamp, window, .. }| {
        shared.add((value, timestamp, window));
        Ok(())
    });
    let shared = seen.clone();
    sliding.count().for_each_in_window(move |count| {
        assert_eq!((count.pane.timing, count.pane.last), (Timing::OnTime, true));
        shared.add((-(count.value as i64), count.timestamp, count.window));
        Ok(())
    });
    p.run();
    let at = Timestamp::from_millis;
    let window = |start, end| Window { start: at(start), end: at(end) };
    let elements = [(5, 0), (5, 5), (12, 5), (12, 10)].map(|(n, start)| (n, at(n), window(start, start + 10)));
    let counts = [(-2, 5), (-1, 0), (-1, 10)].map(|(n, start)| (n, at(start + 9), window(start, start + 10)));
    assert_eq!(seen.sorted(), counts.into_iter().chain(elements).collect::<Vec<_>>());
}

#[test]
fn what_may_be_taken_back_needs_a_function_that_sees_it() {
    let p = TestPipeline::new();
    let retracting =
        Windowing::global().trigger(Trigger::repeatedly(Trigger::after_count(1)), Accumulation::Retracting);
    let sums = p.create([1u64, 2]).window(retracting).combine(Sum);
    let seen = Seen::new();
    let shared = seen.clone();
    sums.for_each_in_window(move |sum| {
        shared.add((sum.value, sum.pane.is_retraction()));
        Ok(())
    });
    p.run();
    let all = seen.sorted();
    assert!(all.contains(&(3, false)) && all.iter().any(|(_, is_retraction)| *is_retraction), "{all:?}");

    sums.for_each(|_| Ok(())).named("Send");
    let error = p.try_run().unwrap_err().to_string();
    assert!(error.contains("'Send'") && error.contains("taken back"), "{error}");
}

#[test]
fn a_function_that_gives_up_does_not_hide_why_the_run_stops() {
    let p = TestPipeline::new().with_parallelism(1).with_batch_size(1);
    let give_up = || beamline::Error::new(ErrorKind::Io, "the line is dead").help("call somebody");
    p.create(0..5u64).for_each(move |_| Err(give_up().into())).named("Send");
    let error = p.try_run().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert!(error.to_string().contains("'Send'") && error.to_string().contains("help: call somebody"), "{error}");
}
