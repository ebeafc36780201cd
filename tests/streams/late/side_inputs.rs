//! Of functions that read side inputs, and of side inputs.

use super::{Pair, assert_late, check, in_ten_seconds, numbers, pairs};
use crate::panes::{SECOND, at};
use beamline::testing::{TestPipeline, TestStream, assert_that};
use beamline::window::Windowing;
use beamline::{BoxError, Cx, DoFn, Pipeline, View};

/// Factors of 10 in the first ten seconds, and of 100 in the eleventh.
fn factors(p: &Pipeline) -> View<u64> {
    let factors = TestStream::new().element(at(5), 10).element(at(105), 100);
    p.apply(factors).window(Windowing::fixed(10 * SECOND)).as_singleton()
}

#[test]
fn of_functions_of_side_inputs() {
    check(6, |p| {
        let numbers = in_ten_seconds(&numbers(p));
        let reading = numbers.keeping_late_data().with_side(factors(p));
        let products = reading.map(|(key, n), factor| (key, n * factor)).named("Multiply");
        assert_that(&products.results).contains_in_any_order(pairs([("a", 10), ("b", 300)]));
        let both = reading.flat_map_with(|(_, n), factor, out| [n, n * factor].into_iter().for_each(|n| out.emit(n)));
        assert_that(&both.results).contains_in_any_order([1, 10, 3, 300]);
        let small = reading.filter(|_, factor| *factor < 50);
        assert_that(&small.results).contains_in_any_order(pairs([("a", 1)]));
        [products.late, both.late, small.late].iter().for_each(assert_late);
    });
}

#[derive(Clone)]
struct Multiply;

impl DoFn<Pair, View<u64>> for Multiply {
    type Out = u64;
    fn process(&mut self, (_, n): Pair, cx: &mut Cx<'_, u64, View<u64>>) -> Result<(), BoxError> {
        cx.emit(n * cx.side());
        Ok(())
    }
}

#[test]
fn of_a_dofn_with_side_inputs() {
    check(2, |p| {
        let products = in_ten_seconds(&numbers(p)).keeping_late_data().with_side(factors(p)).par_do(Multiply);
        assert_that(&products.results).contains_in_any_order([10, 300]);
        assert_late(&products.late);
    });
}

/// What is dropped where nobody asks is counted all the same.
#[test]
fn it_is_counted_where_nobody_asks() {
    check(2, |p| {
        let products = in_ten_seconds(&numbers(p)).with_side(factors(p)).map(|(_, n), factor| n * factor);
        assert_that(&products).contains_in_any_order([10, 300]);
    });
}

/// An element of two windows is late for the first of them only.
#[test]
fn an_element_is_late_for_some_of_its_windows() {
    check(1, |p| {
        let main = TestStream::new().advance_watermark_to(at(20)).element(at(15), 7);
        let main = p.apply(main).window(Windowing::sliding(20 * SECOND, 10 * SECOND));
        let side = p.apply(TestStream::new().element(at(25), 'x')).window(Windowing::fixed(10 * SECOND));
        let read = main.keeping_late_data().with_side(side.as_list()).map(|n, list| (n, list.len()));
        assert_that(&read.results).contains_in_any_order([(7, 1)]);
        let late = read.late.reify_windows().map(|late| (late.value, late.timestamp, late.window.start));
        assert_that(&late).contains_in_any_order([(7, at(15), at(0))]);
    });
}

#[test]
fn of_side_inputs() {
    check(8, |p| {
        let side = in_ten_seconds(&numbers(p));
        let main = p.apply(TestStream::new().element(at(7), 1u64)).window(Windowing::fixed(10 * SECOND));
        let keeping = side.keeping_late_data();
        let (one, list, map, multimap) =
            (keeping.as_singleton(), keeping.as_list(), keeping.as_map(), keeping.as_multimap());
        let views = (one.view, list.view, map.view, multimap.view);
        let seen = main.with_side(views).map(|_, (one, list, map, multimap)| {
            (one.clone(), list.clone(), map.get("a").copied(), multimap.get("a").cloned())
        });
        let first = super::pair("a", 1);
        assert_that(&seen).contains_in_any_order([(first.clone(), vec![first], Some(1), Some(vec![1]))]);
        [one.late, list.late, map.late, multimap.late].iter().for_each(assert_late);
    });
}

#[test]
fn of_a_side_input_that_nobody_reads() {
    let p = TestPipeline::new();
    let list = in_ten_seconds(&numbers(&p)).keeping_late_data().as_singleton_or(super::pair("", 0));
    assert_late(&list.late);
    p.run();
}
