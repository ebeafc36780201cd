//! What comes too late for a step is counted, and kept where that is asked for, whatever the step is.

use super::panes::{SECOND, at};
use beamline::combine::Sum;
use beamline::state::{BagState, StateCx, StatefulDoFn};
use beamline::testing::{TestPipeline, TestStream, assert_that, for_each_seed};
use beamline::window::{Accumulation, Trigger, Window, Windowing};
use beamline::{BoxError, PCollection, Pipeline, StateSpec, Within};
use std::time::Duration;

type Pair = (String, u64);

fn pair(key: &str, value: u64) -> Pair {
    (key.to_owned(), value)
}

fn pairs<const N: usize>(pairs: [(&str, u64); N]) -> [Pair; N] {
    pairs.map(|(key, value)| pair(key, value))
}

fn ten_seconds() -> Window {
    Window { start: at(0), end: at(10) }
}

/// One element in time; then the watermark is at 100 seconds, and three come, two of them too late.
fn numbers(p: &Pipeline) -> PCollection<Pair> {
    p.apply(TestStream::new().element(at(1), pair("a", 1)).advance_watermark_to(at(100)).elements([
        (at(2), pair("a", 2)),
        (at(101), pair("b", 3)),
        (at(3), pair("b", 4)),
    ]))
}

/// Nothing comes in time, and one comes too late.
fn prices(p: &Pipeline) -> PCollection<(String, char)> {
    p.apply(TestStream::new().elements([]).advance_watermark_to(at(100)).element(at(4), ("a".to_owned(), 'x')))
}

fn in_ten_seconds(numbers: &PCollection<Pair>) -> PCollection<Pair> {
    numbers.window(Windowing::fixed(10 * SECOND))
}

fn taking_late(by: Duration) -> Windowing {
    Windowing::unchanged().allowed_lateness(by).accumulation(Accumulation::Discarding)
}

/// Runs a pipeline with threads and in many orders; expects so many elements to be counted as late.
fn check(dropped_late: u64, build: impl Fn(&TestPipeline)) {
    let run = |p: TestPipeline| {
        build(&p);
        assert_eq!(p.run().metrics.counter("dropped_late"), dropped_late);
    };
    run(TestPipeline::new().with_parallelism(1));
    run(TestPipeline::new().with_parallelism(4));
    for_each_seed(20, |seed| run(TestPipeline::new().with_parallelism(3).with_seed(seed)));
}

fn assert_late(late: &PCollection<Pair>) {
    assert_that(late).contains_in_any_order(pairs([("a", 2), ("b", 4)]));
    assert_that(late).in_window(ten_seconds()).contains_in_any_order(pairs([("a", 2), ("b", 4)]));
    let times = late.reify_timestamps().map(|(_, time)| time);
    assert_that(&times).contains_in_any_order([at(2), at(3)]);
}

#[test]
fn of_groupings() {
    check(2, |p| {
        let groups = in_ten_seconds(&numbers(p)).keeping_late_data().group_by_key().named("Groups");
        assert_that(&groups.results.map(|(key, values)| (key, values.len()))).has_count(2);
        assert_late(&groups.late);
    });
}

#[test]
fn of_combines() {
    check(2, |p| {
        let sums = in_ten_seconds(&numbers(p)).keeping_late_data().combine_per_key(Sum);
        assert_that(&sums.results).contains_in_any_order(pairs([("a", 1), ("b", 3)]));
        assert_late(&sums.late);
    });
}

#[test]
fn of_combines_of_all_elements() {
    check(2, |p| {
        let counts = in_ten_seconds(&numbers(p)).keeping_late_data().count();
        assert_that(&counts.results).contains_in_any_order([1, 1]);
        assert_late(&counts.late);
    });
}

#[test]
fn of_counts_of_elements() {
    check(2, |p| {
        let counts = in_ten_seconds(&numbers(p)).keeping_late_data().count_per_element();
        assert_that(&counts.results).contains_in_any_order([(pair("a", 1), 1), (pair("b", 3), 1)]);
        assert_late(&counts.late);
    });
}

#[test]
fn of_batches() {
    check(2, |p| {
        let batches = in_ten_seconds(&numbers(p)).keeping_late_data().group_into_batches(10);
        assert_that(&batches.results).contains_in_any_order([("a".to_owned(), vec![1]), ("b".to_owned(), vec![3])]);
        assert_late(&batches.late);
    });
}

#[test]
fn of_several_collections_grouped_together() {
    check(4, |p| {
        let windowing = || Windowing::fixed(10 * SECOND);
        let numbers = numbers(p).window(windowing());
        let prices = prices(p).window(windowing());
        let others = numbers.filter(|(_, n)| *n != 2).map_values(|n| n as i64);
        let groups = numbers.keeping_late_data().co_group((&prices, &others));
        let sizes =
            groups.results.map(|(key, (numbers, prices, others))| (key, numbers.len(), prices.len(), others.len()));
        assert_that(&sizes).contains_in_any_order([("a".to_owned(), 1, 0, 1), ("b".to_owned(), 1, 0, 1)]);
        let (late_numbers, late_prices, late_others) = groups.late;
        assert_late(&late_numbers);
        assert_that(&late_prices).in_window(ten_seconds()).contains_in_any_order([("a".to_owned(), 'x')]);
        assert_that(&late_others).contains_in_any_order([("b".to_owned(), 4i64)]);
    });
}

#[derive(StateSpec)]
struct Seen {
    values: BagState<u64>,
}

#[derive(Clone)]
struct Remember;

impl StatefulDoFn<String, u64> for Remember {
    type State = Seen;
    type Out = u64;

    fn process(&mut self, _: &String, n: u64, seen: &mut Seen, cx: &mut StateCx<'_, u64>) -> Result<(), BoxError> {
        seen.values.add(n);
        cx.emit(seen.values.iter().sum());
        Ok(())
    }
}

#[test]
fn of_functions_with_state() {
    check(2, |p| {
        let sums = in_ten_seconds(&numbers(p)).keeping_late_data().par_do_stateful(Remember).named("Remember");
        assert_that(&sums.results).contains_in_any_order([1, 3]);
        assert_late(&sums.late);
    });
}

/// A join takes what is behind the watermark by no more than the lateness of its side.
#[test]
fn of_joins_in_time() {
    check(3, |p| {
        let numbers = numbers(p);
        let prices = prices(p).window(taking_late(SECOND));
        let near = numbers.keeping_late_data().full_interval_join(&prices, Within::around(10 * SECOND));
        let alone = |key: &str, n| (key.to_owned(), (Some(n), None::<char>));
        assert_that(&near.results).contains_in_any_order([alone("a", 1), alone("b", 3)]);
        let (late_numbers, late_prices) = near.late;
        assert_that(&late_numbers).contains_in_any_order(pairs([("a", 2), ("b", 4)]));
        assert_that(&late_prices).contains_in_any_order([("a".to_owned(), 'x')]);
    });
}

#[test]
fn of_joins_with_versions() {
    check(2, |p| {
        let numbers = numbers(p);
        let prices = prices(p).window(taking_late(200 * SECOND));
        let priced = numbers.keeping_late_data().as_of_join(&prices);
        let without = |key: &str, n| (key.to_owned(), (n, None::<char>));
        assert_that(&priced.results).contains_in_any_order([without("a", 1), without("b", 3)]);
        let (late_numbers, late_prices) = priced.late;
        let times = late_numbers.reify_timestamps().map(|(_, time)| time);
        assert_that(&times).contains_in_any_order([at(2), at(3)]);
        assert_that(&late_prices).is_empty();
    });
}

/// A window whose trigger has finished takes nothing more.
#[test]
fn of_windows_that_are_closed() {
    let p = TestPipeline::new();
    let once = Windowing::global().trigger(Trigger::after_count(2), Accumulation::Discarding).allow_data_loss();
    let stream = TestStream::new().element(at(1), 1).element(at(2), 2).element(at(3), 3);
    let sums = p.apply(stream).window(once).keeping_late_data().combine(Sum);
    assert_that(&sums.results).contains_in_any_order([3u64]);
    assert_that(&sums.late).contains_in_any_order([3]);
    assert_eq!(p.run().metrics.counter("dropped_closed"), 1);
}

/// Nothing is late in a collection that ends; the steps are the same.
#[test]
fn there_is_none_in_a_collection_that_ends() {
    let p = TestPipeline::new();
    let numbers = in_ten_seconds(&p.create(pairs([("a", 1), ("b", 3)])).with_timestamps(|(_, n)| at(*n as i64)));
    let sums = numbers.keeping_late_data().combine_per_key(Sum);
    let counts = numbers.keeping_late_data().count_per_element();
    let groups = numbers.keeping_late_data().co_group(&numbers);
    let remembered = numbers.keeping_late_data().par_do_stateful(Remember).named("Remember");
    let global = p.create(pairs([("a", 1), ("b", 3)]));
    let joined = global.keeping_late_data().interval_join(&global, Within::around(SECOND));
    assert_that(&sums.results).contains_in_any_order(pairs([("a", 1), ("b", 3)]));
    assert_that(&counts.results).has_count(2);
    assert_that(&groups.results).has_count(2);
    assert_that(&remembered.results).contains_in_any_order([1, 3]);
    assert_that(&joined.results).has_count(2);
    for late in [sums.late, counts.late, groups.late.0, groups.late.1, remembered.late, joined.late.0, joined.late.1] {
        assert_that(&late).is_empty();
    }
    p.run();
}
