//! Steps that take their time.

use crate::{Control, Seen, run, runner};
use beamline::BundleCx;
use beamline::PCollection;
use beamline::prelude::*;
use beamline::testing::for_each_seed;
use beamline::testing::{ManualClock, TestStream};
use beamline::window::{Accumulation, Trigger, Window};
use std::sync::Arc;
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

/// Sends numbers to a service that takes a second for each, when a bundle ends.
#[derive(Clone)]
struct Send {
    clock: Arc<ManualClock>,
    gathered: Vec<(u64, Timestamp)>,
    bundles: Seen<usize>,
}

impl DoFn<u64> for Send {
    type Out = u64;

    fn start_bundle(&mut self) -> Result<(), BoxError> {
        assert!(self.gathered.is_empty(), "the bundle before has ended");
        Ok(())
    }

    fn process(&mut self, n: u64, cx: &mut Cx<'_, u64>) -> Result<(), BoxError> {
        self.clock.advance(Duration::from_secs(1));
        self.gathered.push((n, cx.timestamp()));
        Ok(())
    }

    fn finish_bundle(&mut self, cx: &mut BundleCx<'_, u64>) -> Result<(), BoxError> {
        self.bundles.add(&self.gathered.len());
        self.gathered.drain(..).for_each(|(n, time)| cx.emit(n, time, Window::GLOBAL));
        Ok(())
    }
}

/// What comes of all numbers when one watermark, or one instant of the clock, has come.
const AT_ONCE: [fn(&PCollection<u64>) -> PCollection<(u64, u64)>; 5] = [
    |all| all.key_by(|n| *n).window(Windowing::fixed(DAY)).combine_per_key(beamline::combine::Sum),
    |all| {
        let grouped = all.key_by(|n| *n).window(Windowing::fixed(DAY)).group_by_key();
        grouped.flat_map(|(n, same)| same.into_iter().map(move |same| (n, same)))
    },
    |all| all.key_by(|n| *n).window(Windowing::sessions(DAY)).combine_per_key(beamline::combine::Sum),
    |all| {
        let late = Trigger::after_watermark().late(Trigger::after_count(1));
        let windowing = Windowing::fixed(DAY).allowed_lateness(DAY).trigger(late, Accumulation::Retracting);
        all.key_by(|n| *n).window(windowing).combine_per_key(beamline::combine::Sum)
    },
    |all| {
        let soon = Trigger::repeatedly(Trigger::after_processing_time(Duration::from_secs(1)));
        let windowing = Windowing::fixed(DAY).allowed_lateness(DAY).trigger(soon, Accumulation::Discarding);
        all.key_by(|n| *n).window(windowing).combine_per_key(beamline::combine::Sum)
    },
];

const DAY: Duration = Duration::from_hours(24);

/// Of a window with many keys, what a slow step has sent leaves before it has been through with all of them.
#[test]
fn what_one_watermark_brings_is_many_bundles_for_a_slow_step() {
    for (workers, at_once) in (1..=3).flat_map(|workers| AT_ONCE.map(|at_once| (workers, at_once))) {
        let clock = Arc::new(ManualClock::default());
        let runner = LocalRunner::new().parallelism(workers).batch_size(4).manual_clock(clock.clone());
        let (p, bundles, sent) = (Pipeline::new(), Seen::new(), Seen::new());
        let at = Timestamp::from_millis(5);
        let stream = TestStream::new().elements((0..200).map(|n| (at, n)));
        let stream = stream.advance_processing_time(Duration::from_secs(2));
        let all = p.apply(stream.advance_watermark_to(at + DAY));
        let send = Send { clock, gathered: Vec::new(), bundles: bundles.clone() };
        // A step in between hands on what it has been given, and a flatten has two ways to the same.
        let values = at_once(&all).map(|(_, sum)| sum);
        let values = values.filter(|n| n % 2 == 0).flatten_with(&values.filter(|n| n % 2 == 1));
        let results = sent.clone();
        values.par_do(send).inspect(move |n| {
            results.add(n);
        });
        p.run_with(&runner).unwrap();
        let longest = bundles.take().into_iter().max();
        assert!(longest <= Some(2 * 4), "{longest:?} are a bundle");
        let mut sent = sent.take();
        sent.sort_unstable();
        assert_eq!(sent, (0..200).collect::<Vec<_>>());
    }
}
