//! Full queues.

use beamline::graph::Graph;
use beamline::prelude::*;
use beamline::testing::{TestPipeline, assert_that};
use beamline::{JobHandle, LocalRunner, Monotonic, OffsetRange, OffsetTracker, ProcessContinuation};
use beamline::{SplitCx, SplittableDoFn, StepStatus};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, OnceLock};
use std::thread::{self, ThreadId};
use std::time::Duration;

/// The bytes that may wait for one receiver.
const LIMIT: usize = 10_000;

/// Keeps the first thread that comes waiting until it is opened.
#[derive(Clone, Default)]
struct Gate(Arc<(Mutex<bool>, Condvar, OnceLock<ThreadId>)>);

impl Gate {
    fn open(&self) {
        *self.0.0.lock().unwrap() = true;
        self.0.1.notify_all();
    }

    fn pass(&self) {
        if *self.0.2.get_or_init(|| thread::current().id()) != thread::current().id() {
            return;
        }
        let mut is_open = self.0.0.lock().unwrap();
        while !*is_open {
            is_open = self.0.1.wait(is_open).unwrap();
        }
    }
}

/// Opens the gate also when an assertion fails, so that nobody waits for workers that wait.
struct Opened(Gate);

impl Drop for Opened {
    fn drop(&mut self) {
        self.0.open();
    }
}

fn runner() -> LocalRunner {
    LocalRunner::new().parallelism(2).batch_size(16).queue_bytes(LIMIT).table_bytes(LIMIT)
}

fn start(graph: &Graph) -> JobHandle {
    runner().start(graph).unwrap()
}

fn step(handle: &JobHandle, name: &str) -> StepStatus {
    let steps = handle.status().steps;
    steps.into_iter().find(|step| step.name == name).expect("there is such a step")
}

fn wait_for_back_pressure(handle: &JobHandle, name: &str) -> StepStatus {
    loop {
        let step = step(handle, name);
        if step.has_back_pressure {
            return step;
        }
        thread::yield_now();
    }
}

/// Two stages behind each other that send while they receive: each worker may have to wait in the later one while others
/// wait for it, and must not begin with the earlier one then.
#[test]
fn streaming_shuffles_do_not_wait_for_each_other() {
    for workers in [2, 3, 7] {
        let p = Pipeline::new();
        let pairs = p.sequence(0..30_000).reshuffle().map(|n| n + 1).reshuffle().map(|n| (n % 100, n));
        assert_that(&pairs.group_by_key().map(|(_, rows)| rows.len())).contains_in_any_order([300; 100]);
        p.run_with(&LocalRunner::new().parallelism(workers).batch_size(16).queue_bytes(64)).unwrap();
    }
}

/// The last packet of each sender is what may be over the limit.
#[test]
fn a_source_that_is_faster_than_its_sink_fills_the_queues_and_no_more() {
    let p = Pipeline::new();
    let (gate, taken) = (Gate::default(), Arc::new(AtomicU64::new(0)));
    let (sink, take) = (gate.clone(), taken.clone());
    let shuffled = p.read(generate(1e9, |n| n)).named("Source").reshuffle().named("Shuffle");
    shuffled.for_each(move |_| {
        sink.pass();
        take.fetch_add(1, Ordering::SeqCst);
        Ok(())
    });
    let handle = start(&p.graph().unwrap());
    let opened = Opened(gate);
    let packet = 16 * (size_of::<u64>() + 64);
    let most = 2 * (LIMIT + 2 * packet);
    let shuffle = wait_for_back_pressure(&handle, "Shuffle");
    assert!(shuffle.queued_bytes <= most, "{shuffle:?}");
    drop(opened);
    while taken.load(Ordering::SeqCst) < 200_000 {
        let shuffle = step(&handle, "Shuffle");
        assert!(shuffle.queued_bytes <= most, "{shuffle:?}");
    }
    handle.control().drain();
    let metrics = handle.wait().unwrap().metrics;
    assert_eq!(metrics.emitted("Source"), Some(taken.load(Ordering::SeqCst)));
}

/// What a branch shows of a stream that is read once for it and for another one, which is slow or not.
fn windows_beside(slow: bool) -> Vec<u64> {
    let p = TestPipeline::new();
    let counts = Arc::new(Mutex::new(Vec::new()));
    let numbers = p.sequence(0..5_000).with_timestamps(|n| Timestamp::from_millis(*n as i64));
    let all = counts.clone();
    numbers.window(Windowing::fixed(Duration::from_millis(130))).count().for_each(move |n| {
        all.lock().unwrap().push(n);
        Ok(())
    });
    let yields = if slow { 20 } else { 0 };
    let other = numbers.reshuffle().inspect(move |_| (0..yields).for_each(|_| thread::yield_now()));
    assert_that(&other.count()).contains_in_any_order([5_000]);
    p.run_with(&runner()).unwrap();
    let mut counts = counts.lock().unwrap().clone();
    counts.sort_unstable();
    counts
}

#[test]
fn one_slow_branch_does_not_change_the_results_of_another() {
    let counts = windows_beside(true);
    assert_eq!(counts, windows_beside(false));
    assert_eq!(counts.iter().sum::<u64>(), 5_000);
}

/// Passes elements on, and remembers how many more had been read by then.
#[derive(Clone, Default)]
struct Pass {
    read: Arc<AtomicU64>,
    passed: Arc<AtomicU64>,
    most_between: Arc<AtomicU64>,
}

impl SplittableDoFn<u64> for Pass {
    type Out = u64;
    type Tracker = OffsetTracker;
    type Estimator = Monotonic;

    fn initial_restriction(&self, _: &u64) -> Result<OffsetRange, BoxError> {
        Ok(OffsetRange::new(0, 1))
    }

    fn tracker(&self, range: OffsetRange) -> OffsetTracker {
        OffsetTracker::new(range)
    }

    fn estimator(&self) -> Monotonic {
        Monotonic::default()
    }

    fn process(&mut self, n: &u64, cx: &mut SplitCx<'_, u64, Self>) -> Result<ProcessContinuation, BoxError> {
        let between = self.read.load(Ordering::SeqCst) - self.passed.fetch_add(1, Ordering::SeqCst);
        self.most_between.fetch_max(between, Ordering::SeqCst);
        if cx.try_claim(&0) {
            cx.emit(*n);
        }
        Ok(ProcessContinuation::Stop)
    }
}

/// Elements that a splittable function will work on later wait with their senders, and not in memory.
#[test]
fn a_flood_before_a_splittable_function_is_held_up() {
    const COUNT: u64 = 50_000;
    for workers in [1, 2] {
        let p = TestPipeline::new();
        let pass = Pass::default();
        let read = pass.read.clone();
        let flood = p.sequence(0..COUNT).inspect(move |_| {
            read.fetch_add(1, Ordering::SeqCst);
        });
        assert_that(&flood.par_do_splittable(pass.clone()).count()).contains_in_any_order([COUNT]);
        p.run_with(&runner().parallelism(workers)).unwrap();
        let most = pass.most_between.load(Ordering::SeqCst);
        assert!(most < COUNT / 4, "{most} elements wait");
    }
}
