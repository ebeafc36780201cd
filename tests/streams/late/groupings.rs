//! Of steps that bring the elements of a collection together.

use super::{Remember, assert_late, check, in_ten_seconds, numbers, pair, pairs};
use crate::panes::at;
use beamline::combine::Sum;
use beamline::testing::{TestPipeline, TestStream, assert_that};
use beamline::window::{Accumulation, Trigger, Windowing};

#[test]
fn of_groupings() {
    check(2, |p| {
        let groups = in_ten_seconds(&numbers(p)).keeping_late_data().group_by_key().named("Groups");
        assert_that(&groups.results.map(|(key, values)| (key, values.len()))).has_count(2);
        assert_late(&groups.late);
    });
}

#[test]
fn of_combines() {
    check(2, |p| {
        let sums = in_ten_seconds(&numbers(p)).keeping_late_data().combine_per_key(Sum);
        assert_that(&sums.results).contains_in_any_order(pairs([("a", 1), ("b", 3)]));
        assert_late(&sums.late);
    });
}

#[test]
fn of_combines_of_all_elements() {
    check(2, |p| {
        let counts = in_ten_seconds(&numbers(p)).keeping_late_data().count();
        assert_that(&counts.results).contains_in_any_order([1, 1]);
        assert_late(&counts.late);
    });
}

#[test]
fn of_counts_of_elements() {
    check(2, |p| {
        let counts = in_ten_seconds(&numbers(p)).keeping_late_data().count_per_element();
        assert_that(&counts.results).contains_in_any_order([(pair("a", 1), 1), (pair("b", 3), 1)]);
        assert_late(&counts.late);
    });
}

#[test]
fn of_batches() {
    check(2, |p| {
        let batches = in_ten_seconds(&numbers(p)).keeping_late_data().group_into_batches(10);
        assert_that(&batches.results).contains_in_any_order([("a".to_owned(), vec![1]), ("b".to_owned(), vec![3])]);
        assert_late(&batches.late);
    });
}

#[test]
fn of_distinct_elements() {
    check(2, |p| {
        let distinct = in_ten_seconds(&numbers(p)).keeping_late_data().distinct().named("Once");
        assert_that(&distinct.results).contains_in_any_order(pairs([("a", 1), ("b", 3)]));
        assert_late(&distinct.late);
    });
}

#[test]
fn of_latest_elements() {
    check(2, |p| {
        let latest = in_ten_seconds(&numbers(p)).keeping_late_data().latest();
        assert_that(&latest.results).contains_in_any_order(pairs([("a", 1), ("b", 3)]));
        assert_late(&latest.late);
    });
}

#[test]
fn of_latest_values() {
    check(2, |p| {
        let latest = in_ten_seconds(&numbers(p)).keeping_late_data().latest_per_key();
        assert_that(&latest.results).contains_in_any_order(pairs([("a", 1), ("b", 3)]));
        assert_late(&latest.late);
    });
}

#[test]
fn of_combines_in_two_rounds() {
    check(2, |p| {
        let sums = in_ten_seconds(&numbers(p)).keeping_late_data().combine_per_key_with_fanout(3, Sum).named("Sums");
        assert_that(&sums.results).contains_in_any_order(pairs([("a", 1), ("b", 3)]));
        assert_late(&sums.late);
    });
}

#[test]
fn of_functions_with_state() {
    check(2, |p| {
        let sums = in_ten_seconds(&numbers(p)).keeping_late_data().par_do_stateful(Remember).named("Remember");
        assert_that(&sums.results).contains_in_any_order([1, 3]);
        assert_late(&sums.late);
    });
}

/// A window whose trigger has finished takes nothing more.
#[test]
fn of_windows_that_are_closed() {
    let p = TestPipeline::new();
    let once = Windowing::global().trigger(Trigger::after_count(2), Accumulation::Discarding).allow_data_loss();
    let stream = TestStream::new().element(at(1), 1).element(at(2), 2).element(at(3), 3);
    let sums = p.apply(stream).window(once).keeping_late_data().combine(Sum);
    assert_that(&sums.results).contains_in_any_order([3u64]);
    assert_that(&sums.late).contains_in_any_order([3]);
    assert_eq!(p.run().metrics.counter("dropped_closed"), 1);
}
