//! What the tests of state have in common.

use beamline::testing::{TestPipeline, for_each_seed};
use beamline::window::Window;
use beamline::{JobResult, Timestamp, ValueInWindow};

pub(crate) fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

pub(crate) fn window(start: i64, end: i64) -> Window {
    Window { start: at(start), end: at(end) }
}

/// An element that comes from no grouping.
pub(crate) fn stamped<T>(value: T, timestamp: i64, window: Window) -> ValueInWindow<T> {
    ValueInWindow { value, timestamp: at(timestamp), window, pane: beamline::window::Pane::UNKNOWN }
}

/// Runs a pipeline on threads and in many orders.
pub(crate) fn everywhere(build: impl Fn(&TestPipeline)) {
    everywhere_with(build, |_| ());
}

/// Runs a pipeline on threads and in many orders, and looks at the result.
pub(crate) fn everywhere_with(build: impl Fn(&TestPipeline), check: impl Fn(JobResult)) {
    for (parallelism, batch_size) in [(1, 1024), (1, 1), (4, 3)] {
        println!("parallelism {parallelism}, batches of {batch_size}");
        let p = TestPipeline::new().with_parallelism(parallelism).with_batch_size(batch_size);
        build(&p);
        check(p.run());
    }
    for_each_seed(15, |seed| {
        let p = TestPipeline::new().with_seed(seed);
        build(&p);
        check(p.run());
    });
}
