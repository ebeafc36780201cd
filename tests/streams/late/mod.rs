//! What comes too late for a step is counted, and kept where that is asked for, whatever the step is.

mod groupings;
mod joins;
mod random;
mod side_inputs;
mod with_an_end;

use super::panes::{SECOND, at};
use beamline::state::{BagState, StateCx, StatefulDoFn};
use beamline::testing::{TestPipeline, TestStream, assert_that, for_each_seed};
use beamline::window::{Window, Windowing};
use beamline::{BoxError, PCollection, Pipeline, StateSpec};

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

/// Remembers all values of a key, and emits their sum.
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
