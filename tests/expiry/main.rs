//! What a window that has expired has kept is really gone: elements and keys of it are nowhere in the engine any more.

mod census;
mod groupings;
mod joins;
mod side_inputs;
mod state;

use beamline::testing::{TestPipeline, TestStream, for_each_seed};
use beamline::{LocalRunner, PCollection, Timestamp};
use census::{Census, Life, Live};
use std::time::Duration;

/// Pairs of a key and a value that are counted while they live.
type Pair = (Live, Live);

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

/// Until when a step has to remember elements of the first nine milliseconds.
#[derive(Clone, Copy, Debug)]
struct Fate {
    /// At this watermark they are there still.
    alive: i64,
    /// At this one they are gone.
    gone: i64,
}

/// Twice the same, so that what is used again is looked at as well: elements, and looks at what lives of them.
fn stream(Fate { alive, gone }: Fate) -> TestStream<Option<(u64, u64)>> {
    [0, 10_000].into_iter().fold(TestStream::new(), |stream, begin| {
        let time = |millis: i64| at(begin + millis);
        let elements = [(1, (1, 10)), (9, (2, 20)), (5, (1, 30)), (9, (1, 30))];
        stream
            .elements(elements.map(|(millis, pair)| (time(millis), Some(pair))))
            .element(time(alive), None)
            .advance_watermark_to(time(alive))
            .element(time(alive), None)
            .advance_watermark_to(time(gone))
            .element(time(gone), None)
    })
}

/// Runs a step on such elements with threads and in many orders. What it makes must not keep them alive.
fn assert_fate(fate: Fate, build: impl Fn(&PCollection<Pair>)) {
    // A test pipeline would remember the last element of each step, to show it in errors.
    let run = |runner: LocalRunner| {
        let p = TestPipeline::new();
        let census = Census::new();
        let taken = census.clone();
        let born = p.apply(stream(fate)).flat_map(move |event| taken.take(event)).named("Census");
        build(&born);
        p.run_with(&runner).unwrap();
        let lives = census.looks();
        let expected = [Life::There, Life::There, Life::Gone, Life::There, Life::There, Life::Gone];
        assert_eq!(lives, expected, "{fate:?}");
    };
    run(LocalRunner::new().parallelism(1));
    run(LocalRunner::new().parallelism(4).batch_size(3));
    for_each_seed(20, |seed| run(LocalRunner::new().parallelism(3).replay(seed)));
}
