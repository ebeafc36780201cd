//! Watermark policies of the user's own, in sources and in splittable functions.

use crate::{Control, Seen, run, runner};
use beamline::prelude::*;
use beamline::testing::for_each_seed;
use beamline::{OffsetRange, OffsetTracker, ProcessContinuation, SplitCx, SplittableDoFn, WatermarkEstimator};
use std::time::Duration;

/// The time of a number: tens of them come backwards, ten milliseconds apart.
fn time_of(n: u64) -> Timestamp {
    Timestamp::from_millis(10 * (n / 10 * 10 + 9 - n % 10) as i64)
}

/// Knows that what follows a number is of its ten, or of a later one. Now and then it says less than it has said before, which
/// counts for nothing.
#[derive(Clone, Default)]
struct Tens {
    seen: u32,
    start: Option<Timestamp>,
}

impl WatermarkEstimator<u64> for Tens {
    fn observe(&mut self, n: &u64, timestamp: Timestamp) {
        assert_eq!(timestamp, time_of(*n), "it is told what the element has");
        self.seen += 1;
        self.start = Some(Timestamp::from_millis((n / 10 * 100) as i64));
    }

    fn watermark(&self) -> Timestamp {
        self.start.filter(|_| !self.seen.is_multiple_of(3)).unwrap_or(Timestamp::MIN)
    }
}

/// Tells how many numbers a window has, unless the run was drained before it was over.
#[derive(Clone)]
struct Whole;

impl DoFn<u64> for Whole {
    type Out = (i64, u64);

    fn process(&mut self, count: u64, cx: &mut Cx<'_, Self::Out>) -> Result<(), BoxError> {
        if !cx.pane().drained {
            cx.emit((cx.window().start.millis() / 100, count));
        }
        Ok(())
    }
}

/// Counts the numbers of each ten until twenty are whole. Nothing is late, and no ten is over before it has all of its numbers.
fn check(seed: u64, numbers: impl FnOnce(&Pipeline) -> PCollection<u64>) {
    let (p, (runner, _)) = (Pipeline::new(), runner(seed));
    let (control, read, whole) = (Control::default(), Seen::new(), Seen::new());
    let (stop, reading, seen) = (control.clone(), read.clone(), whole.clone());
    let numbers = numbers(&p).inspect(move |n| {
        read.add(n);
    });
    let counts = numbers.window(Windowing::fixed(Duration::from_millis(100))).count();
    counts.par_do(Whole).inspect(move |(ten, count)| {
        assert!(reading.any(|n| *n / 10 > *ten as u64), "ten {ten} is over, and nothing says so");
        if seen.add(&(*ten, *count)) == 20 {
            stop.drain();
        }
    });
    let metrics = run(&p, &runner, &control).metrics;
    assert_eq!(metrics.counter("dropped_late"), 0);
    let mut whole = whole.take();
    whole.sort_unstable();
    assert!(whole.len() >= 20 && whole.iter().copied().eq((0..).map(|ten| (ten, 10)).take(whole.len())), "{whole:?}");
}

#[test]
fn a_source_is_as_far_as_a_policy_of_the_user_says() {
    for_each_seed(30, |seed| {
        check(seed, |p| p.read(generate(100.0, |n| n).with_timestamps(|n| time_of(*n), Tens::default())));
    });
}

/// Tells numbers without an end, and pauses in the middle of tens.
#[derive(Clone)]
struct Numbers;

impl SplittableDoFn<()> for Numbers {
    type Out = u64;
    type Tracker = OffsetTracker;
    type Estimator = Tens;

    fn is_bounded(&self) -> bool {
        false
    }

    fn initial_restriction(&self, (): &()) -> Result<OffsetRange, BoxError> {
        Ok(OffsetRange::from(0))
    }

    fn tracker(&self, range: OffsetRange) -> OffsetTracker {
        OffsetTracker::new(range)
    }

    fn estimator(&self) -> Tens {
        Tens::default()
    }

    fn process(&mut self, (): &(), cx: &mut SplitCx<'_, (), Self>) -> Result<ProcessContinuation, BoxError> {
        let next = cx.restriction().start;
        for n in next..next + 7 {
            if !cx.try_claim(&n) {
                return Ok(ProcessContinuation::Stop);
            }
            cx.emit_at(n, time_of(n));
        }
        Ok(ProcessContinuation::Resume(Duration::from_mins(1)))
    }
}

#[test]
fn a_splittable_function_is_as_far_as_a_policy_of_the_user_says() {
    for_each_seed(30, |seed| {
        check(seed, |p| p.create([()]).with_timestamps(|()| Timestamp::from_millis(0)).par_do_splittable(Numbers));
    });
}
