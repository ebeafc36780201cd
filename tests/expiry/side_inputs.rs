//! Of side inputs, and of elements that wait for them.

use super::{Fate, Live, Pair, assert_fate, ms};
use beamline::testing::assert_that;
use beamline::window::{Accumulation, Windowing};
use beamline::{PCollection, View};

fn tens(pairs: &PCollection<Pair>) -> PCollection<Pair> {
    pairs.window(Windowing::fixed(ms(10)).allowed_lateness(ms(5)).accumulation(Accumulation::Accumulating))
}

fn sizes(main: &PCollection<u64>, list: View<Vec<Live>>) -> PCollection<(u64, usize)> {
    main.with_side(list).map(|number, list| (number, list.len()))
}

#[test]
fn of_values_that_are_read() {
    assert_fate(Fate { alive: 14, gone: 15 }, |pairs| {
        let pairs = tens(pairs);
        let seen = sizes(&pairs.map(|(key, _)| key.number()), pairs.values().as_list());
        assert_that(&seen).contains_in_any_order([(1, 4), (1, 4), (1, 4), (2, 4)].repeat(2));
    });
}

#[test]
fn of_maps() {
    assert_fate(Fate { alive: 14, gone: 15 }, |pairs| {
        let pairs = tens(pairs);
        let seen = pairs.map(|(key, _)| key.number()).with_side(pairs.as_multimap());
        assert_that(&seen.map(|number, map| (number, map.len())))
            .contains_in_any_order([(1, 2), (1, 2), (1, 2), (2, 2)].repeat(2));
    });
}

/// Elements wait until the side input is as far, and go on then.
#[test]
fn of_elements_that_wait() {
    assert_fate(Fate { alive: 19, gone: 20 }, |pairs| {
        let main = tens(pairs);
        let side = pairs.filter(|_| false).values().window(Windowing::fixed(ms(20)));
        let seen = main.with_side(side.as_list()).map(|(key, _), list| (key.number(), list.len()));
        assert_that(&seen).contains_in_any_order([(1, 0), (1, 0), (1, 0), (2, 0)].repeat(2));
    });
}

/// What nobody reads is published all the same, and goes with its window.
#[test]
fn of_values_in_windows_that_no_element_is_in() {
    assert_fate(Fate { alive: 14, gone: 15 }, |pairs| {
        let side = tens(pairs);
        let main = pairs.filter(|_| false).map(|(key, _)| key.number());
        let main =
            main.window(Windowing::fixed(ms(10)).allowed_lateness(ms(5)).accumulation(Accumulation::Accumulating));
        assert_that(&sizes(&main, side.values().as_list())).is_empty();
    });
}
