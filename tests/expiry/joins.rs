//! Of joins.

use super::{Fate, Pair, assert_fate, ms};
use beamline::testing::assert_that;
use beamline::window::{Accumulation, Windowing};
use beamline::{PCollection, Within};

fn in_windows(pairs: &PCollection<Pair>, windowing: &Windowing) -> PCollection<Pair> {
    pairs.window(windowing.clone().allowed_lateness(ms(5)).accumulation(Accumulation::Accumulating))
}

#[test]
fn of_collections_grouped_together() {
    let tens = (Fate { alive: 14, gone: 15 }, Windowing::fixed(ms(10)));
    let sessions = (Fate { alive: 23, gone: 24 }, Windowing::sessions(ms(10)));
    for (fate, windowing) in [tens, sessions] {
        assert_fate(fate, |pairs| {
            let pairs = in_windows(pairs, &windowing);
            let groups = pairs.co_group((&pairs, &pairs.filter(|(key, _)| key.number() == 2)));
            let sizes = groups.map(|(key, (a, b, c))| (key.number(), a.len() + b.len() + c.len()));
            assert_that(&sizes).contains_in_any_order([(1, 6), (2, 3), (1, 6), (2, 3)]);
        });
    }
}

#[test]
fn of_joins_in_windows() {
    assert_fate(Fate { alive: 14, gone: 15 }, |pairs| {
        let pairs = in_windows(pairs, &Windowing::fixed(ms(10)));
        let joined = pairs.left_join(&pairs.filter(|(key, _)| key.number() == 1));
        assert_that(&joined.map(|(key, (_, other))| (key.number(), other.is_some()))).has_count(2 * (9 + 1));
    });
}

/// Any value that comes may meet those of the ten milliseconds before.
#[test]
fn of_interval_joins() {
    assert_fate(Fate { alive: 19, gone: 20 }, |pairs| {
        let near = pairs
            .interval_join(pairs, Within::around(ms(10)))
            .map(|(key, (a, b))| (key.number(), a.number() + b.number()));
        assert_that(&near).has_count(2 * (9 + 1));
        let unmatched = pairs.left_interval_join(&pairs.filter(|_| false), Within::around(ms(10)));
        assert_that(&unmatched.map(|(key, (value, _))| (key.number(), value.number()))).has_count(8);
    });
}

/// Values wait for versions, which the next ones replace.
#[test]
fn of_joins_with_versions() {
    assert_fate(Fate { alive: 9, gone: 10 }, |pairs| {
        let versioned =
            pairs.as_of_join(&pairs.filter(|_| false)).map(|(key, (value, _))| (key.number(), value.number()));
        assert_that(&versioned).has_count(8);
    });
}
