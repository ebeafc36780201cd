//! A side input that changes slowly: the latest of what has come, for elements of all windows.

use crate::script::Step::{Clock, Main, MainWatermark, Side};
use crate::script::{everywhere, everywhere_with, fails_everywhere, ms, play, window};
use beamline::combine::Sum;
use beamline::prelude::*;
use beamline::testing::assert_that;

fn latest() -> Windowing {
    Windowing::global().trigger(Trigger::repeatedly(Trigger::after_count(1)), Accumulation::Discarding)
}

#[test]
fn elements_wait_for_the_first_value_and_see_the_latest() {
    let steps = [Main(5, 1), Main(50, 2), Side(3, 10), Main(6, 3), Side(1, 20), Main(7, 4), Main(60, 5)];
    everywhere(|p| {
        let (main, side) = play(p, &steps);
        let rate = side.window(latest()).as_singleton();
        let expected = [(1, 10), (2, 10), (3, 10), (4, 20), (5, 20)];
        let seen = main.with_side(rate.clone()).map(|n, rate| (n, *rate));
        assert_that(&seen).contains_in_any_order(expected);
        // Windows of the main input make no difference.
        let seen = main.window(Windowing::sliding(ms(20), ms(10))).with_side(rate).map(|n, rate| (n, *rate));
        assert_that(&seen.distinct()).satisfies(move |seen| {
            let mut seen: Vec<_> = seen.to_vec();
            seen.sort_unstable();
            seen.dedup();
            assert_eq!(seen, expected);
        });
    });
}

/// The example in the documentation of `View`.
#[test]
fn prices_are_converted_at_the_latest_rate() {
    everywhere(|p| {
        let (prices, rates) = play(p, &[Main(5, 10), Side(7, 3), Side(8, 4), Main(9, 20)]);
        let rate = rates.window(latest()).as_singleton();
        assert_that(&prices.with_side(rate).map(|price, rate| price * rate)).contains_in_any_order([30, 80]);
    });
}

#[test]
fn a_table_is_replaced_when_the_clock_says() {
    let steps = [
        Main(1, 1),
        Side(1, 1),
        Side(2, 2),
        Clock(500),
        Main(2, 2),
        Clock(500),
        Main(3, 3),
        Side(3, 3),
        Main(4, 4),
        Clock(1000),
        Main(5, 5),
    ];
    everywhere(|p| {
        let (main, side) = play(p, &steps);
        let trigger = Trigger::repeatedly(Trigger::after_processing_time(ms(1000)));
        let table = side.map(|n| (n, n * 100)).window(Windowing::global().trigger(trigger, Accumulation::Accumulating));
        let seen = main.with_side(table.as_map()).map(|n, table| (n, table.get(&n).copied(), table.len()));
        assert_that(&seen).contains_in_any_order([
            (1, Some(100), 2),
            (2, Some(200), 2),
            (3, None, 2),
            (4, None, 2),
            (5, None, 3),
        ]);
    });
}

#[test]
fn what_waits_for_the_first_value_is_not_late() {
    let steps = [Main(5, 1), Main(15, 2), MainWatermark(100), Main(6, 4), Side(3, 10), MainWatermark(200)];
    everywhere_with(
        |p| {
            let (main, side) = play(p, &steps);
            let main = main.window(Windowing::fixed(ms(10)));
            let sums = main.with_side(side.window(latest()).as_singleton()).map(|n, rate| n * rate).combine(Sum);
            // The element that was late is so no more: others in front of it are still on their way.
            assert_that(&sums).in_window(window(0, 10)).on_time_pane([50]);
            assert_that(&sums).in_window(window(10, 20)).on_time_pane([20]);
        },
        |result| assert_eq!(result.metrics.counter("dropped_late"), 0),
    );
}

#[test]
fn a_side_input_that_never_comes_is_empty_in_the_end() {
    everywhere(|p| {
        let (main, side) = play(p, &[Main(5, 1), Main(6, 2)]);
        let seen = main.with_side(side.window(latest()).as_singleton_or(9)).map(|n, rate| (n, *rate));
        assert_that(&seen).contains_in_any_order([(1, 9), (2, 9)]);
    });
}

#[test]
fn a_singleton_that_accumulates_is_an_error_that_says_what_to_do() {
    fails_everywhere(
        |p| {
            let (main, side) = play(p, &[Side(3, 10), Main(5, 1), Side(4, 11)]);
            let all =
                Windowing::global().trigger(Trigger::repeatedly(Trigger::after_count(1)), Accumulation::Accumulating);
            let _ = main.with_side(side.window(all).as_singleton()).map(|n, rate| n * rate);
        },
        &["more than one element", "AsSingleton", "`Accumulation::Discarding`"],
    );
}
