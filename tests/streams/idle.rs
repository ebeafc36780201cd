//! Streams that are caught up and empty: nobody waits for them, and nothing of theirs is lost.

use crate::panes::{SECOND, at};
use beamline::testing::{TestPipeline, TestStream, assert_that, for_each_seed};
use beamline::window::{Accumulation, Trigger, Window, Windowing};
use beamline::{PCollection, Timestamp};

fn counts(p: &TestPipeline, streams: [TestStream<u8>; 2]) -> PCollection<u64> {
    let [a, b] = streams.map(|stream| p.apply(stream));
    let trigger = Trigger::after_watermark().late(Trigger::after_count(1));
    let windowing = Windowing::fixed(10 * SECOND).allowed_lateness(100 * SECOND);
    p.flatten([&a, &b]).window(windowing.trigger(trigger, Accumulation::Accumulating)).count()
}

fn first() -> Window {
    Window { start: at(0), end: at(10) }
}

/// Streams take turns, so the other one has come to its second step when a stream begins its second.
fn busy() -> TestStream<u8> {
    TestStream::new().element(at(1), 1).advance_watermark_to(at(10)).element(at(11), 2)
}

#[test]
fn a_window_waits_for_every_stream_that_is_not_idle() {
    let silent = TestStream::new().element(at(1), 3).advance_watermark_to(at(5)).element(at(2), 4);
    for_each_seed(20, |seed| {
        let p = TestPipeline::new().with_seed(seed);
        let counts = counts(&p, [busy(), silent.clone()]);
        assert_that(&counts).in_window(first()).on_time_pane([3]).late_pane([]);
        p.run();
    });
}

#[test]
fn a_window_does_not_wait_for_an_idle_stream_whose_elements_are_late_then() {
    let idle = TestStream::new().element(at(1), 3).idle().element(at(2), 4);
    for_each_seed(20, |seed| {
        let p = TestPipeline::new().with_seed(seed);
        let counts = counts(&p, [busy(), idle.clone()]);
        assert_that(&counts).in_window(first()).on_time_pane([2]).late_pane([3]);
        assert_eq!(p.run().metrics.counter("dropped_late"), 0);
    });
}

#[test]
fn idle_streams_do_not_end_what_others_wait_for() {
    let idle = TestStream::new().idle();
    let ended = TestStream::new().element(Timestamp::from_millis(1), 1);
    for parallelism in [1, 4] {
        let p = TestPipeline::new().with_parallelism(parallelism);
        let counts = counts(&p, [idle.clone(), ended.clone()]);
        assert_that(&counts).contains_in_any_order([1]);
        p.run();
    }
}
