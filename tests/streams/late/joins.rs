//! Of steps that bring several collections together.

use super::{assert_late, check, in_ten_seconds, numbers, pairs, prices, ten_seconds};
use crate::panes::{SECOND, at};
use beamline::Within;
use beamline::testing::assert_that;
use beamline::window::{Accumulation, Windowing};
use std::time::Duration;

fn taking_late(by: Duration) -> Windowing {
    Windowing::unchanged().allowed_lateness(by).accumulation(Accumulation::Discarding)
}

#[test]
fn of_several_collections_grouped_together() {
    check(4, |p| {
        let windowing = || Windowing::fixed(10 * SECOND);
        let numbers = numbers(p).window(windowing());
        let prices = prices(p).window(windowing());
        let others = numbers.filter(|(_, n)| *n != 2).map_values(|n| n as i64);
        let groups = numbers.keeping_late_data().co_group((&prices, &others));
        let sizes =
            groups.results.map(|(key, (numbers, prices, others))| (key, numbers.len(), prices.len(), others.len()));
        assert_that(&sizes).contains_in_any_order([("a".to_owned(), 1, 0, 1), ("b".to_owned(), 1, 0, 1)]);
        let (late_numbers, late_prices, late_others) = groups.late;
        assert_late(&late_numbers);
        assert_that(&late_prices).in_window(ten_seconds()).contains_in_any_order([("a".to_owned(), 'x')]);
        assert_that(&late_others).contains_in_any_order([("b".to_owned(), 4i64)]);
    });
}

/// What each of the four joins makes of the values that are in time.
#[test]
fn of_joins_in_windows() {
    check(12, |p| {
        let (numbers, prices) = (in_ten_seconds(&numbers(p)), prices(p).window(Windowing::fixed(10 * SECOND)));
        let keeping = numbers.keeping_late_data();
        let (inner, left) = (keeping.join(&prices).named("Inner"), keeping.left_join(&prices));
        let (right, full) = (keeping.right_join(&prices), keeping.full_join(&prices));
        assert_that(&inner.results).is_empty();
        let without = |key: &str, n| (key.to_owned(), (n, None::<char>));
        assert_that(&left.results).contains_in_any_order([without("a", 1), without("b", 3)]);
        assert_that(&right.results).is_empty();
        let without = |key: &str, n| (key.to_owned(), (Some(n), None::<char>));
        assert_that(&full.results).contains_in_any_order([without("a", 1), without("b", 3)]);
        for (late_numbers, late_prices) in [inner.late, left.late, right.late, full.late] {
            assert_late(&late_numbers);
            assert_that(&late_prices).in_window(ten_seconds()).contains_in_any_order([("a".to_owned(), 'x')]);
        }
    });
}

/// A join takes what is behind the watermark by no more than the lateness of its side.
#[test]
fn of_joins_in_time() {
    check(3, |p| {
        let numbers = numbers(p);
        let prices = prices(p).window(taking_late(SECOND));
        let near = numbers.keeping_late_data().full_interval_join(&prices, Within::around(10 * SECOND));
        let alone = |key: &str, n| (key.to_owned(), (Some(n), None::<char>));
        assert_that(&near.results).contains_in_any_order([alone("a", 1), alone("b", 3)]);
        let (late_numbers, late_prices) = near.late;
        assert_that(&late_numbers).contains_in_any_order(pairs([("a", 2), ("b", 4)]));
        assert_that(&late_prices).contains_in_any_order([("a".to_owned(), 'x')]);
    });
}

#[test]
fn of_joins_with_versions() {
    check(2, |p| {
        let numbers = numbers(p);
        let prices = prices(p).window(taking_late(200 * SECOND));
        let priced = numbers.keeping_late_data().as_of_join(&prices);
        let without = |key: &str, n| (key.to_owned(), (n, None::<char>));
        assert_that(&priced.results).contains_in_any_order([without("a", 1), without("b", 3)]);
        let (late_numbers, late_prices) = priced.late;
        let times = late_numbers.reify_timestamps().map(|(_, time)| time);
        assert_that(&times).contains_in_any_order([at(2), at(3)]);
        assert_that(&late_prices).is_empty();
    });
}
