//! How a run goes at one instant, and how fast.

use beamline_local::{Status, StepStatus};
use beamline_sdk::{Error, ErrorKind, Timestamp};
use std::time::Duration;

/// How a run goes at one instant.
pub(crate) struct Snapshot {
    pub(crate) program: String,
    pub(crate) status: Status,
    /// Since the run has begun.
    pub(crate) elapsed: Duration,
    /// How many elements have been emitted per second since the snapshot before.
    pub(crate) rates: Vec<Rates>,
    /// Whether elements and keys are shown.
    pub(crate) has_samples: bool,
    pub(crate) progress: Progress,
    pub(crate) end: Option<End>,
}

/// How many elements a step has emitted per second.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Rates {
    /// In all, or written.
    pub(crate) all: f64,
    /// Through each output.
    pub(crate) outputs: Vec<f64>,
}

/// How much has been read, of all sources together.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Progress {
    pub(crate) bytes_read: u64,
    /// If all sources know.
    pub(crate) total_bytes: Option<u64>,
    /// Since the snapshot before.
    pub(crate) bytes_per_second: f64,
}

/// How a run has ended.
#[derive(Clone, Debug)]
pub(crate) struct End {
    pub(crate) state: &'static str,
    pub(crate) error: Option<String>,
}

impl End {
    pub(crate) fn of(error: Option<&Error>) -> Self {
        let state = match error.map(Error::kind) {
            None => "succeeded",
            Some(ErrorKind::Cancelled) => "cancelled",
            Some(_) => "failed",
        };
        Self { state, error: error.map(ToString::to_string) }
    }
}

impl Snapshot {
    pub(crate) fn new(program: &str, status: Status, elapsed: Duration, before: Option<&Self>) -> Self {
        let span = elapsed.saturating_sub(before.map_or(Duration::ZERO, |before| before.elapsed));
        let rate = |now: u64, then: u64| now.saturating_sub(then) as f64 / span.as_secs_f64().max(1e-3);
        let earlier = |i: usize| before.and_then(|before| before.status.steps.get(i));
        let rates = status.steps.iter().enumerate();
        let rates = rates.map(|(i, step)| Rates::of(step, earlier(i), rate)).collect();
        let (bytes_read, total_bytes) = bytes_of(&status);
        let bytes_per_second = rate(bytes_read, before.map_or(0, |before| before.progress.bytes_read));
        let progress = Progress { bytes_read, total_bytes, bytes_per_second };
        Self { program: program.to_owned(), status, elapsed, rates, progress, has_samples: false, end: None }
    }

    /// Says whether elements and keys are shown.
    pub(crate) fn with_samples(self, has_samples: bool) -> Self {
        Self { has_samples, ..self }
    }

    pub(crate) fn with_end(self, end: Option<End>) -> Self {
        Self { end, ..self }
    }

    /// What the run is about.
    pub(crate) fn state(&self) -> &'static str {
        match &self.end {
            Some(end) => end.state,
            None if self.status.is_draining => "draining",
            None => "running",
        }
    }

    /// How far the results of a step are behind the clock in seconds, while it waits for more.
    pub(crate) fn lag(&self, step: &StepStatus) -> Option<f64> {
        let time = Some(step.output_watermark).filter(|time| ![Timestamp::MIN, Timestamp::MAX].contains(time))?;
        Some((self.status.now.millis() - time.millis()) as f64 / 1000.0)
    }
}

impl Rates {
    fn of(step: &StepStatus, before: Option<&StepStatus>, rate: impl Fn(u64, u64) -> f64) -> Self {
        let then = |i: usize| before.and_then(|before| before.outputs.get(i)).map_or(0, |output| output.emitted);
        let outputs = step.outputs.iter().enumerate().map(|(i, output)| rate(output.emitted, then(i))).collect();
        Self { all: rate(step.emitted, before.map_or(0, |before| before.emitted)), outputs }
    }
}

/// How much sources have read, and how much there is.
fn bytes_of(status: &Status) -> (u64, Option<u64>) {
    let sources = || status.steps.iter().filter(|step| step.bytes_read.is_some());
    let total = sources().map(|source| source.total_bytes).sum::<Option<u64>>();
    (sources().filter_map(|source| source.bytes_read).sum(), total)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use beamline_local::OutputStatus;
    use std::collections::BTreeMap;

    /// A step that has emitted so many elements.
    pub(crate) fn step(name: &str, emitted: u64) -> StepStatus {
        StepStatus {
            name: name.to_owned(),
            place: "src/main.rs:7".to_owned(),
            inputs: Vec::new(),
            side_inputs: Vec::new(),
            input_watermark: Timestamp::MIN,
            output_watermark: Timestamp::MIN,
            is_idle: false,
            emitted,
            outputs: vec![OutputStatus { emitted, samples: Vec::new() }],
            hot_keys: Vec::new(),
            queued_packets: 0,
            queued_bytes: 0,
            has_back_pressure: false,
            pending: None,
            next_event: None,
            next_alarm: None,
            readings: Vec::new(),
            bytes_read: None,
            total_bytes: None,
            metrics: BTreeMap::new(),
            held_by: None,
        }
    }

    pub(crate) fn status(steps: Vec<StepStatus>) -> Status {
        Status {
            now: Timestamp::from_millis(10_000),
            is_draining: false,
            is_stopping: false,
            steps,
            busy_workers: Vec::new(),
            warnings: Vec::new(),
            total_warnings: 0,
        }
    }

    #[test]
    fn rates_are_of_the_time_since_the_snapshot_before() {
        let read =
            |emitted, bytes| StepStatus { bytes_read: Some(bytes), total_bytes: Some(1000), ..step("Read", emitted) };
        let first = Snapshot::new("p", status(vec![read(100, 400)]), Duration::from_secs(10), None);
        assert_eq!((first.rates[0].all, first.progress.bytes_per_second), (10.0, 40.0));
        let next = Snapshot::new("p", status(vec![read(160, 500)]), Duration::from_secs(12), Some(&first));
        assert_eq!((next.rates[0].all, next.progress.bytes_per_second), (30.0, 50.0));
        assert_eq!((next.progress.bytes_read, next.progress.total_bytes), (500, Some(1000)));
    }

    #[test]
    fn each_output_has_its_rate() {
        let split = |a, b| {
            let outputs = [a, b].map(|emitted| OutputStatus { emitted, samples: Vec::new() });
            status(vec![StepStatus { outputs: outputs.to_vec(), ..step("Split", a + b) }])
        };
        let first = Snapshot::new("p", split(10, 1), Duration::from_secs(1), None);
        let next = Snapshot::new("p", split(40, 1), Duration::from_secs(2), Some(&first));
        assert_eq!(next.rates, [Rates { all: 30.0, outputs: vec![30.0, 0.0] }]);
    }

    #[test]
    fn a_total_is_known_if_every_source_knows_its_own() {
        let source = |total| StepStatus { bytes_read: Some(1), total_bytes: total, ..step("Read", 0) };
        let total = |steps| Snapshot::new("p", status(steps), Duration::ZERO, None).progress.total_bytes;
        assert_eq!(total(vec![source(Some(5)), source(Some(6)), step("Map", 0)]), Some(11));
        assert_eq!(total(vec![source(Some(5)), source(None)]), None);
    }

    #[test]
    fn only_what_is_under_way_lags() {
        let at = |time| StepStatus { output_watermark: time, ..step("Map", 0) };
        let snapshot = Snapshot::new("p", status(Vec::new()), Duration::ZERO, None);
        assert_eq!(snapshot.lag(&at(Timestamp::from_millis(7_500))), Some(2.5));
        assert_eq!([Timestamp::MIN, Timestamp::MAX].map(|time| snapshot.lag(&at(time))), [None, None]);
    }

    #[test]
    fn an_end_is_what_became_of_the_run() {
        let error = |kind| End::of(Some(&Error::new(kind, "no")));
        assert_eq!((End::of(None).state, error(ErrorKind::Cancelled).state), ("succeeded", "cancelled"));
        assert_eq!((error(ErrorKind::User).state, error(ErrorKind::User).error.as_deref()), ("failed", Some("no")));
    }
}
