//! Elements in windows, before anything brings them together.

use crate::support::{everywhere, everywhere_with};
use crate::times::{at, ms, unpaned, window};
use beamline::Element;
use beamline::metrics::Value;
use beamline::prelude::*;
use beamline::testing::assert_that;
use beamline::window::{Window, WindowFn, WindowSet};

/// Numbers at the times that they say.
fn numbers(p: &Pipeline, times: impl IntoIterator<Item = i64>) -> PCollection<i64> {
    p.create(times).with_timestamps(|n| at(*n))
}

#[test]
fn elements_get_the_windows_of_their_timestamps() {
    everywhere(|p| {
        let all = numbers(p, [-11, -1, 0, 9, 10, 25]);
        assert_that(&all.reify_timestamps()).contains_in_any_order([-11, -1, 0, 9, 10, 25].map(|n| (n, at(n))));
        let fixed = all.window(Windowing::fixed(ms(10))).reify_windows();
        assert_that(&fixed).contains_in_any_order([
            unpaned(-11, -11, window(-20, -10)),
            unpaned(-1, -1, window(-10, 0)),
            unpaned(0, 0, window(0, 10)),
            unpaned(9, 9, window(0, 10)),
            unpaned(10, 10, window(10, 20)),
            unpaned(25, 25, window(20, 30)),
        ]);
        let sessions = all.window(Windowing::sessions(ms(10))).filter(|n| *n == 9).reify_windows();
        assert_that(&sessions).contains_in_any_order([unpaned(9, 9, window(9, 19))]);
        let global = all.window(Windowing::fixed(ms(10))).window(Windowing::global()).filter(|n| *n == 9);
        assert_that(&global.reify_windows()).contains_in_any_order([unpaned(9, 9, Window::GLOBAL)]);
    });
}

#[test]
fn windows_stay_when_other_things_change() {
    everywhere(|p| {
        let fixed = numbers(p, [5]).window(Windowing::fixed(ms(10)));
        let moved = fixed.with_timestamps(|n| at(n + 100)).window(Windowing::unchanged().allowed_lateness(ms(0)));
        assert_that(&moved.reify_windows()).contains_in_any_order([unpaned(5, 105, window(0, 10))]);
    });
}

#[test]
fn an_element_in_several_windows_is_one_until_somebody_looks() {
    everywhere_with(
        |p| {
            let sliding = numbers(p, [3, 12, 25]).window(Windowing::sliding(ms(20), ms(10)));
            let doubled = sliding.map(|n| 2 * n).named("Double");
            assert_that(&doubled).contains_in_any_order([6, 24, 50]);
            let windows = [
                unpaned(6, 3, window(-10, 10)),
                unpaned(6, 3, window(0, 20)),
                unpaned(24, 12, window(0, 20)),
                unpaned(24, 12, window(10, 30)),
                unpaned(50, 25, window(10, 30)),
                unpaned(50, 25, window(20, 40)),
            ];
            assert_that(&doubled.reify_windows()).contains_in_any_order(windows);
            assert_that(&doubled.par_do(Look)).contains_in_any_order(windows.map(|w| (w.value, w.window)));
        },
        |result| assert_eq!(result.metrics.emitted("Double"), Some(3)),
    );
}

/// Pairs each element with its window.
#[derive(Clone)]
struct Look;

impl<T: Element> DoFn<T> for Look {
    type Out = (T, Window);
    fn process(&mut self, element: T, cx: &mut Cx<'_, Self::Out>) -> Result<(), BoxError> {
        cx.emit((element, cx.window()));
        Ok(())
    }
}

#[test]
fn what_a_dofn_emits_is_in_the_window_that_it_looked_at() {
    everywhere(|p| {
        let looked = numbers(p, [3, 12]).window(Windowing::sliding(ms(20), ms(10))).par_do(Look);
        assert_that(&looked.reify_windows().filter(|w| w.value.1 != w.window)).is_empty();
        assert_that(&looked).has_count(4);
    });
}

#[test]
fn elements_between_windows_are_counted() {
    everywhere_with(
        |p| {
            let gaps = numbers(p, 0..100).window(Windowing::sliding(ms(5), ms(20))).named("Gaps");
            assert_that(&gaps).contains_in_any_order((0..100).filter(|n| n % 20 < 5));
            let none = p.create([1, 2]).window(Windowing::custom(NoWindows)).named("None");
            assert_that(&none).is_empty();
        },
        |result| {
            let dropped = |step: &str| result.metrics.value(step, "elements_in_no_window");
            assert_eq!((dropped("Gaps"), dropped("None")), (Some(Value::Counter(75)), Some(Value::Counter(2))));
        },
    );
}

#[derive(Debug)]
struct NoWindows;

impl WindowFn for NoWindows {
    fn assign(&self, _time: Timestamp, _windows: &mut WindowSet) {}
}

/// Has windows for times after the epoch, and for no others.
#[derive(Debug)]
struct OfNow;

impl WindowFn for OfNow {
    fn assign(&self, time: Timestamp, windows: &mut WindowSet) {
        assert!(time >= at(0), "nobody is there");
        windows.push(window(0, 100));
    }
}

#[test]
fn a_function_sees_the_times_of_elements_alone() {
    everywhere_with(
        |p| {
            let now = numbers(p, (-50..50).map(|n| n / 40)).filter(|n| *n >= 0);
            assert_that(&now.window(Windowing::custom(OfNow)).count()).contains_in_any_order([89]);
        },
        |result| assert!(result.metrics.steps.iter().all(|step| !step.values.contains_key("elements_in_no_window"))),
    );
}

#[test]
#[should_panic(expected = "say how the windows merge")]
fn one_window_is_not_chosen() {
    numbers(&Pipeline::new(), [1]).window_by(Windowing::global(), |_, _, windows| windows.push(window(0, 1)));
}
