//! Several splits: who waits for whom, and what becomes of it.

use crate::{Control, Seen, run, runner};
use beamline::prelude::*;
use beamline::testing::{assert_that, for_each_seed};
use beamline::{Next, Reader, SourceBatch, SplitTarget};
use std::time::Duration;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

/// Streams of numbers, which are their times in milliseconds. Each split begins with a number, and has the next one, a
/// hundred on, a hundred milliseconds later. Silent ones have one number, and then wait.
#[derive(Clone)]
struct Streams {
    busy: Vec<i64>,
    silent: Vec<i64>,
}

/// The next number, and whether it is the last.
type Stream = (i64, bool);

impl Source for Streams {
    type Out = i64;
    type Split = Stream;
    type Reader = StreamReader;

    fn label(&self) -> String {
        "Streams".to_owned()
    }

    fn is_bounded(&self) -> bool {
        false
    }

    fn splits(&self, _: &SplitTarget) -> Result<Vec<Stream>, BoxError> {
        let busy = self.busy.iter().map(|first| (*first, false));
        Ok(busy.chain(self.silent.iter().map(|first| (*first, true))).collect())
    }

    fn describe(&self, (first, _): &Stream) -> String {
        format!("the stream from {first}")
    }

    fn open(&self, (next, is_silent): Stream) -> Result<StreamReader, BoxError> {
        Ok(StreamReader { next, is_silent, due: None, is_caught_up: false })
    }
}

struct StreamReader {
    next: i64,
    is_silent: bool,
    due: Option<Timestamp>,
    is_caught_up: bool,
}

const STEP: Duration = Duration::from_millis(100);

impl Reader for StreamReader {
    type Out = i64;
    type Split = Stream;

    fn poll(&mut self, out: &mut SourceBatch<'_, i64>) -> Result<Next, BoxError> {
        let due = *self.due.get_or_insert(out.now());
        self.is_caught_up = out.now() < due;
        if !self.is_caught_up {
            out.push(self.next);
            self.next += 100;
            self.due = Some(if self.is_silent { Timestamp::MAX } else { due + STEP });
        }
        Ok(out.wake_after(STEP))
    }

    fn is_caught_up(&self) -> bool {
        self.is_caught_up
    }
}

fn in_time(streams: Streams) -> impl Source<Out = i64> {
    streams.with_timestamps(|n| at(*n), Monotonic::default())
}

/// Runs until the first window, of ten seconds, is closed. Returns the counts of those that were, and what was late.
fn first_window(seed: u64, source: impl Source<Out = i64>) -> (Vec<u64>, u64) {
    let (runner, _) = runner(seed);
    let (p, control, seen) = (Pipeline::new(), Control::default(), Seen::new());
    let (stop, all) = (control.clone(), seen.clone());
    let counts = p.read(source).window(Windowing::fixed(Duration::from_secs(10))).count();
    counts.inspect(move |count| {
        all.add(count);
        stop.drain();
    });
    let late = run(&p, &runner, &control).metrics.counter("dropped_late");
    (seen.take(), late)
}

#[test]
fn an_idle_split_beside_busy_ones_does_not_keep_windows_open() {
    for_each_seed(30, |seed| {
        let streams = Streams { busy: vec![0, 50], silent: vec![70] };
        let (counts, late) = first_window(seed, in_time(streams).idle_after(Duration::from_secs(1)));
        assert_eq!((counts[0], late), (201, 0), "all of the window, with the one of the silent split");
    });
}

/// It does nothing until the busy ones have come to their ends.
#[test]
fn a_silent_split_is_waited_for_unless_it_may_be_idle() {
    for_each_seed(10, |seed| {
        let streams = Streams { busy: vec![0], silent: vec![70] };
        let (counts, late) = first_window(seed, in_time(streams).take_for(Duration::from_secs(30)));
        let mut counts = counts;
        counts.sort_unstable();
        assert_eq!((counts, late), (vec![100, 100, 101], 0));
    });
}

#[test]
fn the_beginning_of_a_stream_is_a_bounded_collection() {
    for_each_seed(20, |seed| {
        let (runner, _) = runner(seed);
        let p = Pipeline::new();
        let first = p.read(in_time(Streams { busy: vec![0, 10, 20], silent: vec![30] }).take(10)).named("First");
        assert_that(&first).contains_in_any_order([0, 10, 20, 30, 100, 110, 120, 200, 210, 220]);
        let until = in_time(Streams { busy: vec![0, 10], silent: vec![] }).until(at(250));
        assert_that(&p.read(until).named("Until")).contains_in_any_order([0, 10, 100, 110, 200, 210, 300, 310]);
        assert_that(&first.count()).contains_in_any_order([10]);
        p.run_with(&runner).unwrap();
    });
}

/// What it waits for may never come.
#[test]
fn the_beginning_of_a_stream_ends_when_the_run_drains() {
    for seed in 0..6 {
        let (runner, _) = runner(seed);
        let (p, control) = (Pipeline::new(), Control::default());
        let stop = control.clone();
        let beginning = p.read(Streams { busy: vec![], silent: vec![1, 2] }.take(3));
        assert_that(&beginning).contains_in_any_order([1, 2]);
        beginning.inspect(move |n| {
            if *n == 2 {
                stop.drain();
            }
        });
        run(&p, &runner, &control);
    }
}

#[test]
fn history_comes_before_what_is_live_and_nothing_is_late() {
    for_each_seed(30, |seed| {
        let (runner, _) = runner(seed);
        let (p, control, seen) = (Pipeline::new(), Control::default(), Seen::new());
        let (stop, all) = (control.clone(), seen.clone());
        let history = in_time(Streams { busy: vec![0], silent: vec![] }).take(40);
        let live = in_time(Streams { busy: vec![4_000, 4_010, 4_020], silent: vec![] });
        let both = p.read(history.concat(live));
        both.inspect(move |n| {
            if all.add(n) > 100 {
                stop.drain();
            }
        });
        let counts = both.window(Windowing::fixed(Duration::from_secs(1))).count();
        let total = Seen::new();
        let windows = total.clone();
        counts.inspect(move |count| {
            windows.add(count);
        });
        let metrics = run(&p, &runner, &control).metrics;
        let seen = seen.take();
        assert!(seen[..40].iter().copied().eq((0..40).map(|n| n * 100)), "{seen:?}");
        let live_ones = |first: i64| seen[40..].iter().copied().filter(move |n| n % 100 == first);
        for first in [0, 10, 20] {
            assert!(live_ones(first).eq((0..).map(|n| 4_000 + first + n * 100).take(live_ones(first).count())));
        }
        assert_eq!(metrics.counter("dropped_late"), 0);
        assert_eq!(total.take().iter().sum::<u64>(), seen.len() as u64);
    });
}

#[test]
fn an_element_without_a_time_fails_the_step_that_reads() {
    let p = Pipeline::new();
    let source = Streams { busy: vec![7], silent: vec![] };
    p.read(source.with_timestamps(|_| Err::<Timestamp, _>("no clock"), Monotonic::default())).inspect(|_| ());
    let error = p.run_with(&runner(0).0).unwrap_err().to_string();
    assert!(error.contains("step 'Streams' (tests/live/splits.rs:"), "{error}");
    assert!(
        error.contains("no timestamp is found in element 7: no clock") && error.contains("the stream from 7"),
        "{error}"
    );
}
