//! Splittable `DoFn`s: nothing is lost or done twice, however the work is divided, paused and ended.

use beamline::prelude::*;
use beamline::testing::{TestPipeline, TestStream, assert_that, for_each_seed};
use beamline::{BoxError, LocalRunner, kernel::ManualClock};
use beamline::{
    Manual, Monotonic, OffsetRange, OffsetTracker, ProcessContinuation, SplitCx, SplitTarget, SplittableDoFn,
};
use std::sync::Arc;
use std::time::Duration;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

/// Tells, for each element, all numbers of a range that begins at it, each at its own time in milliseconds.
#[derive(Clone)]
struct Numbers {
    count: u64,
    /// Parts in the beginning.
    parts: u64,
    /// Numbers told before a pause, if it pauses.
    pause_after: Option<u64>,
}

impl SplittableDoFn<u64> for Numbers {
    type Out = u64;
    type Tracker = OffsetTracker;
    type Estimator = Monotonic;

    fn is_bounded(&self) -> bool {
        self.count < u64::MAX
    }

    fn initial_restriction(&self, first: &u64) -> Result<OffsetRange, BoxError> {
        Ok(if self.is_bounded() { OffsetRange::new(*first, first + self.count) } else { OffsetRange::from(*first) })
    }

    fn split(&self, _: &u64, range: OffsetRange, _: &SplitTarget) -> Result<Vec<OffsetRange>, BoxError> {
        Ok(range.divide(self.parts))
    }

    fn tracker(&self, range: OffsetRange) -> OffsetTracker {
        OffsetTracker::new(range)
    }

    fn estimator(&self) -> Monotonic {
        Monotonic::default()
    }

    fn process(&mut self, _: &u64, cx: &mut SplitCx<'_, u64, Self>) -> Result<ProcessContinuation, BoxError> {
        let mut next = cx.restriction().start;
        let end = self.pause_after.map_or(u64::MAX, |count| next + count);
        while next < end {
            if !cx.try_claim(&next) {
                return Ok(ProcessContinuation::Stop);
            }
            cx.emit_at(next, at(next as i64));
            next += 1;
        }
        Ok(ProcessContinuation::Resume(Duration::from_mins(1)))
    }
}

fn numbers(count: u64) -> Numbers {
    Numbers { count, parts: 1, pause_after: None }
}

#[test]
fn everything_is_told_once() {
    for parallelism in [1, 4] {
        let p = TestPipeline::new().with_parallelism(parallelism).with_batch_size(16);
        let all = p.create([0u64, 50_000]).par_do_splittable(Numbers { parts: 3, ..numbers(50_000) });
        assert_that(&all).contains_in_any_order(0..100_000);
        p.run();
    }
}

#[test]
fn an_element_at_the_end_of_time_is_worked_on() {
    for parallelism in [1, 3] {
        let p = TestPipeline::new().with_parallelism(parallelism);
        let ended = p.create([0u64]).with_timestamps(|_| Timestamp::MAX);
        assert_that(&ended.par_do_splittable(numbers(10))).contains_in_any_order(0..10);
        p.run();
    }
}

/// Its watermark moves before its end, and groups come at the end.
#[test]
fn groups_of_what_ends_are_not_late() {
    let p = TestPipeline::new().with_parallelism(1).with_batch_size(16);
    let seconds = p.create([0u64]).par_do_splittable(numbers(5_000)).window(Windowing::fixed(Duration::from_secs(1)));
    let pairs = seconds.key_by(|_| 0u8);
    let each = Trigger::repeatedly(Trigger::after_count(1));
    let at_once = Windowing::unchanged().trigger(each, Accumulation::Discarding).allowed_lateness(Duration::ZERO);
    let counts = [
        pairs.group_by_key().map(|(_, values)| values.len() as u64),
        pairs.combine_per_key(Count).values(),
        pairs.co_group(&pairs).map(|(_, (values, _))| values.len() as u64),
        pairs.group_into_batches(1_000).map(|(_, values)| values.len() as u64),
    ];
    for counts in counts {
        let again = counts.key_by(|_| 0u8).window(at_once.clone()).group_by_key();
        assert_that(&again.flat_map(|(_, values)| values)).contains_in_any_order([1_000; 5]);
    }
    assert_eq!(p.run().metrics.counter("dropped_late"), 0);
}

/// Workers that have nothing to do take parts of what others do, at points that follow from the seed.
#[test]
fn everything_is_told_once_in_any_order_of_work() {
    for_each_seed(200, |seed| {
        let p = TestPipeline::new().with_parallelism(3).with_seed(seed);
        let dofn = Numbers { parts: 1 + seed % 3, ..numbers(300) };
        assert_that(&p.create([0u64, 300]).par_do_splittable(dofn)).contains_in_any_order(0..600);
        p.run();
    });
}

#[test]
fn work_that_pauses_goes_on_where_it_was() {
    for_each_seed(20, |seed| {
        let p = Pipeline::new();
        let dofn = Numbers { pause_after: Some(7), ..numbers(100) };
        assert_that(&p.create([0u64]).par_do_splittable(dofn)).contains_in_any_order(0..100);
        let clock = Arc::new(ManualClock::jumping());
        let runner = LocalRunner::new().parallelism(1 + seed as usize % 3).manual_clock(clock.clone());
        p.run_with(&if seed < 3 { runner } else { runner.replay(seed) }).unwrap();
        // What pauses is shared with workers that have nothing to do.
        let pauses = clock.now().millis() / 60_000;
        assert!(if seed % 3 == 0 { pauses == 14 } else { (1..14).contains(&pauses) }, "{pauses} pauses of a minute");
    });
}

#[test]
fn windows_close_while_work_without_an_end_goes_on() {
    let p = Pipeline::new();
    let control = Control::default();
    let stop = control.clone();
    let all = p.create([0u64]).par_do_splittable(Numbers { pause_after: Some(100), ..numbers(u64::MAX) });
    assert!(!all.is_bounded());
    let counts = all.window(Windowing::fixed(Duration::from_secs(1))).count();
    let seen = Arc::default();
    let look = Look(Arc::clone(&seen));
    counts.inspect(move |_| stop.drain()).named("Drain at the first window").par_do(look);
    let clock = Arc::new(ManualClock::jumping());
    let handle = LocalRunner::new().parallelism(2).manual_clock(clock).start(&p.graph().unwrap()).unwrap();
    control.watch(handle.control());
    let metrics = handle.wait().unwrap().metrics;
    assert!(metrics.emitted("Numbers") >= Some(1_000), "{metrics:?}");
    // Whole windows were closed by the watermark. The last one was closed by draining, and its pane says so.
    let mut seen = std::mem::take(&mut *seen.lock().unwrap());
    seen.sort_unstable();
    let (last, before) = seen.split_last().unwrap();
    assert!(before.iter().all(|(_, count, drained)| *count == 1_000 && !drained), "{before:?}");
    assert!(last.2, "{last:?}");
}

/// Keeps the start of the window, the count, and whether the window was drained.
#[derive(Clone)]
struct Look(Arc<std::sync::Mutex<Vec<(Timestamp, u64, bool)>>>);

impl DoFn<u64> for Look {
    type Out = ();

    fn process(&mut self, count: u64, cx: &mut Cx<'_, ()>) -> Result<(), BoxError> {
        self.0.lock().unwrap().push((cx.window().start, count, cx.pane().drained));
        Ok(())
    }
}

/// Ends a run from inside.
#[derive(Clone, Default)]
struct Control(Arc<std::sync::Mutex<(bool, Option<beamline::JobControl>)>>);

impl Control {
    fn drain(&self) {
        let mut state = self.0.lock().unwrap();
        state.0 = true;
        state.1.iter().for_each(beamline::JobControl::drain);
    }

    fn watch(&self, control: beamline::JobControl) {
        let mut state = self.0.lock().unwrap();
        if state.0 {
            control.drain();
        }
        state.1 = Some(control);
    }
}

/// Emits what it finds at the time of the element, and says by hand that nothing earlier will come.
#[derive(Clone)]
struct Late;

impl SplittableDoFn<i64> for Late {
    type Out = i64;
    type Tracker = OffsetTracker;
    type Estimator = Manual;

    fn initial_restriction(&self, _: &i64) -> Result<OffsetRange, BoxError> {
        Ok(OffsetRange::new(0, 2))
    }

    fn tracker(&self, range: OffsetRange) -> OffsetTracker {
        OffsetTracker::new(range)
    }

    fn estimator(&self) -> Manual {
        Manual::default()
    }

    fn process(&mut self, element: &i64, cx: &mut SplitCx<'_, i64, Self>) -> Result<ProcessContinuation, BoxError> {
        if cx.restriction().start == 0 {
            assert!(cx.try_claim(&0));
            cx.emit(*element);
            return Ok(ProcessContinuation::Resume(Duration::from_mins(1)));
        }
        assert!(cx.try_claim(&1));
        cx.emit(-*element);
        Ok(ProcessContinuation::Stop)
    }
}

/// While the work on an element is not done the watermark is held at its timestamp, so its second half is not late.
#[test]
fn elements_hold_the_watermark_until_they_are_done() {
    for parallelism in [1, 2] {
        let p = TestPipeline::new().with_parallelism(parallelism);
        let stream = TestStream::new()
            .element(at(1_000), 1)
            .advance_watermark_to(at(60_000))
            .element(at(61_000), 2)
            .advance_processing_time(Duration::from_mins(2));
        let window = Windowing::fixed(Duration::from_secs(10));
        let sums = p.apply(stream).par_do_splittable(Late).window(window).key_by(|_| 0).group_by_key();
        let sorted = sums.map(|(_, values)| {
            let mut values: Vec<i64> = values.iter().collect();
            values.sort_unstable();
            values
        });
        assert_that(&sorted).contains_in_any_order([vec![-1, 1], vec![-2, 2]]);
        p.run();
    }
}

/// Stops before all is claimed.
#[derive(Clone)]
struct Lazy;

impl SplittableDoFn<u64> for Lazy {
    type Out = u64;
    type Tracker = OffsetTracker;
    type Estimator = Manual;

    fn initial_restriction(&self, end: &u64) -> Result<OffsetRange, BoxError> {
        Ok(OffsetRange::new(0, *end))
    }

    fn tracker(&self, range: OffsetRange) -> OffsetTracker {
        OffsetTracker::new(range)
    }

    fn estimator(&self) -> Manual {
        Manual::default()
    }

    fn process(&mut self, _: &u64, cx: &mut SplitCx<'_, u64, Self>) -> Result<ProcessContinuation, BoxError> {
        assert!(cx.try_claim(&0));
        Ok(ProcessContinuation::Stop)
    }
}

#[test]
fn work_that_is_forgotten_is_an_error() {
    let p = TestPipeline::new();
    p.create([7u64]).par_do_splittable(Lazy);
    let error = p.try_run().unwrap_err().to_string();
    assert!(error.contains("were not claimed"), "{error}");
    assert!(error.contains("Lazy") && error.contains("element 7"), "{error}");
}
