//! Elements wait until another collection is complete in their window, whatever its elements are.

use crate::script::Step::{self, Clock, Main, MainWatermark, Side, SideWatermark};
use crate::script::{everywhere, everywhere_with, fails_everywhere, ms, play, window};
use beamline::combine::Sum;
use beamline::prelude::*;
use beamline::testing::{TestPipeline, assert_that};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

fn tens() -> Windowing {
    Windowing::fixed(ms(10))
}

/// What is seen of the signal and of the elements that wait for it, in order.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u64>>>);

impl Log {
    fn watch(&self, numbers: &PCollection<u64>) -> PCollection<u64> {
        let log = self.0.clone();
        numbers.inspect(move |n| log.lock().unwrap().push(*n))
    }
}

/// Plays the steps in windows that are as late as that, and compares what is seen.
fn assert_seen(steps: &[Step], lateness: u64, expected: &[u64]) {
    let log = Log::default();
    everywhere_with(
        |p| {
            let (main, side) = play(p, steps);
            let late = tens().allowed_lateness(ms(lateness)).accumulation(Accumulation::Discarding);
            let signal = log.watch(&side).window(late);
            log.watch(&main.window(tens()).wait_on(&signal));
        },
        |result| {
            assert_eq!(std::mem::take(&mut *log.0.lock().unwrap()), expected);
            assert_eq!(result.metrics.counter("dropped_late"), 0);
        },
    );
}

#[test]
fn an_element_waits_for_the_end_of_its_window_and_no_longer() {
    let steps = [
        Main(5, 1),
        Side(3, 100),
        SideWatermark(9),
        Main(15, 2),
        Side(4, 101),
        SideWatermark(10),
        Side(17, 102),
        Main(6, 3),
        Side(18, 103),
        SideWatermark(20),
        Side(40, 104),
    ];
    assert_seen(&steps, 0, &[100, 101, 1, 102, 3, 103, 2, 104]);
}

#[test]
fn a_window_is_complete_when_nothing_may_be_late_any_more() {
    let steps = [Main(5, 1), SideWatermark(50), Side(3, 100), SideWatermark(109), Side(200, 101), SideWatermark(110)];
    assert_seen(&steps, 100, &[100, 101, 1]);
}

#[test]
fn the_end_of_the_signal_completes_all_windows() {
    assert_seen(&[Main(5, 1), Main(500, 2), Side(3, 100), Clock(1)], 100, &[100, 1, 2]);
}

#[test]
fn what_comes_late_is_not_dropped() {
    let steps = [MainWatermark(1000), SideWatermark(1000), Main(5, 1), Side(1500, 100), Main(6, 2)];
    assert_seen(&steps, 0, &[1, 100, 2]);
}

#[test]
fn what_waits_holds_the_watermark_and_keeps_its_window() {
    let steps = [Main(5, 1), Main(6, 2), MainWatermark(50), Side(3, 10), SideWatermark(20), Main(51, 4)];
    everywhere_with(
        |p| {
            let (main, side) = play(p, &steps);
            let sums = main.window(tens()).wait_on(&side.window(tens())).combine(Sum);
            assert_that(&sums).in_window(window(0, 10)).on_time_pane([3]);
            assert_that(&sums).in_window(window(50, 60)).on_time_pane([4]);
        },
        |result| assert_eq!(result.metrics.counter("dropped_late"), 0),
    );
}

#[test]
fn an_element_waits_for_the_last_window_that_it_is_in() {
    let log = Log::default();
    everywhere_with(
        |p| {
            let steps = [Main(5, 1), Side(3, 100), SideWatermark(10), Side(11, 101), SideWatermark(20), Side(90, 102)];
            let (main, side) = play(p, &steps);
            let sliding = main.window(Windowing::sliding(ms(10), ms(5)));
            log.watch(&sliding.wait_on(&log.watch(&side).window(tens())));
        },
        // In [0, 10) and [5, 15): the first is over at 10, the second needs [10, 20).
        |_| assert_eq!(std::mem::take(&mut *log.0.lock().unwrap()), [100, 1, 101, 1, 102]),
    );
}

#[test]
fn several_signals() {
    let log = Log::default();
    everywhere_with(
        |p| {
            let steps = [Main(5, 1), SideWatermark(10), Side(12, 100), SideWatermark(20), Side(21, 101)];
            let (main, side) = play(p, &steps);
            let (fives, twenties) = (side.window(Windowing::fixed(ms(5))), side.window(Windowing::fixed(ms(20))));
            log.watch(&side);
            log.watch(&main.window(tens()).wait_on(&fives).wait_on(&twenties));
        },
        |_| assert_eq!(std::mem::take(&mut *log.0.lock().unwrap()), [100, 1, 101]),
    );
}

/// Numbers of which it is known how many have been counted.
fn counted(p: &TestPipeline, count: &Arc<AtomicUsize>) -> PCollection<u64> {
    let count = count.clone();
    p.create(0..1000u64).reshuffle().inspect(move |_| {
        count.fetch_add(1, Ordering::Relaxed);
    })
}

#[test]
fn a_signal_with_an_end_is_complete_there() {
    everywhere(|p| {
        let count = Arc::new(AtomicUsize::new(0));
        let signal = counted(p, &count).with_timestamps(|n| Timestamp::from_millis(*n as i64)).window(tens());
        let (main, side) = play(p, &[Main(5, 1), Clock(1), Main(700, 2)]);
        let finite = p.create([3]);
        for (main, expected) in [(main.window(tens()), vec![1, 2]), (side, vec![]), (finite, vec![3])] {
            let count = count.clone();
            let seen = main.wait_on(&signal).map(move |n| (n, count.load(Ordering::Relaxed)));
            assert_that(&seen).contains_in_any_order(expected.into_iter().map(|n| (n, 1000)));
        }
    });
}

#[test]
fn one_that_waits_for_what_it_is_made_of() {
    everywhere(|p| {
        let count = Arc::new(AtomicUsize::new(0));
        let numbers = counted(p, &count);
        let seen = numbers.filter(|n| n % 100 == 0).wait_on(&numbers).map(move |_| count.load(Ordering::Relaxed));
        assert_that(&seen).contains_in_any_order([1000; 10]);
    });
}

#[test]
fn signals_that_are_never_complete_are_refused() {
    fails_everywhere(
        |p| {
            let (main, side) = play(p, &[]);
            main.window(tens()).wait_on(&side);
        },
        &["WaitOn/Signal", "never complete in the global window", "Windowing::fixed"],
    );
}

#[test]
fn signals_whose_windows_cannot_be_found_are_refused() {
    fails_everywhere(
        |p| {
            let (main, side) = play(p, &[]);
            main.wait_on(&side.window(tens()));
        },
        &["WaitOn/Signal", "fixed windows"],
    );
    fails_everywhere(
        |p| {
            let (main, side) = play(p, &[]);
            main.window(tens()).wait_on(&side.window(Windowing::sessions(ms(10))));
        },
        &["WaitOn/Signal", "sessions"],
    );
}
