//! Why has my window not fired? What a run says of itself while it goes on.

use beamline::graph::Graph;
use beamline::kernel::ManualClock;
use beamline::prelude::*;
use beamline::testing::TestStream;
use beamline::{HoldReason, JobHandle, LocalRunner, Status, StepStatus};
use beamline::{Monotonic, Next, OffsetRange, OffsetTracker, ProcessContinuation, SplitCx, SplittableDoFn};
use beamline::{Reader, Source, SourceBatch, SplitTarget};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::channel;
use std::time::Duration;

/// Tells the element, at its own time in seconds, and then nothing for an hour.
#[derive(Clone)]
struct Once;

impl SplittableDoFn<u64> for Once {
    type Out = u64;
    type Tracker = OffsetTracker;
    type Estimator = Monotonic;

    fn is_bounded(&self) -> bool {
        false
    }

    fn initial_restriction(&self, _: &u64) -> Result<OffsetRange, BoxError> {
        Ok(OffsetRange::from(0))
    }

    fn tracker(&self, range: OffsetRange) -> OffsetTracker {
        OffsetTracker::new(range)
    }

    fn estimator(&self) -> Monotonic {
        Monotonic::default()
    }

    fn process(&mut self, n: &u64, cx: &mut SplitCx<'_, u64, Self>) -> Result<ProcessContinuation, BoxError> {
        if cx.try_claim(&0) {
            cx.emit_at(*n, Timestamp::from_millis(*n as i64 * 1000));
        }
        Ok(ProcessContinuation::Resume(Duration::from_hours(1)))
    }
}

fn start(graph: &Graph) -> JobHandle {
    let clock = Arc::new(ManualClock::default());
    LocalRunner::new().parallelism(2).manual_clock(clock).start(graph).unwrap()
}

/// The status when it is as a test expects.
#[track_caller]
fn wait_for(handle: &JobHandle, is_there: impl Fn(&Status) -> bool) -> Status {
    for _ in 0..100_000 {
        let status = handle.status();
        if is_there(&status) {
            return status;
        }
        std::thread::yield_now();
    }
    panic!("waited in vain: {}", handle.status());
}

fn step<'a>(status: &'a Status, name: &str) -> &'a StepStatus {
    status.steps.iter().find(|step| step.name == name).unwrap_or_else(|| panic!("{name} is missing: {status}"))
}

#[test]
fn a_window_waits_for_the_source_that_is_behind() {
    let p = Pipeline::new();
    let fast = p.create([125u64]).par_do_splittable(Once).named("Fast");
    let slow = p.create([7u64]).par_do_splittable(Once).named("Slow");
    let both = fast.flatten_with(&slow).window(Windowing::fixed(Duration::from_mins(1)));
    both.key_by(|_| 0).group_by_key().named("Group").map(|(_, all)| all.iter().count()).inspect(|_| ());
    let handle = start(&p.graph().unwrap());
    let at = |seconds: i64| Timestamp::from_millis(seconds * 1000);
    let status = wait_for(&handle, |status| {
        step(status, "Group").input_watermark == at(7) && step(status, "Fast").output_watermark == at(125)
    });
    let group = step(&status, "Group");
    let hold = group.held_by.clone().unwrap();
    assert_eq!(status.steps[hold.step].name, "Slow");
    assert!(matches!(hold.reason, HoldReason::Source(Some(_))), "{hold:?}");
    assert_eq!(group.pending.as_deref(), Some("2 open windows"));
    assert!(group.next_event.is_some() && group.input_watermark < group.next_event.unwrap());
    let why = status.why(group).unwrap();
    assert_eq!(why, "Slow, which reads element 7, watermark 1970-01-01T00:00:07Z");
    let text = status.to_string();
    assert!(text.contains("Group (tests/status.rs:") && text.contains(&format!("held back by {why}")), "{text}");
    handle.control().drain();
    handle.wait().unwrap();
}

#[test]
fn nobody_waits_for_an_input_that_is_idle() {
    let p = Pipeline::new();
    let (idle, busy) = (p.read(Silent { is_idle: true }), p.create([125u64]).par_do_splittable(Once).named("Busy"));
    let both = idle.flatten_with(&busy).window(Windowing::fixed(Duration::from_mins(1)));
    both.key_by(|_| 0).group_by_key().named("Group").inspect(|_| ());
    let handle = start(&p.graph().unwrap());
    let at = Timestamp::from_millis(125_000);
    let status =
        wait_for(&handle, |status| step(status, "Group").input_watermark == at && step(status, "Silent").is_idle);
    let hold = step(&status, "Group").held_by.clone().unwrap();
    assert_eq!(status.steps[hold.step].name, "Busy", "{status}");
    handle.control().drain();
    handle.wait().unwrap();
}

#[test]
fn a_stage_waits_for_a_side_input() {
    let p = Pipeline::new();
    let (release, wait) = std::sync::mpsc::channel::<()>();
    let wait = Arc::new(std::sync::Mutex::new(wait));
    let table = p.create([1u64]).map(move |n| {
        let _ = wait.lock().unwrap().recv();
        n
    });
    let view = table.named("Slow table").as_singleton();
    p.create([1u64, 2]).named("Numbers").with_side(view).map(|n, t| n * t).named("Multiply").inspect(|_| ());
    let handle = LocalRunner::new().parallelism(2).start(&p.graph().unwrap()).unwrap();
    // Dropped before the handle, which waits for the worker, also when an assertion fails.
    let release = release;
    let is_held = |status: &Status| {
        !status.busy_workers.is_empty()
            && step(status, "Numbers")
                .held_by
                .as_ref()
                .is_some_and(|hold| matches!(hold.reason, HoldReason::SideInput(_)))
    };
    let status = wait_for(&handle, is_held);
    assert!(status.why(step(&status, "Multiply")).unwrap().contains("waits for the side input"), "{status}");
    drop(release);
    handle.wait().unwrap();
}

#[test]
fn what_has_gone_wrong_is_told() {
    let p = Pipeline::new();
    let calls = AtomicU64::new(0);
    let every = Duration::from_millis(100);
    let load = move || if calls.fetch_add(1, Ordering::SeqCst) == 0 { Ok(1) } else { Err("no answer") };
    let rate = p.refreshing(every, load);
    let stream = (0..3)
        .fold(TestStream::new(), |stream, n: u64| stream.advance_processing_time(every).element(Timestamp::MIN, n));
    p.apply(stream).with_side(rate).map(|n, rate| n * rate).named("Convert").inspect(|_| ());
    let (tell, told) = channel();
    let runner = LocalRunner::new().parallelism(1).on_warning(move |warning| tell.send(warning.clone()).unwrap());
    let handle = runner.start(&p.graph().unwrap()).unwrap();
    let status = wait_for(&handle, |status| status.steps.iter().all(StepStatus::is_done));
    handle.wait().unwrap();
    let told: Vec<_> = told.try_iter().map(|warning| (warning.times, warning.last_at.millis())).collect();
    assert_eq!(told, [(1, 100), (2, 200)], "the third time is not worth a word");
    let [warning] = &status.warnings[..] else { panic!("{status}") };
    assert!(
        warning.text.starts_with("step 'Refreshing' (tests/status.rs:") && warning.text.contains("no answer"),
        "{status}"
    );
    assert_eq!((warning.times, status.total_warnings), (3, 3));
    assert!(status.to_string().contains(&warning.text), "{status}");
}

/// A source that waits for something that never comes, and for which others need not wait if it is idle.
#[derive(Clone)]
struct Silent {
    is_idle: bool,
}

impl Source for Silent {
    type Out = u64;
    type Split = ();
    type Reader = Self;

    fn label(&self) -> String {
        "Silent".to_owned()
    }

    fn is_bounded(&self) -> bool {
        false
    }

    fn splits(&self, _: &SplitTarget) -> Result<Vec<()>, BoxError> {
        Ok(vec![()])
    }

    fn describe(&self, (): &()) -> String {
        "a box that is empty".to_owned()
    }

    fn open(&self, (): ()) -> Result<Self, BoxError> {
        Ok(self.clone())
    }
}

impl Reader for Silent {
    type Out = u64;
    type Split = ();

    fn poll(&mut self, out: &mut SourceBatch<'_, u64>) -> Result<Next, BoxError> {
        out.warn("the box is empty", "it is waited for");
        Ok(Next::WakeAt(Timestamp::MAX))
    }

    fn is_idle(&self) -> bool {
        self.is_idle
    }
}

#[test]
fn when_nothing_can_move_the_error_says_who_waits_for_whom() {
    let p = Pipeline::new();
    p.read(Silent { is_idle: false })
        .window(Windowing::fixed(Duration::from_mins(1)))
        .count()
        .named("Count")
        .inspect(|_| ());
    let clock = Arc::new(ManualClock::default());
    let error = LocalRunner::new().replay(1).manual_clock(clock).run(&p.graph().unwrap()).unwrap_err().to_string();
    assert!(error.contains("nothing can move, and the pipeline has not ended"), "{error}");
    assert!(
        error.contains("Count") && error.contains("held back by Silent, which reads a box that is empty"),
        "{error}"
    );
    assert!(error.contains("the box is empty\n  it is waited for"), "{error}");
}

#[test]
fn what_has_ended_is_done() {
    let p = Pipeline::new();
    p.apply(TestStream::new().element(Timestamp::from_millis(5), 1u64)).inspect(|_| ()).named("Look");
    let handle = LocalRunner::new().parallelism(1).start(&p.graph().unwrap()).unwrap();
    let status = wait_for(&handle, |status| status.steps.iter().all(StepStatus::is_done));
    assert_eq!(step(&status, "Look").emitted, 1);
    assert!(status.to_string().contains("2 of 2 steps are done"), "{status}");
    handle.wait().unwrap();
}
