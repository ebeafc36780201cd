//! Every grouping in windows that do not merge.

use crate::support::{everywhere, owned, sorted};
use crate::times::{at, ms, only, timed, window};
use beamline::prelude::*;
use beamline::testing::assert_that;
use beamline::window::{SlidingWindows, Window, WindowFn, WindowSet};
use beamline::{Element, ValueInWindow};
use std::collections::BTreeMap;

/// Letters and numbers around the epoch.
fn letters(p: &Pipeline) -> PCollection<(char, u64)> {
    let elements = [(-12, 'a', 1), (-1, 'a', 2), (0, 'b', 3), (9, 'a', 4), (9, 'a', 5), (10, 'b', 6), (31, 'a', 7)];
    timed(p, elements.map(|(time, letter, number)| (time, (letter, number))))
}

fn fixed() -> Windowing {
    Windowing::fixed(ms(10))
}

/// The elements of groups in order.
fn in_order<K: Element, V: Element + Ord>(
    groups: &PCollection<(K, Values<V>)>,
) -> PCollection<ValueInWindow<(K, Vec<V>)>> {
    groups.map_values(|values| sorted(&values)).reify_windows()
}

#[test]
fn group_by_key() {
    everywhere(|p| {
        let groups = letters(p).window(fixed()).group_by_key();
        assert_that(&in_order(&groups)).contains_in_any_order([
            only(-20, -10, ('a', vec![1])),
            only(-10, 0, ('a', vec![2])),
            only(0, 10, ('a', vec![4, 5])),
            only(0, 10, ('b', vec![3])),
            only(10, 20, ('b', vec![6])),
            only(30, 40, ('a', vec![7])),
        ]);
        // What a grouping makes is in the same windows, so it can be grouped again.
        let sums = groups.map(|(_, values)| ((), values.iter().sum::<u64>())).group_by_key();
        assert_that(&in_order(&sums)).contains_in_any_order([
            only(-20, -10, ((), vec![1])),
            only(-10, 0, ((), vec![2])),
            only(0, 10, ((), vec![3, 9])),
            only(10, 20, ((), vec![6])),
            only(30, 40, ((), vec![7])),
        ]);
    });
}

#[test]
fn combine_per_key() {
    everywhere(|p| {
        let letters = letters(p).window(fixed());
        let expected = [
            only(-20, -10, ('a', 1)),
            only(-10, 0, ('a', 2)),
            only(0, 10, ('a', 9)),
            only(0, 10, ('b', 3)),
            only(10, 20, ('b', 6)),
            only(30, 40, ('a', 7)),
        ];
        assert_that(&letters.combine_per_key(Sum).reify_windows()).contains_in_any_order(expected);
        let spread = letters.combine_per_key_with_fanout(3, Sum);
        assert_that(&spread.reify_windows()).contains_in_any_order(expected);
        let twice = spread.combine_per_key_with_fanout(2, Sum);
        assert_that(&twice.reify_windows()).contains_in_any_order(expected);
        let latest = letters.filter(|(_, n)| *n != 5).latest_per_key().reify_windows();
        assert_that(&latest).contains_in_any_order([
            only(-20, -10, ('a', 1)),
            only(-10, 0, ('a', 2)),
            only(0, 10, ('a', 4)),
            only(0, 10, ('b', 3)),
            only(10, 20, ('b', 6)),
            only(30, 40, ('a', 7)),
        ]);
    });
}

#[test]
fn combine() {
    everywhere(|p| {
        let numbers = letters(p).window(fixed()).values();
        let sums = [(-20, 1), (-10, 2), (0, 12), (10, 6), (30, 7)].map(|(start, sum)| only(start, start + 10, sum));
        assert_that(&numbers.combine(Sum).reify_windows()).contains_in_any_order(sums);
        let counts = [(-20, 1), (-10, 1), (0, 3), (10, 1), (30, 1)].map(|(start, n)| only(start, start + 10, n));
        assert_that(&numbers.count().reify_windows()).contains_in_any_order(counts);
        let latest = [(-20, 1), (-10, 2), (0, 5), (10, 6), (30, 7)].map(|(start, n)| only(start, start + 10, n));
        assert_that(&numbers.filter(|n| *n != 4).latest().reify_windows()).contains_in_any_order(latest);
    });
}

#[test]
fn windows_without_elements_show_nothing() {
    everywhere(|p| {
        let none = letters(p).window(fixed()).filter(|_| false);
        assert_that(&none.values().count()).is_empty();
        assert_that(&none.values().latest()).is_empty();
        assert_that(&none.combine_per_key(Count)).is_empty();
        assert_that(&none.group_by_key()).satisfies(|groups| assert!(groups.is_empty()));
        assert_that(&none.window(Windowing::global()).values().count()).contains_in_any_order([0]);
    });
}

#[test]
fn count_per_element_and_distinct() {
    everywhere(|p| {
        let letters = letters(p).window(fixed()).keys();
        assert_that(&letters.count_per_element().reify_windows()).contains_in_any_order([
            only(-20, -10, ('a', 1)),
            only(-10, 0, ('a', 1)),
            only(0, 10, ('a', 2)),
            only(0, 10, ('b', 1)),
            only(10, 20, ('b', 1)),
            only(30, 40, ('a', 1)),
        ]);
        assert_that(&letters.distinct().reify_windows()).contains_in_any_order([
            only(-20, -10, 'a'),
            only(-10, 0, 'a'),
            only(0, 10, 'a'),
            only(0, 10, 'b'),
            only(10, 20, 'b'),
            only(30, 40, 'a'),
        ]);
    });
}

#[test]
fn group_into_batches() {
    everywhere(|p| {
        let numbers = timed(p, (0..25u64).map(|n| (n as i64, ('k', n)))).window(fixed());
        let sizes = numbers.group_into_batches(4).map_values(|batch| {
            assert!(batch.iter().all(|n| n / 10 == batch[0] / 10));
            batch.len()
        });
        let sizes_of = |start, sizes: &'static [usize]| sizes.iter().map(move |n| only(start, start + 10, ('k', *n)));
        let expected = sizes_of(0, &[4, 4, 2]).chain(sizes_of(10, &[4, 4, 2])).chain(sizes_of(20, &[4, 1]));
        assert_that(&sizes.reify_windows()).contains_in_any_order(expected);
    });
}

#[test]
fn joins() {
    everywhere(|p| {
        let left = timed(p, [(1, (1, 'a')), (8, (1, 'b')), (12, (1, 'c')), (31, (2, 'd'))]).window(fixed());
        let right = timed(
            p,
            [(9, (1, "x")), (11, (1, "y")), (22, (1, "z")), (0, (2, "w"))].map(|(t, (k, v))| (t, (k, v.to_owned()))),
        )
        .window(fixed());
        let [w, x, y, z] = owned(["w", "x", "y", "z"]);
        assert_that(&left.join(&right).reify_windows()).contains_in_any_order([
            only(0, 10, (1, ('a', x.clone()))),
            only(0, 10, (1, ('b', x.clone()))),
            only(10, 20, (1, ('c', y.clone()))),
        ]);
        assert_that(&left.full_join(&right).reify_windows()).contains_in_any_order([
            only(0, 10, (1, (Some('a'), Some(x.clone())))),
            only(0, 10, (1, (Some('b'), Some(x)))),
            only(10, 20, (1, (Some('c'), Some(y)))),
            only(20, 30, (1, (None, Some(z)))),
            only(0, 10, (2, (None, Some(w)))),
            only(30, 40, (2, (Some('d'), None))),
        ]);
        let sizes = left.co_group((&right, &left)).map_values(|(l, r, again)| (l.len(), r.len(), again.len()));
        assert_that(&sizes.reify_windows()).contains_in_any_order([
            only(0, 10, (1, (2, 1, 2))),
            only(10, 20, (1, (1, 1, 1))),
            only(20, 30, (1, (0, 1, 0))),
            only(0, 10, (2, (0, 1, 0))),
            only(30, 40, (2, (1, 0, 1))),
        ]);
    });
}

#[test]
fn sliding_windows_have_what_they_share() {
    everywhere(|p| {
        let sums = letters(p).window(Windowing::sliding(ms(20), ms(10))).combine_per_key(Sum);
        assert_that(&sums.reify_windows()).contains_in_any_order([
            only(-30, -10, ('a', 1)),
            only(-20, 0, ('a', 3)),
            only(-10, 10, ('a', 11)),
            only(0, 20, ('a', 9)),
            only(20, 40, ('a', 7)),
            only(30, 50, ('a', 7)),
            only(-10, 10, ('b', 3)),
            only(0, 20, ('b', 9)),
            only(10, 30, ('b', 6)),
        ]);
        let sums_of_sums = sums.values().combine(Sum);
        let expected = [(-30, 1), (-20, 3), (-10, 14), (0, 18), (10, 6), (20, 7), (30, 7)];
        let expected = expected.map(|(start, sum)| only(start, start + 20, sum));
        assert_that(&sums_of_sums.reify_windows()).contains_in_any_order(expected);
    });
}

/// Windows of 23 milliseconds every 5 that number `n`, at that time, is in.
fn windows_around(n: i64) -> impl Iterator<Item = i64> {
    (-8..30).map(|i| i * 5 + 2).filter(move |start| (*start..start + 23).contains(&n))
}

#[test]
fn windows_that_share_much_combine_it_once() {
    let mut sums = BTreeMap::new();
    for n in 0..100 {
        windows_around(n).for_each(|start| *sums.entry((start, n % 3)).or_insert(0) += n);
    }
    let mut totals = BTreeMap::new();
    sums.iter().for_each(|((start, _), sum)| *totals.entry(*start).or_insert(0) += sum);
    let sums: Vec<_> = sums.into_iter().map(|((start, key), sum)| only(start, start + 23, (key, sum))).collect();
    let totals: Vec<_> = totals.into_iter().map(|(start, total)| only(start, start + 23, total)).collect();
    everywhere(|p| {
        // Not in the order of time.
        let numbers = p.create((0..100).map(|n| n * 37 % 100)).with_timestamps(|n| at(*n));
        let windows = SlidingWindows::new(ms(23), ms(5)).offset(ms(2));
        let numbers = numbers.map(|n| (n % 3, n)).window(Windowing::new(windows));
        assert_that(&numbers.combine_per_key(Sum).reify_windows()).contains_in_any_order(sums.clone());
        assert_that(&numbers.values().combine(Sum).reify_windows()).contains_in_any_order(totals.clone());
    });
}

#[test]
fn sliding_windows_with_gaps_and_an_offset() {
    everywhere(|p| {
        let windows = SlidingWindows::new(ms(3), ms(10)).offset(ms(8));
        let sums = letters(p).window(Windowing::new(windows)).combine_per_key(Sum);
        // [-12, -9), [-2, 1) and [8, 11): the rest falls between them.
        assert_that(&sums.reify_windows()).contains_in_any_order([
            only(-12, -9, ('a', 1)),
            only(-2, 1, ('a', 2)),
            only(-2, 1, ('b', 3)),
            only(8, 11, ('a', 9)),
            only(8, 11, ('b', 6)),
        ]);
    });
}

/// The decade of an element, and all of the time before or after the epoch.
#[derive(Debug)]
struct DecadeAndSide;

impl WindowFn for DecadeAndSide {
    fn assign(&self, time: Timestamp, windows: &mut WindowSet) {
        let start = time.millis().div_euclid(10) * 10;
        windows.push(window(start, start + 10));
        windows.push(if start < 0 { window(-1000, 0) } else { window(0, 1000) });
    }
}

#[test]
fn windows_of_a_function_of_ones_own() {
    everywhere(|p| {
        let counts = letters(p).window(Windowing::custom(DecadeAndSide)).values().count();
        let decades = [(-20, 1), (-10, 1), (0, 3), (10, 1), (30, 1)].map(|(start, n)| only(start, start + 10, n));
        let sides = [only(-1000, 0, 2), only(0, 1000, 5)];
        assert_that(&counts.reify_windows()).contains_in_any_order(decades.into_iter().chain(sides));
    });
}

#[test]
fn at_the_ends_of_time() {
    everywhere(|p| {
        let times = [Timestamp::MIN, Timestamp::END_OF_GLOBAL_WINDOW, Timestamp::MAX];
        let ends = p.create(times.map(Timestamp::millis)).with_timestamps(|time| at(*time));
        for windowing in [Windowing::fixed(ms(1000)), Windowing::sessions(ms(1000))] {
            let counts = ends.window(windowing).count().reify_windows();
            assert_that(&counts).satisfies(|counts| {
                let counts = sorted(counts.iter().map(|c| (c.window, c.value, c.timestamp)));
                assert_eq!(counts.iter().map(|(_, n, _)| *n).collect::<Vec<_>>(), [1, 2]);
                assert_eq!((counts[0].0.start, counts[1].2), (Timestamp::MIN, Timestamp::END_OF_GLOBAL_WINDOW));
            });
        }
        let sliding = ends.window(Windowing::sliding(ms(1000), ms(500))).count().reify_windows();
        assert_that(&sliding).satisfies(|counts| {
            let counts = sorted(counts.iter().map(|c| (c.window, c.value, c.timestamp)));
            assert_eq!(counts.iter().map(|(_, n, _)| *n).collect::<Vec<_>>(), [1, 1, 2, 2]);
            assert!(counts[2..].iter().all(|(_, _, time)| *time == Timestamp::END_OF_GLOBAL_WINDOW));
        });
    });
}

#[test]
fn a_trigger_at_the_end_of_the_window_is_the_default() {
    everywhere(|p| {
        let plain = fixed().trigger(Trigger::after_watermark(), Accumulation::Discarding).allowed_lateness(ms(0));
        let sums = letters(p).window(plain).values().combine(Sum);
        let expected = [(-20, 1), (-10, 2), (0, 12), (10, 6), (30, 7)].map(|(start, n)| only(start, start + 10, n));
        assert_that(&sums.reify_windows()).contains_in_any_order(expected);
        let global = Windowing::global().trigger(Trigger::after_watermark(), Accumulation::Discarding);
        let all = letters(p).window(global).combine_per_key(Sum).reify_windows().map(|sum| (sum.value, sum.window));
        assert_that(&all).contains_in_any_order([(('a', 19), Window::GLOBAL), (('b', 9), Window::GLOBAL)]);
    });
}

/// The windows of an element need not be those that the windowing would give it.
#[test]
fn windows_that_a_function_has_found() {
    everywhere(|p| {
        let numbers =
            timed(p, [30, 90].map(|time| (time, ("k", 1u64))).map(|(time, (k, n))| (time, (k.to_owned(), n))));
        for windowing in [Windowing::sliding(ms(60), ms(30)), Windowing::sliding(ms(60), ms(1)), fixed()] {
            let found = numbers.window_by(windowing, |_, time, windows| {
                let minute = time.millis() / 60 * 60;
                windows.push(window(minute, minute + 60));
                windows.push(window(0, 3600));
            });
            let expected = [only(0, 60, 1), only(60, 120, 1), only(0, 3600, 2)];
            let sums = found.combine_per_key(Sum).values().reify_windows();
            assert_that(&sums).contains_in_any_order(expected);
            let groups = found.group_by_key().map(|(_, values)| values.iter().sum::<u64>()).reify_windows();
            assert_that(&groups).contains_in_any_order(expected);
        }
    });
}

/// At the beginning of time, windows begin together.
#[test]
fn windows_that_are_cut_at_the_beginning_of_time() {
    everywhere(|p| {
        let numbers = p.create([("k".to_owned(), 1u64)]).window(Windowing::sliding(ms(60), ms(10)));
        let both = numbers.flatten_with(&numbers.combine_per_key(Sum));
        assert_that(&both.combine_per_key(Sum).values()).contains_in_any_order([2; 6]);
    });
}
