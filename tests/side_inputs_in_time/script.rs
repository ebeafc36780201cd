//! What happens to a main input and to a side input, step by step.

use beamline::testing::{TestPipeline, TestStream, for_each_seed};
use beamline::window::Window;
use beamline::{JobResult, PCollection, Pipeline, Timestamp};
use std::time::Duration;

/// A step, with event times in milliseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    /// An element of the main input.
    Main(i64, u64),
    /// An element of the side input.
    Side(i64, u64),
    MainWatermark(i64),
    SideWatermark(i64),
    /// The clock moves on by so many milliseconds.
    Clock(u64),
}

pub(crate) fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

pub(crate) const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

pub(crate) fn window(start: i64, end: i64) -> Window {
    Window { start: at(start), end: at(end) }
}

/// The main input and the side input of these steps. Streams take turns, so while something happens in one of them
/// nothing happens in the other. The main input ends before the side input does.
pub(crate) fn play(p: &Pipeline, steps: &[Step]) -> (PCollection<u64>, PCollection<u64>) {
    let nothing = |stream: TestStream<u64>| stream.elements([]);
    let (mut main, mut side) = (TestStream::new(), TestStream::new());
    for step in steps {
        (main, side) = match *step {
            Step::Main(time, n) => (main.element(at(time), n), nothing(side)),
            Step::Side(time, n) => (nothing(main), side.element(at(time), n)),
            Step::MainWatermark(time) => (main.advance_watermark_to(at(time)), nothing(side)),
            Step::SideWatermark(time) => (nothing(main), side.advance_watermark_to(at(time))),
            Step::Clock(by) => (main.advance_processing_time(ms(by)), nothing(side)),
        };
    }
    (p.apply(main).map(|n| n).named("Main"), p.apply(side).map(|n| n).named("Side"))
}

fn runs() -> impl Iterator<Item = TestPipeline> {
    let on_threads = [(1, 1024), (1, 1), (2, 1024), (4, 1), (4, 3)];
    on_threads.into_iter().map(|(workers, batch)| {
        // Shown if the test fails.
        println!("parallelism {workers}, batches of {batch}");
        TestPipeline::new().with_parallelism(workers).with_batch_size(batch)
    })
}

/// Runs a pipeline on threads and in many orders.
pub(crate) fn everywhere(build: impl Fn(&TestPipeline)) {
    everywhere_with(build, |_| ());
}

/// Runs a pipeline on threads and in many orders, and looks at the result.
pub(crate) fn everywhere_with(build: impl Fn(&TestPipeline), check: impl Fn(JobResult)) {
    for p in runs() {
        build(&p);
        check(p.run());
    }
    for_each_seed(200, |seed| {
        let p = TestPipeline::new().with_seed(seed);
        build(&p);
        check(p.run());
    });
}

/// The pipeline fails with an error that says this.
pub(crate) fn fails_everywhere(build: impl Fn(&TestPipeline), parts: &[&str]) {
    for p in runs() {
        build(&p);
        let error = p.try_run().expect_err("the pipeline fails").to_string();
        parts.iter().for_each(|part| assert!(error.contains(part), "{part} is missing in: {error}"));
    }
}
