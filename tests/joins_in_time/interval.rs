//! Interval joins, case by case.

use crate::sides::{at, late, ms, timed};
use beamline::prelude::*;
use beamline::testing::{TestPipeline, TestStream, assert_that, for_each_seed};
use beamline::window::{Pane, Window};
use beamline::{ValueInWindow, Within};

type Pairs<L, R> = Vec<((u8, (L, R)), Timestamp)>;

#[test]
fn both_bounds_belong_to_it() {
    let right = [(-6, 'a'), (-5, 'b'), (0, 'c'), (10, 'd'), (11, 'e')];
    let expected: Pairs<char, char> =
        vec![((1, ('x', 'b')), at(0)), ((1, ('x', 'c')), at(0)), ((1, ('x', 'd')), at(10))];
    let within = Within::before(ms(5)).and_after(ms(10));
    let p = TestPipeline::new();
    let left = timed(&p, [(0, 1u8, 'x')]);
    let bounded = timed(&p, right.map(|(time, value)| (time, 1u8, value)));
    assert_that(&left.interval_join(&bounded, within).reify_timestamps()).contains_in_any_order(expected.clone());
    let streamed = p.apply(TestStream::new().elements(right.map(|(time, value)| (at(time), (1u8, value)))));
    assert_that(&left.interval_join(&streamed, within).reify_timestamps()).contains_in_any_order(expected);
    p.run();
}

#[test]
fn results_are_in_the_global_window_and_have_no_pane() {
    let unpaned =
        |value, time| ValueInWindow { value, timestamp: at(time), window: Window::GLOBAL, pane: Pane::UNKNOWN };
    let p = TestPipeline::new();
    let (left, right) = (timed(&p, [(-3, 1u8, 'a'), (9, 1, 'b')]), timed(&p, [(-2, 1u8, 'x')]));
    let joined = left.left_interval_join(&right, Within::around(ms(1)));
    assert_that(&joined.reify_windows())
        .contains_in_any_order([unpaned((1, ('a', Some('x'))), -2), unpaned((1, ('b', None)), 9)]);
    let stream = p.apply(TestStream::new().element(at(-2), (1u8, 'x')));
    assert_that(&left.left_interval_join(&stream, Within::around(ms(1))).reify_windows())
        .contains_in_any_order([unpaned((1, ('a', Some('x'))), -2), unpaned((1, ('b', None)), 9)]);
    p.run();
}

#[test]
fn elements_without_times_meet_at_the_beginning_of_time() {
    let p = TestPipeline::new();
    let (left, right) = (p.create([(1u8, 'a'), (2, 'b')]), p.create([(1u8, 'x'), (1, 'y')]));
    let joined = left.full_interval_join(&right, Within::around(ms(0)));
    let expected = [(1, (Some('a'), Some('x'))), (1, (Some('a'), Some('y'))), (2, (Some('b'), None))];
    assert_that(&joined).contains_in_any_order(expected);
    let later = left.full_interval_join(&right, Within::millis(1..=5));
    assert_that(&later).has_count(4);
    p.run();
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
        let within = Within::around(ms(10));
        assert_that(&some.interval_join(&none, within)).is_empty();
        assert_that(&none.interval_join(&none, within)).is_empty();
        assert_that(&some.left_interval_join(&none, within)).contains_in_any_order([(1, ('a', None))]);
        assert_that(&some.right_interval_join(&none, within)).is_empty();
        assert_that(&none.right_interval_join(&some, within)).contains_in_any_order([(1, (None, 'a'))]);
        assert_that(&none.full_interval_join(&some, within)).contains_in_any_order([(1, (None, Some('a')))]);
        p.run();
    }
}

#[test]
fn a_pair_comes_with_its_second_element_and_a_lone_element_when_it_is_certain() {
    for_each_seed(20, |seed| {
        let p = TestPipeline::new().with_seed(seed);
        let steps = std::sync::Arc::default();
        let left = TestStream::new().counting_steps(std::sync::Arc::clone(&steps));
        // Steps of the two streams take turns.
        let left = p.apply(
            left.elements([(at(10), (1u8, 'a')), (at(20), (1, 'b'))])
                .advance_watermark_to(at(25))
                .advance_watermark_to(at(30))
                .advance_watermark_to(at(31)),
        );
        let right = p.apply(
            TestStream::new()
                .advance_watermark_to(at(15))
                .element(at(15), (1u8, 'x'))
                .advance_watermark_to(at(30))
                .advance_watermark_to(at(31)),
        );
        let seen = move |(_, row)| (row, steps.load(std::sync::atomic::Ordering::SeqCst));
        let joined = left.left_interval_join(&right, Within::after(ms(10))).map(seen);
        assert_that(&joined).contains_in_any_order([(('a', Some('x')), 2), (('b', None), 4)]);
        p.run();
    });
}

#[test]
fn a_lone_element_is_not_late_downstream() {
    for parallelism in [1, 2, 4] {
        let p = TestPipeline::new().with_parallelism(parallelism);
        let left = p.apply(TestStream::new().element(at(5), (1u8, 'a')).advance_watermark_to(at(1000)));
        let right = p.apply(TestStream::new().advance_watermark_to(at(1000)).element(at(1000), (1u8, 'x')));
        let joined = left.left_interval_join(&right, Within::after(ms(500)));
        let counts = joined.window(Windowing::fixed(ms(10))).count_per_key().reify_windows();
        let counts = counts.map(|count| (count.value, count.window.end));
        assert_that(&counts).contains_in_any_order([((1, 1), at(10))]);
        assert_eq!(p.run().metrics.counter("dropped_late"), 0);
    }
}

#[test]
fn late_elements_meet_what_is_kept_or_are_counted() {
    for_each_seed(20, |seed| {
        let p = TestPipeline::new().with_seed(seed);
        let both = p.apply(
            TestStream::new()
                .element(at(100), (true, (1u8, 'a')))
                .advance_watermark_to(at(110))
                .elements([(at(105), (false, (1, 'x'))), (at(104), (false, (1, 'y')))])
                .elements([(at(110), (true, (1, 'b'))), (at(109), (true, (1, 'c')))]),
        );
        let side = |is_left| both.filter(move |(left, _)| *left == is_left).map(|(_, pair)| pair);
        let (left, right) = (side(true), late(&side(false), 5));
        let joined = left.interval_join(&right, Within::around(ms(5)));
        assert_that(&joined).contains_in_any_order([(1, ('a', 'x')), (1, ('b', 'x'))]);
        assert_eq!(joined.windowing().allowed_lateness(), ms(5));
        assert_eq!(p.run().metrics.counter("dropped_late"), 2);
    });
}

#[test]
fn a_collection_with_itself() {
    let p = TestPipeline::new();
    let clicks = timed(&p, [(0, "ann".to_owned(), 1), (4, "ann".to_owned(), 2), (9, "ann".to_owned(), 3)]);
    let pairs = clicks.interval_join(&clicks, Within::millis(1..=5)).values();
    assert_that(&pairs).contains_in_any_order([(1, 2), (2, 3)]);
    p.run();
}

#[test]
fn a_key_with_many_pairs() {
    for is_bounded in [true, false] {
        let p = TestPipeline::new().with_batch_size(64);
        let numbers = || (0..400u64).map(|n| (at(n as i64 % 20), ((), n)));
        let side = || {
            if is_bounded {
                p.create(numbers().collect::<Vec<_>>()).with_timestamps(|(time, _)| *time).map(|(_, pair)| pair)
            } else {
                p.apply(TestStream::new().elements(numbers()))
            }
        };
        assert_that(&side().interval_join(&side(), Within::around(ms(20)))).has_count(160_000);
        p.run();
    }
}
