//! The panes of one window under triggers.

use beamline::combine::Sum;
use beamline::testing::{TestPipeline, TestStream, assert_that, for_each_seed};
use beamline::window::{Accumulation, Trigger, Window, Windowing};
use beamline::{PCollection, Timestamp};
use std::time::Duration;

pub(crate) const SECOND: Duration = Duration::from_secs(1);

pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(seconds * 1000)
}

fn window(from: i64, to: i64) -> Window {
    Window { start: at(from), end: at(to) }
}

/// Early by two, on time, and late by one.
fn in_ten_seconds(numbers: &PCollection<u64>, accumulation: Accumulation) -> PCollection<u64> {
    let trigger = Trigger::after_watermark().early(Trigger::after_count(2)).late(Trigger::after_count(1));
    let windowing = Windowing::fixed(10 * SECOND).allowed_lateness(60 * SECOND).trigger(trigger, accumulation);
    numbers.window(windowing).combine(Sum)
}

fn numbers() -> TestStream<u64> {
    TestStream::new()
        .elements([(at(1), 1), (at(2), 2)])
        .element(at(3), 4)
        .advance_watermark_to(at(10))
        .element(at(4), 8)
        .advance_watermark_to(at(70))
        .element(at(5), 16)
}

#[test]
fn accumulating_panes_show_all_so_far() {
    for_each_seed(50, |seed| {
        let p = TestPipeline::new().with_seed(seed);
        let sums = in_ten_seconds(&p.apply(numbers()), Accumulation::Accumulating);
        assert_that(&sums).in_window(window(0, 10)).early_pane([3]).on_time_pane([7]).late_pane([15]).final_pane([]);
        assert_that(&sums).contains_in_any_order([3, 7, 15]);
        assert_eq!(p.run().metrics.counter("dropped_late"), 1);
    });
}

#[test]
fn discarding_panes_show_what_is_new() {
    for parallelism in [1, 4] {
        let p = TestPipeline::new().with_parallelism(parallelism);
        let sums = in_ten_seconds(&p.apply(numbers()), Accumulation::Discarding);
        assert_that(&sums).in_window(window(0, 10)).early_pane([3]).on_time_pane([4]).late_pane([8]);
        p.run();
    }
}

#[test]
fn a_missed_expectation_shows_the_timeline() {
    let p = TestPipeline::new();
    let sums = in_ten_seconds(&p.apply(numbers()), Accumulation::Discarding);
    assert_that(&sums).in_window(window(0, 10)).on_time_pane([7]);
    let error = p.try_run().expect_err("4 is no 7").to_string();
    for part in [
        "in the on-time pane of [0ms, 10000ms), not the expected elements",
        "pane 0 (early) at 9999ms: 3",
        "pane 1 (on time) at 9999ms: 4",
        "pane 2 (late) at 9999ms: 8",
        "elements in other windows: 0",
    ] {
        assert!(error.contains(part), "{part} is missing in:\n{error}");
    }
}

#[test]
fn the_clock_moves_when_the_stream_says() {
    let trigger = Trigger::repeatedly(Trigger::after_processing_time(5 * SECOND));
    let windowing = Windowing::global().trigger(trigger, Accumulation::Accumulating);
    let p = TestPipeline::new();
    let numbers = TestStream::new()
        .element(at(1), 1u64)
        .advance_processing_time(4 * SECOND)
        .element(at(2), 2)
        .advance_processing_time(2 * SECOND)
        .element(at(3), 4)
        .advance_processing_time(4 * SECOND)
        .advance_processing_time(2 * SECOND)
        .element(at(4), 8);
    let sums = p.apply(numbers).window(windowing).combine(Sum);
    assert_that(&sums).contains_in_any_order([3, 7, 15]);
    p.run();
}
