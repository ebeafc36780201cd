//! Every grouping in windows that merge.

use crate::support::{everywhere, sorted};
use crate::times::{at, ms, only, timed, window};
use beamline::prelude::*;
use beamline::testing::assert_that;
use beamline::window::{Merge, Window, WindowFn, WindowSet};

/// Visits: the times are a few milliseconds apart, or many.
fn visits(p: &Pipeline) -> PCollection<(char, u64)> {
    let visits = [(-7, 'a', 1), (0, 'a', 2), (9, 'a', 3), (19, 'a', 4), (2, 'b', 5), (11, 'b', 6), (50, 'b', 7)];
    timed(p, visits.map(|(time, who, n)| (time, (who, n)))).window(sessions())
}

fn sessions() -> Windowing {
    Windowing::sessions(ms(10))
}

#[test]
fn group_by_key() {
    everywhere(|p| {
        let groups = visits(p).group_by_key().map_values(|values| sorted(&values));
        let expected = [
            only(-7, 19, ('a', vec![1, 2, 3])),
            only(19, 29, ('a', vec![4])),
            only(2, 21, ('b', vec![5, 6])),
            only(50, 60, ('b', vec![7])),
        ];
        assert_that(&groups.reify_windows()).contains_in_any_order(expected.clone());
        // Sessions that have been merged are merged no more, though these overlap.
        let again = groups.map(|(who, values)| ((), (who, values))).group_by_key();
        let sizes = again.map_values(|groups| groups.len()).reify_windows();
        assert_that(&sizes)
            .contains_in_any_order(expected.map(|e| only(e.window.start.millis(), e.window.end.millis(), ((), 1))));
        // Unless they are asked for anew: the results are at the ends of the first ones.
        let anew = groups.values().window(sessions()).map(|values| ((), values)).group_by_key();
        let numbers = anew.map_values(|lists| sorted(lists.iter().flatten()));
        assert_that(&numbers.reify_windows())
            .contains_in_any_order([only(18, 38, ((), vec![1, 2, 3, 4, 5, 6])), only(59, 69, ((), vec![7]))]);
    });
}

#[test]
fn combine_per_key() {
    everywhere(|p| {
        let expected = [only(-7, 19, ('a', 6)), only(19, 29, ('a', 4)), only(2, 21, ('b', 11)), only(50, 60, ('b', 7))];
        assert_that(&visits(p).combine_per_key(Sum).reify_windows()).contains_in_any_order(expected);
        let spread = visits(p).combine_per_key_with_fanout(3, Sum);
        assert_that(&spread.reify_windows()).contains_in_any_order(expected);
        let latest = [only(-7, 19, ('a', 3)), only(19, 29, ('a', 4)), only(2, 21, ('b', 6)), only(50, 60, ('b', 7))];
        assert_that(&visits(p).latest_per_key().reify_windows()).contains_in_any_order(latest);
    });
}

#[test]
fn combine() {
    everywhere(|p| {
        let visits = visits(p);
        assert_that(&visits.values().combine(Sum).reify_windows())
            .contains_in_any_order([only(-7, 29, 21), only(50, 60, 7)]);
        assert_that(&visits.count().reify_windows()).contains_in_any_order([only(-7, 29, 6), only(50, 60, 1)]);
        assert_that(&visits.filter(|_| false).count()).is_empty();
        let latest = [only(-7, 29, ('a', 4)), only(50, 60, ('b', 7))];
        assert_that(&visits.latest().reify_windows()).contains_in_any_order(latest);
    });
}

#[test]
fn count_per_element_distinct_and_batches() {
    everywhere(|p| {
        let who = visits(p).keys();
        assert_that(&who.count_per_element().reify_windows()).contains_in_any_order([
            only(-7, 19, ('a', 3)),
            only(19, 29, ('a', 1)),
            only(2, 21, ('b', 2)),
            only(50, 60, ('b', 1)),
        ]);
        assert_that(&who.distinct().reify_windows()).contains_in_any_order([
            only(-7, 19, 'a'),
            only(19, 29, 'a'),
            only(2, 21, 'b'),
            only(50, 60, 'b'),
        ]);
        let batches = visits(p).group_into_batches(2).map_values(|batch| batch.len());
        assert_that(&batches.reify_windows()).contains_in_any_order([
            only(-7, 19, ('a', 2)),
            only(-7, 19, ('a', 1)),
            only(19, 29, ('a', 1)),
            only(2, 21, ('b', 2)),
            only(50, 60, ('b', 1)),
        ]);
    });
}

#[test]
fn sessions_of_several_collections_are_common_ones() {
    everywhere(|p| {
        let visits = visits(p);
        let calls = timed(p, [(17, ('a', 'x')), (100, ('b', 'y'))]).window(sessions());
        // The call brings two sessions of `a` together.
        let sizes = visits.co_group(&calls).map_values(|(visits, calls)| (sorted(&visits), sorted(&calls)));
        assert_that(&sizes.reify_windows()).contains_in_any_order([
            only(-7, 29, ('a', (vec![1, 2, 3, 4], vec!['x']))),
            only(2, 21, ('b', (vec![5, 6], vec![]))),
            only(50, 60, ('b', (vec![7], vec![]))),
            only(100, 110, ('b', (vec![], vec!['y']))),
        ]);
        let three = visits.co_group((&calls, &visits)).map_values(|(v, c, w)| (v.len(), c.len(), w.len()));
        assert_that(&three.filter(|(who, _)| *who == 'a').reify_windows()).contains_in_any_order([only(
            -7,
            29,
            ('a', (4, 1, 4)),
        )]);
        let joined = visits.left_join(&calls).map_values(|(_, call)| call).values().count_per_element();
        assert_that(&joined.map(|(call, _)| call).distinct()).satisfies(|calls| assert_eq!(calls.len(), 3));
        // Of another gap: their windows are assigned by then.
        let long = timed(p, [(0, ('a', 'z'))]).window(Windowing::sessions(ms(1000)));
        let all = visits.co_group(&long).map_values(|(visits, long)| (visits.len(), long.len()));
        assert_that(&all.filter(|(who, _)| *who == 'a').reify_windows()).contains_in_any_order([only(
            -7,
            1000,
            ('a', (4, 1)),
        )]);
    });
}

/// Windows of a day each, which become one if they are of one week.
#[derive(Debug)]
struct Weeks;

impl Weeks {
    fn of(window: Window) -> i64 {
        window.start.millis().div_euclid(7)
    }
}

impl WindowFn for Weeks {
    fn assign(&self, time: Timestamp, windows: &mut WindowSet) {
        windows.push(window(time.millis(), time.millis() + 1));
    }
    fn merges(&self) -> bool {
        true
    }
    fn merge(&self, windows: &[Window]) -> Vec<Merge> {
        let weeks = windows.chunk_by(|a, b| Self::of(*a) == Self::of(*b)).filter(|week| week.len() > 1);
        weeks.map(|week| Merge { from: week.to_vec(), to: week[0].span(week[week.len() - 1]) }).collect()
    }
}

#[test]
fn windows_merge_as_a_function_of_ones_own_says() {
    everywhere(|p| {
        let days = timed(p, [-8, -1, 0, 3, 6, 7, 20].map(|day| (day, day))).window(Windowing::custom(Weeks));
        let expected = [only(-8, -7, 1), only(-1, 0, 1), only(0, 7, 3), only(7, 8, 1), only(20, 21, 1)];
        assert_that(&days.count().reify_windows()).contains_in_any_order(expected);
    });
}

#[test]
fn a_panic_of_a_window_function_is_the_steps() {
    #[derive(Debug)]
    struct Panics(&'static str);
    impl WindowFn for Panics {
        fn assign(&self, time: Timestamp, windows: &mut WindowSet) {
            assert!(self.0 != "assign", "no windows today");
            windows.push(window(time.millis(), time.millis() + 1));
        }
        fn merges(&self) -> bool {
            true
        }
        fn merge(&self, _windows: &[Window]) -> Vec<Merge> {
            panic!("no merging today")
        }
    }
    for (method, step) in [("assign", "Window"), ("merge", "Group/MergeWindows")] {
        crate::support::fails_everywhere(
            |p| {
                let windowed = p.create([1]).with_timestamps(|n| at(*n)).window(Windowing::custom(Panics(method)));
                let _ = windowed.key_by(|_| ()).group_by_key().named("Group").map(|group| group);
            },
            |error| {
                assert_eq!(error.step().map(|s| s.name.as_str()), Some(step), "{error}");
                assert!(error.to_string().contains("today"), "{error}");
            },
        );
    }
}
