//! Running the pipeline of a figure, and writing down what happens when.

use crate::figures::Figure;
use beamline::combine::Sum;
use beamline::testing::ManualClock;
use beamline::window::{Timing, Window};
use beamline::{Change, LocalRunner, Pipeline, Timestamp, ValueInWindow};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What has happened in a run, in order of processing time.
#[derive(Default)]
pub(crate) struct Recording {
    pub(crate) elements: Vec<SeenElement>,
    pub(crate) panes: Vec<SeenPane>,
}

pub(crate) struct SeenElement {
    pub(crate) at: Timestamp,
    pub(crate) time: Timestamp,
    pub(crate) value: f64,
    /// Whether it came too late for its window.
    pub(crate) is_dropped: bool,
}

pub(crate) struct SeenPane {
    pub(crate) at: Timestamp,
    pub(crate) window: Window,
    pub(crate) timing: Timing,
    pub(crate) shown: Option<f64>,
    pub(crate) taken_back: Option<f64>,
}

/// Writes down with the time of the clock.
#[derive(Clone)]
struct Recorder {
    clock: Arc<ManualClock>,
    recording: Arc<Mutex<Recording>>,
}

pub(crate) fn record(figure: &Figure) -> Result<Recording, beamline::Error> {
    let recorder = Recorder::starting_at(figure.story.processing_time.0);
    let p = Pipeline::new();
    build(&p, figure, &recorder);
    p.run_with(&LocalRunner::new().parallelism(1).manual_clock(recorder.clock.clone()))?;
    let mut recording = std::mem::take(&mut *recorder.lock());
    recording.panes.sort_by_key(|pane| (pane.at, pane.window));
    Ok(recording)
}

fn build(p: &Pipeline, figure: &Figure, recorder: &Recorder) {
    let scores = p.apply(figure.story.stream());
    let (elements, panes, late) = (recorder.clone(), recorder.clone(), recorder.clone());
    scores.reify_timestamps().inspect(move |(value, time)| elements.element(*time, *value));
    if let Some(windowing) = &figure.windowing {
        let sums = scores.key_by(|_| ()).window(windowing.clone()).keeping_late_data().combine_per_key(Sum);
        sums.results.to_changelog().reify_windows().inspect(move |result| panes.result(result));
        sums.late.reify_timestamps().inspect(move |(_, time)| late.dropped(*time));
    }
}

impl Recorder {
    fn starting_at(time: Timestamp) -> Self {
        let clock = Arc::new(ManualClock::default());
        clock.advance(Duration::from_millis(time.millis() as u64));
        Self { clock, recording: Arc::default() }
    }

    fn lock(&self) -> MutexGuard<'_, Recording> {
        self.recording.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn element(&self, time: Timestamp, value: f64) {
        self.lock().elements.push(SeenElement { at: self.clock.now(), time, value, is_dropped: false });
    }

    fn dropped(&self, time: Timestamp) {
        self.lock().elements.iter_mut().filter(|seen| seen.time == time).for_each(|seen| seen.is_dropped = true);
    }

    /// What a window takes back and what it shows at the same time are one pane.
    fn result(&self, result: &ValueInWindow<Change<((), f64)>>) {
        let (at, window, timing) = (self.clock.now(), result.window, result.pane.timing);
        let mut recording = self.lock();
        let known = recording.panes.iter().position(|pane| (pane.at, pane.window) == (at, window));
        let index = known.unwrap_or_else(|| {
            recording.panes.push(SeenPane { at, window, timing, shown: None, taken_back: None });
            recording.panes.len() - 1
        });
        let pane = &mut recording.panes[index];
        match result.value {
            Change::Retract(((), value)) => pane.taken_back = Some(value),
            Change::Insert(((), value)) => (pane.timing, pane.shown) = (timing, Some(value)),
        }
    }
}
