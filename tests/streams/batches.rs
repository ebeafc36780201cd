//! Batches of keys while time goes on.

use beamline::testing::{TestPipeline, TestStream, assert_that, for_each_seed};
use beamline::window::{Window, Windowing};
use beamline::{PCollection, Timestamp};
use std::time::Duration;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

/// The batches of each window.
fn batches(numbers: &PCollection<u64>) -> PCollection<(Window, Vec<u64>)> {
    let batches = numbers.key_by(|_| ()).group_into_batches(2);
    batches.reify_windows().map(|batch| (batch.window, batch.value.1))
}

#[test]
fn a_batch_when_it_is_full_and_the_rest_when_the_window_expires() {
    let stream = TestStream::new()
        .elements([(at(1), 1)])
        .element(at(2), 2)
        .element(at(11), 3)
        .advance_watermark_to(at(12))
        .element(at(3), 4)
        .advance_watermark_to(at(20))
        .element(at(12), 5)
        .element(at(4), 6);
    for_each_seed(50, |seed| {
        let p = TestPipeline::new().with_seed(seed);
        let windowing = Windowing::fixed(Duration::from_millis(10)).allowed_lateness(Duration::from_millis(5));
        let windowing = windowing.accumulation(beamline::window::Accumulation::Accumulating);
        let batches = batches(&p.apply(stream.clone()).window(windowing));
        let (first, second) = (Window { start: at(0), end: at(10) }, Window { start: at(10), end: at(20) });
        assert_that(&batches).contains_in_any_order([(first, vec![1, 2]), (first, vec![4]), (second, vec![3, 5])]);
        assert_eq!(p.run().metrics.counter("dropped_late"), 1);
    });
}

#[test]
fn batches_need_no_window_and_full_ones_leave_no_rest() {
    let stream = TestStream::new().elements([(at(1), 1)]).element(at(2), 2).element(at(3), 3).element(at(4), 4);
    for_each_seed(50, |seed| {
        let p = TestPipeline::new().with_seed(seed);
        let batches = batches(&p.apply(stream.clone()));
        assert_that(&batches).contains_in_any_order([(Window::GLOBAL, vec![1, 2]), (Window::GLOBAL, vec![3, 4])]);
        p.run();
    });
}

#[test]
fn what_sessions_have_that_merge_is_divided() {
    let times = [0, 1, 18, 19, 9];
    let stream = times.into_iter().fold(TestStream::new(), |stream, time| stream.element(at(time), time));
    for_each_seed(50, |seed| {
        let p = TestPipeline::new().with_seed(seed);
        let visits = p.apply(stream.clone()).window(Windowing::sessions(Duration::from_millis(10)));
        let pairs = visits.key_by(|_| ());
        let keeping = pairs.keeping_late_data().group_into_batches(3).named("Keeping").results;
        for batches in [pairs.group_into_batches(3).named("Batches"), keeping] {
            assert_that(&batches.map(|((), batch)| batch.len())).contains_in_any_order([3, 2]);
            assert_that(&batches.flat_map(|((), batch)| batch)).contains_in_any_order(times);
        }
        p.run();
    });
}
