//! Results before the end, and at other times than the end of their window.

use crate::support::{everywhere, sorted};
use crate::times::{at, ms, only, timed, window};
use beamline::prelude::*;
use beamline::testing::assert_that;
use beamline::window::{OnTimeBehavior, Pane, TimestampCombiner, Timing};
use beamline::{Element, ValueInWindow};

fn letters(p: &Pipeline) -> PCollection<(char, u64)> {
    let elements = [(-12, 'a', 1), (-3, 'a', 2), (3, 'b', 3), (4, 'a', 4), (6, 'a', 5), (10, 'b', 6)];
    timed(p, elements.map(|(time, letter, number)| (time, (letter, number))))
}

fn fixed() -> Windowing {
    Windowing::fixed(ms(10))
}

/// The one result of a window, at `time`.
fn result<T>(start: i64, end: i64, time: i64, value: T) -> ValueInWindow<T> {
    ValueInWindow { timestamp: at(time), ..only(start, end, value) }
}

#[test]
fn results_at_the_earliest_and_latest_timestamp() {
    everywhere(|p| {
        let earliest = letters(p).window(fixed().timestamp_combiner(TimestampCombiner::Earliest));
        let latest = letters(p).window(fixed().timestamp_combiner(TimestampCombiner::Latest));
        assert_that(&earliest.combine_per_key(Sum).reify_windows()).contains_in_any_order([
            result(-20, -10, -12, ('a', 1)),
            result(-10, 0, -3, ('a', 2)),
            result(0, 10, 4, ('a', 9)),
            result(0, 10, 3, ('b', 3)),
            result(10, 20, 10, ('b', 6)),
        ]);
        let counts = [result(-20, -10, -12, 1), result(-10, 0, -3, 1), result(0, 10, 6, 3), result(10, 20, 10, 1)];
        assert_that(&latest.count().reify_windows()).contains_in_any_order(counts);
        let groups = latest.group_by_key().map_values(|values| sorted(&values)).filter(|(_, values)| values.len() > 1);
        assert_that(&groups.reify_windows()).contains_in_any_order([result(0, 10, 6, ('a', vec![4, 5]))]);
        let both = earliest.co_group(&earliest.filter(|(_, n)| *n != 4)).map_values(|(l, r)| (l.len(), r.len()));
        assert_that(&both.filter(|(_, sizes)| *sizes == (2, 1)).reify_windows()).contains_in_any_order([result(
            0,
            10,
            4,
            ('a', (2, 1)),
        )]);
        assert_that(&latest.combine_per_key_with_fanout(3, Sum).values().filter(|n| *n == 9).reify_windows())
            .contains_in_any_order([result(0, 10, 6, 9)]);
    });
}

#[test]
fn sessions_at_the_earliest_timestamp() {
    everywhere(|p| {
        let windowing = Windowing::sessions(ms(10)).timestamp_combiner(TimestampCombiner::Earliest);
        let sums = letters(p).window(windowing).combine_per_key(Sum).reify_windows();
        let expected = [result(-12, 16, -12, ('a', 12)), result(3, 20, 3, ('b', 9))];
        assert_that(&sums).contains_in_any_order(expected);
    });
}

fn early<T: Element>(results: &PCollection<T>) -> PCollection<T> {
    results.reify_windows().filter(|result| result.pane.timing == Timing::Early).map(|result| result.value)
}

#[test]
fn a_result_with_every_element() {
    everywhere(|p| {
        let each = fixed().trigger(Trigger::always(), Accumulation::Discarding).allowed_lateness(ms(0));
        let each = letters(p).window(each.on_time_behavior(OnTimeBehavior::FireIfNonEmpty));
        let counts = each.combine_per_key(Count);
        let expected = [('a', 1), ('a', 1), ('a', 1), ('a', 1), ('b', 1), ('b', 1)];
        assert_that(&counts).contains_in_any_order(expected);
        assert_that(&early(&counts)).contains_in_any_order(expected);
        assert_that(&each.keys().distinct()).contains_in_any_order(['a', 'a', 'a', 'a', 'b', 'b']);
        assert_that(&each.values().latest()).contains_in_any_order(1..=6);
    });
}

#[test]
fn a_result_of_all_so_far_with_every_other_element() {
    everywhere(|p| {
        let numbers = timed(p, (0..5u64).map(|n| (n as i64, ((), n))));
        let pairs = fixed().trigger(Trigger::repeatedly(Trigger::after_count(2)), Accumulation::Accumulating);
        let counts = numbers.window(pairs.allowed_lateness(ms(0))).combine_per_key(Count).values();
        assert_that(&early(&counts)).satisfies(|counts| {
            // A worker may have collected any number of elements when it is asked.
            assert!(counts.iter().all(|n| (2..=5).contains(n)), "{counts:?}");
        });
        let last = counts.reify_windows().filter(|count| count.pane.last);
        let last = last.map(|count| (count.value, count.window, count.pane.timing));
        assert_that(&last).contains_in_any_order([(5, window(0, 10), Timing::OnTime)]);
    });
}

#[test]
fn batches_do_not_care_about_triggers() {
    everywhere(|p| {
        let each = fixed().trigger(Trigger::always(), Accumulation::Accumulating).allowed_lateness(ms(0));
        let numbers = timed(p, (0..25u64).map(|n| (n as i64, ('k', n)))).window(each);
        let sizes = numbers.group_into_batches(7).map_values(|batch| batch.len()).reify_windows();
        let sizes = sizes.map(|batch| (batch.window.start, batch.value.1, batch.pane == Pane::ONLY));
        let expected = [(0, 7), (0, 3), (10, 7), (10, 3), (20, 5)].map(|(start, n)| (at(start), n, true));
        assert_that(&sizes).contains_in_any_order(expected);
    });
}
