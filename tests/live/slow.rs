//! Steps that take their time.

use crate::{Control, Seen, run, runner};
use beamline::PCollection;
use beamline::prelude::*;
use beamline::testing::for_each_seed;
use beamline::window::{Accumulation, Trigger};
use std::time::Duration;

/// How elements come to the slow step.
type Way = fn(&PCollection<u64>) -> PCollection<u64>;

/// From the source, or in packets from other stages.
const WAYS: [Way; 3] = [PCollection::clone, PCollection::reshuffle, one_by_one];

/// Shows each element by itself, behind a grouping.
fn one_by_one(all: &PCollection<u64>) -> PCollection<u64> {
    let each = Trigger::after_watermark().early(Trigger::after_count(1));
    let windowing = Windowing::fixed(Duration::from_hours(24_000)).allowed_lateness(Duration::ZERO);
    let windowing = windowing.trigger(each, Accumulation::Discarding);
    all.key_by(|n| n % 3).window(windowing).group_by_key().flat_map(|(_, some)| some)
}

/// By the clock of the run a call takes a second. Nobody waits for more results than those of a batch, and batches are
/// small where they take so long.
#[test]
fn results_of_a_slow_step_leave_soon() {
    for_each_seed(27, |seed| {
        let (runner, clock) = runner(seed);
        let (p, control, begun, ended) = (Pipeline::new(), Control::default(), Seen::new(), Seen::new());
        let (stop, begin, longest) = (control.clone(), begun.clone(), Seen::new());
        let elements = WAYS[seed as usize / 3 % 3](&p.read(generate(100.0, |n| n)));
        let all = elements.flat_map(move |n| {
            clock.advance(Duration::from_secs(1));
            begin.add(&n);
            [n]
        });
        let waits = longest.clone();
        all.inspect(move |n| {
            let seen = ended.add(n);
            waits.add(&(begun.len() - seen));
            if seen == 300 {
                stop.drain();
            }
        });
        run(&p, &runner.batch_size(64), &control);
        let waits = longest.take();
        assert!(waits[20..].iter().all(|wait| *wait <= 8), "{:?} wait", waits[20..].iter().max());
    });
}
