//! Side inputs in windows.

use crate::support::{everywhere, fails_everywhere, nothing, owned};
use crate::times::{ms, timed, unpaned, window};
use beamline::prelude::*;
use beamline::testing::assert_that;
use beamline::window::{FixedWindows, Window};

fn fixed(size: u64) -> Windowing {
    Windowing::fixed(ms(size))
}

/// Rates that change every 10 ms, and are missing from 20 to 30.
fn rates(p: &Pipeline) -> PCollection<u64> {
    timed(p, [(-4, 1), (3, 2), (15, 3), (31, 4)]).window(fixed(10))
}

fn numbers(p: &Pipeline) -> PCollection<u64> {
    timed(p, [-10, -1, 0, 9, 10, 35].map(|time: i64| (time, time.unsigned_abs())))
}

#[test]
fn elements_read_what_their_window_has() {
    everywhere(|p| {
        let rate = rates(p).as_singleton();
        let rated = numbers(p).window(fixed(10)).with_side(rate).map(|n, rate| (n, *rate));
        assert_that(&rated.reify_windows()).contains_in_any_order([
            unpaned((10, 1), -10, window(-10, 0)),
            unpaned((1, 1), -1, window(-10, 0)),
            unpaned((0, 2), 0, window(0, 10)),
            unpaned((9, 2), 9, window(0, 10)),
            unpaned((10, 3), 10, window(10, 20)),
            unpaned((35, 4), 35, window(30, 40)),
        ]);
    });
}

#[test]
fn of_the_window_that_holds_the_last_instant_of_theirs() {
    everywhere(|p| {
        let lists = rates(p).as_list();
        // Windows [-25, 0), [0, 25) and [25, 50) end in [-10, 0), [20, 30) and [40, 50).
        let read = numbers(p).window(fixed(25)).with_side(lists).map(|n, list| (n, list.clone()));
        assert_that(&read).contains_in_any_order([
            (10, vec![1]),
            (1, vec![1]),
            (0, vec![]),
            (9, vec![]),
            (10, vec![]),
            (35, vec![]),
        ]);
        // Of sliding windows the first: for [0, 10) that is [-10, 10).
        let sliding = timed(p, [(-4, 1), (3, 2), (15, 3)]).window(Windowing::sliding(ms(20), ms(10))).as_list();
        let sums = numbers(p).window(fixed(10)).with_side(sliding).map(|n, list| (n, list.iter().sum::<u64>()));
        assert_that(&sums.filter(|(n, _)| *n == 9)).contains_in_any_order([(9, 3)]);
        assert_that(&sums.filter(|(n, _)| *n == 35)).contains_in_any_order([(35, 0)]);
    });
}

#[test]
fn an_element_in_several_windows_reads_in_each() {
    everywhere(|p| {
        let defaults = rates(p).as_singleton_or(0);
        let sliding = timed(p, [(12, 'x')]).window(Windowing::sliding(ms(30), ms(10)));
        // [-10, 20), [0, 30) and [10, 40).
        let read = sliding.with_side(defaults.clone()).map(|x, rate| (x, *rate));
        assert_that(&read).contains_in_any_order([('x', 3), ('x', 0), ('x', 4)]);
        assert_that(&sliding.with_side(defaults.clone()).filter(|_, rate| *rate > 0)).contains_in_any_order(['x', 'x']);
        let windows =
            sliding.with_side(defaults).par_do(Rated).reify_windows().map(|rated| (rated.window, rated.value));
        let expected = [(window(-10, 20), 3), (window(0, 30), 0), (window(10, 40), 4)];
        assert_that(&windows).contains_in_any_order(expected.map(|(window, rate)| (window, (window, rate))));
    });
}

/// The window of each element, and the rate there.
#[derive(Clone)]
struct Rated;

impl DoFn<char, View<u64>> for Rated {
    type Out = (Window, u64);
    fn process(&mut self, _: char, cx: &mut Cx<'_, Self::Out, View<u64>>) -> Result<(), BoxError> {
        let rated = (cx.window(), *cx.side());
        cx.emit(rated);
        Ok(())
    }
}

#[test]
fn several_side_inputs_in_windows_of_their_own() {
    everywhere(|p| {
        let rate = rates(p).as_singleton_or(100);
        let by_day = Windowing::new(FixedWindows::new(ms(1000)).offset(ms(500)));
        let names = [(0, 1u64, "one"), (0, 2, "two"), (600, 1, "eins")];
        let names = timed(p, names.map(|(time, n, name)| (time, (n, name.to_owned())))).window(by_day).as_map();
        let count = numbers(p).count().as_singleton();
        let early = numbers(p).window(fixed(10)).with_side((rate.clone(), names.clone(), count.clone()));
        let texts = early.map(|n, (rate, names, count)| {
            format!("{n} of {count} at {}", names.get(rate).map_or("some rate", String::as_str))
        });
        assert_that(&texts).contains_in_any_order(owned([
            "10 of 6 at one",
            "1 of 6 at one",
            "0 of 6 at two",
            "9 of 6 at two",
            "10 of 6 at some rate",
            "35 of 6 at some rate",
        ]));
        let later = timed(p, [(700, 7u64)]).window(fixed(10)).with_side((rate, names, count));
        let sizes = later.map(|n, (rate, names, count)| (n, *rate, names[&1].clone(), *count));
        assert_that(&sizes).contains_in_any_order([(7, 100, "eins".to_owned(), 6)]);
    });
}

#[test]
fn a_result_of_each_window_is_read_in_that_window() {
    everywhere(|p| {
        let numbers = numbers(p).window(fixed(20));
        let total = numbers.combine(Sum).as_singleton();
        let shares = numbers.with_side(total).map(|n, total| (n, *total));
        assert_that(&shares).contains_in_any_order([(10, 11), (1, 11), (0, 19), (9, 19), (10, 19), (35, 35)]);
    });
}

#[test]
fn a_window_without_the_only_element_is_an_error_for_who_reads_it() {
    fails_everywhere(
        |p| {
            let rate = rates(p).as_singleton();
            let _ = timed(p, [(5, 'a'), (25, 'b')]).window(fixed(10)).with_side(rate).map(|x, _| x);
        },
        |error| {
            let text = error.to_string();
            assert!(text.contains("a singleton side input has no element"), "{text}");
            assert!(text.contains("at: an element in [20ms, 30ms)"), "{text}");
            assert_eq!(error.step().map(|step| step.name.as_str()), Some("AsSingleton"), "{text}");
        },
    );
    fails_everywhere(
        |p| drop(p.create(['a']).with_side(nothing::<u64>(p).as_singleton()).map(|x, _| x)),
        |error| assert!(error.to_string().contains("a singleton side input has no element"), "{error}"),
    );
    // One that nobody reads there is none.
    everywhere(|p| {
        let rate = rates(p).as_singleton();
        assert_that(&timed(p, [(5, 'a')]).window(fixed(10)).with_side(rate).map(|x, _| x)).contains_in_any_order(['a']);
    });
}
