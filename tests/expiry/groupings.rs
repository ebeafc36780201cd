//! Of groupings.

use super::{Fate, Pair, assert_fate, ms};
use beamline::PCollection;
use beamline::combine::ToList;
use beamline::testing::assert_that;
use beamline::window::{Accumulation, Trigger, Windowing};

/// For windows of ten, which take late elements for five.
const OF_TENS: Fate = Fate { alive: 14, gone: 15 };
/// For sessions that end after ten: the last one is from 1 to 19.
const OF_SESSIONS: Fate = Fate { alive: 23, gone: 24 };

fn late(windowing: Windowing) -> Windowing {
    windowing.allowed_lateness(ms(5)).accumulation(Accumulation::Accumulating)
}

fn tens() -> Windowing {
    late(Windowing::fixed(ms(10)))
}

/// Overlapping: those of nine are over at 30.
fn sliding() -> Windowing {
    late(Windowing::sliding(ms(40), ms(10)))
}

const OF_SLIDING: Fate = Fate { alive: 44, gone: 45 };

/// Early, on time and late.
fn often(windowing: Windowing, accumulation: Accumulation) -> Windowing {
    let each = || Trigger::after_count(1);
    let trigger = Trigger::after_watermark().early(each()).late(each());
    windowing.allowed_lateness(ms(5)).trigger(trigger, accumulation)
}

fn group(pairs: &PCollection<Pair>, windowing: Windowing) {
    let groups = pairs.window(windowing).group_by_key();
    assert_that(&groups.map(|(key, values)| (key.number(), values.len()))).satisfies(|groups| {
        assert!(groups.len() >= 4, "{groups:?}");
    });
}

fn list(pairs: &PCollection<Pair>, windowing: Windowing) {
    let lists = pairs.window(windowing).combine_per_key(ToList);
    assert_that(&lists.map(|(key, values)| (key.number(), values.len()))).satisfies(|lists| {
        assert!(lists.len() >= 4, "{lists:?}");
    });
}

#[test]
fn of_groups() {
    assert_fate(OF_TENS, |pairs| group(pairs, tens()));
    assert_fate(OF_SLIDING, |pairs| group(pairs, sliding()));
    assert_fate(OF_SESSIONS, |pairs| group(pairs, late(Windowing::sessions(ms(10)))));
}

#[test]
fn of_groups_that_are_shown_often() {
    for accumulation in [Accumulation::Discarding, Accumulation::Accumulating] {
        assert_fate(OF_TENS, |pairs| group(pairs, often(Windowing::fixed(ms(10)), accumulation)));
        assert_fate(OF_SESSIONS, |pairs| group(pairs, often(Windowing::sessions(ms(10)), accumulation)));
    }
}

#[test]
fn of_groups_that_are_taken_back() {
    for (fate, windowing) in [(OF_TENS, Windowing::fixed(ms(10))), (OF_SESSIONS, Windowing::sessions(ms(10)))] {
        assert_fate(fate, |pairs| {
            let groups = pairs.window(often(windowing.clone(), Accumulation::Retracting)).group_by_key();
            let sizes = groups.map(|(key, values)| (key.number(), values.len()));
            // A second grouping, which has to remember what may be taken back.
            let values = groups
                .flat_map(|(key, values)| values.iter().map(move |value| (value, key.clone())).collect::<Vec<_>>());
            let regrouped = values.group_by_key().map(|(value, keys)| (value.number(), keys.len()));
            assert_that(&sizes.to_changelog()).satisfies(|changes| assert!(changes.len() >= 4, "{changes:?}"));
            assert_that(&regrouped.to_changelog()).satisfies(|changes| assert!(changes.len() >= 4, "{changes:?}"));
        });
    }
}

#[test]
fn of_combines() {
    assert_fate(OF_TENS, |pairs| list(pairs, tens()));
    assert_fate(OF_SLIDING, |pairs| list(pairs, sliding()));
    assert_fate(OF_SESSIONS, |pairs| list(pairs, late(Windowing::sessions(ms(10)))));
    assert_fate(OF_TENS, |pairs| list(pairs, often(Windowing::fixed(ms(10)), Accumulation::Accumulating)));
}

#[test]
fn of_combines_of_all_elements() {
    assert_fate(OF_TENS, |pairs| {
        let lists = pairs.window(tens()).combine(ToList).map(|list| list.len());
        assert_that(&lists).contains_in_any_order([4, 4]);
    });
}

#[test]
fn of_distinct_elements() {
    for (fate, windowing) in [(OF_TENS, tens()), (OF_SESSIONS, late(Windowing::sessions(ms(10))))] {
        assert_fate(fate, |pairs| {
            let numbers = pairs.window(windowing.clone()).values().distinct().map(|value| value.number());
            assert_that(&numbers).contains_in_any_order([10, 20, 30, 10, 20, 30]);
        });
    }
}

#[test]
fn of_latest_values() {
    assert_fate(OF_TENS, |pairs| {
        let latest = pairs.window(tens()).latest_per_key().map(|(key, value)| (key.number(), value.number()));
        assert_that(&latest).contains_in_any_order([(1, 30), (2, 20), (1, 30), (2, 20)]);
    });
}

#[test]
fn of_batches() {
    assert_fate(OF_TENS, |pairs| {
        let batches = pairs.window(tens()).group_into_batches(100).map(|(key, batch)| (key.number(), batch.len()));
        assert_that(&batches).contains_in_any_order([(1, 3), (2, 1), (1, 3), (2, 1)]);
    });
}

/// A window whose trigger has finished is remembered as closed until it expires.
#[test]
fn of_windows_that_are_closed() {
    let once = Windowing::fixed(ms(10))
        .allowed_lateness(ms(5))
        .trigger(Trigger::after_count(1), Accumulation::Discarding)
        .allow_data_loss();
    assert_fate(OF_TENS, |pairs| {
        let groups = pairs.window(once.clone()).group_by_key().map(|(key, values)| (key.number(), values.len()));
        assert_that(&groups).contains_in_any_order([(1, 1), (2, 1), (1, 1), (2, 1)]);
    });
}
