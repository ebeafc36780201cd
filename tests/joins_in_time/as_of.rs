//! As-of joins, case by case.

use crate::sides::{at, late, timed};
use beamline::ValueInWindow;
use beamline::prelude::*;
use beamline::testing::{TestPipeline, TestStream, assert_that, for_each_seed};
use beamline::window::{Pane, Window};

fn usd() -> String {
    "USD".to_owned()
}

#[test]
fn the_version_valid_at_the_time_of_each_element() {
    let p = TestPipeline::new();
    let orders = timed(&p, [(-1, usd(), 'a'), (0, usd(), 'b'), (9, usd(), 'c'), (10, usd(), 'd'), (9999, usd(), 'e')]);
    let orders = orders.flatten_with(&timed(&p, [(5, "GBP".to_owned(), 'f')]));
    let rates = timed(&p, [(10, usd(), 0.7), (0, usd(), 0.5), (3, "CHF".to_owned(), 1.1)]);
    let joined = orders.as_of_join(&rates).map(|(_, pair)| pair);
    let unpaned =
        |value, time| ValueInWindow { value, timestamp: at(time), window: Window::GLOBAL, pane: Pane::UNKNOWN };
    assert_that(&joined.reify_windows()).contains_in_any_order([
        unpaned(('a', None), -1),
        unpaned(('b', Some(0.5)), 0),
        unpaned(('c', Some(0.5)), 9),
        unpaned(('d', Some(0.7)), 10),
        unpaned(('e', Some(0.7)), 9999),
        unpaned(('f', None), 5),
    ]);
    p.run();
}

#[test]
fn an_element_waits_until_no_version_can_come_for_it() {
    for_each_seed(20, |seed| {
        let p = TestPipeline::new().with_seed(seed);
        let orders = p.apply(
            TestStream::new()
                .elements([(at(10), (usd(), 'a')), (at(20), (usd(), 'b'))])
                .advance_watermark_to(at(30))
                .element(at(25), (usd(), 'c'))
                .element(at(30), (usd(), 'd')),
        );
        let rates = p.apply(
            TestStream::new()
                .element(at(5), (usd(), 0.5))
                .element(at(10), (usd(), 0.6))
                .advance_watermark_to(at(20))
                .element(at(20), (usd(), 0.7)),
        );
        // At the order of 25 the rates have come to 20 only, so it is on time.
        let joined = orders.as_of_join(&rates).map(|(_, pair)| pair);
        let expected = [('a', Some(0.6)), ('b', Some(0.7)), ('c', Some(0.7)), ('d', Some(0.7))];
        assert_that(&joined).contains_in_any_order(expected);
        assert_eq!(p.run().metrics.counter("dropped_late"), 0);
    });
}

#[test]
fn what_waits_is_not_late_downstream() {
    for parallelism in [1, 2, 4] {
        let p = TestPipeline::new().with_parallelism(parallelism);
        let orders = p.apply(TestStream::new().element(at(5), (usd(), 1u64)).advance_watermark_to(at(1000)));
        let rates = p.apply(TestStream::new().element(at(3), (usd(), 2u64)).advance_watermark_to(at(1000)));
        let priced = orders.as_of_join(&rates).map(|(_, (amount, rate))| amount * rate.unwrap_or(0));
        let sums = priced.window(Windowing::fixed(std::time::Duration::from_millis(10))).combine(Sum);
        let sums = sums.reify_windows().map(|sum| (sum.value, sum.window.end, sum.pane.timing));
        assert_that(&sums).contains_in_any_order([(2, at(10), beamline::window::Timing::OnTime)]);
        assert_eq!(p.run().metrics.counter("dropped_late"), 0);
    }
}

#[test]
fn late_elements_and_late_versions() {
    for_each_seed(20, |seed| {
        let p = TestPipeline::new().with_seed(seed);
        let both = p.apply(
            TestStream::new()
                .elements([(at(0), (false, 1)), (at(50), (false, 2)), (at(90), (false, 3))])
                .advance_watermark_to(at(100))
                // Of what is late, some is taken: elements from 60 on, versions from 20 on.
                .elements([(at(60), (true, 60)), (at(89), (true, 89)), (at(59), (true, 59))])
                .elements([(at(70), (false, 4)), (at(19), (false, 5))])
                .elements([(at(69), (true, 69)), (at(70), (true, 70)), (at(95), (true, 95))]),
        );
        let side = |is_left| both.filter(move |(left, _)| *left == is_left).map(|(_, n)| ((), n));
        let joined = late(&side(true), 40).as_of_join(&late(&side(false), 80)).values();
        let expected = [(60, Some(2)), (89, Some(2)), (69, Some(2)), (70, Some(4)), (95, Some(3))];
        assert_that(&joined).contains_in_any_order(expected);
        assert_eq!(p.run().metrics.counter("dropped_late"), 2);
    });
}

#[test]
fn of_versions_of_one_time_the_same_one_is_valid_in_whatever_order_they_come() {
    let versions = ["b", "c", "a"].map(str::to_owned);
    for order in [[0, 1, 2], [1, 0, 2], [2, 1, 0]] {
        let p = TestPipeline::new();
        let version = |place: usize| (at(5), ((), versions[order[place]].clone()));
        let stream = TestStream::new().element(version(0).0, version(0).1).elements([version(1), version(2)]);
        let bounded = timed(&p, order.map(|i| (5, (), versions[i].clone())));
        let values = timed(&p, [(5, (), 1), (4, (), 0)]);
        let expected = [((), (1, Some("c".to_owned()))), ((), (0, None))];
        assert_that(&values.as_of_join(&bounded)).contains_in_any_order(expected.clone());
        assert_that(&values.as_of_join(&p.apply(stream))).contains_in_any_order(expected);
        p.run();
    }
}

#[test]
fn with_nothing_on_one_side_or_both() {
    for is_bounded in [true, false] {
        let p = TestPipeline::new();
        let side = |elements: &[(u8, char)]| {
            if is_bounded {
                p.create(elements.to_vec())
            } else {
                p.apply(TestStream::new().elements(elements.iter().map(|element| (at(1), *element))))
            }
        };
        let (some, none) = (side(&[(1, 'a')]), side(&[]));
        assert_that(&some.as_of_join(&none)).contains_in_any_order([(1, ('a', None))]);
        assert_that(&none.as_of_join(&some)).is_empty();
        assert_that(&none.as_of_join(&none)).is_empty();
        p.run();
    }
}

#[test]
fn a_table_that_is_idle_is_not_waited_for() {
    let p = TestPipeline::new();
    let steps = std::sync::Arc::default();
    let orders = p.apply(
        TestStream::new()
            .counting_steps(std::sync::Arc::clone(&steps))
            .element(at(10), (usd(), 'a'))
            .advance_watermark_to(at(11))
            .element(at(12), (usd(), 'b')),
    );
    let rates = p.apply(TestStream::new().element(at(5), (usd(), 0.5)).idle());
    let seen = move |(_, row)| (row, steps.load(std::sync::atomic::Ordering::SeqCst));
    let joined = orders.as_of_join(&rates).map(seen);
    assert_that(&joined).satisfies(|rows| {
        let event_of = |order| rows.iter().find(|((o, _), _)| *o == order).map(|(_, event)| *event);
        assert_eq!(event_of('a'), Some(2), "{rows:?}");
    });
    p.run();
}
