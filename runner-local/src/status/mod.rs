//! How a run goes: how far each step has come, and who holds it back.
//!
//! `desk` asks the workers, `report` is what they tell, `merge` makes a [`Status`] of that, and `sample` what those see who
//! watch the elements; `text` prints it. `left` is what a run that was stopped had not finished.

mod desk;
mod left;
mod merge;
mod report;
mod sample;
mod text;

pub(crate) use desk::Desk;
pub(crate) use report::{FlowReport, SourceReport, StageReport, StepReport, WorkerReport};

pub(crate) use left::left_behind;
pub(crate) use merge::merge;

use beamline_sdk::Timestamp;
use beamline_sdk::kernel::{ReadingStatus, RunWarning, SampledElement};
use beamline_sdk::metrics::Value;
use std::collections::BTreeMap;

/// How a run goes, from [`JobHandle::status`](crate::JobHandle::status). Printed, it says for each step that has not ended
/// how far it has come, and who holds it back.
#[derive(Clone, Debug)]
pub struct Status {
    /// Processing time.
    pub now: Timestamp,
    /// Whether sources without an end have been asked to end.
    pub is_draining: bool,
    /// Whether sources have been asked to read no more, while windows stay open.
    pub is_stopping: bool,
    /// All steps that run, in topological order.
    pub steps: Vec<StepStatus>,
    /// Workers that were at work in the same bundle for as long as they were asked: what they say is old.
    pub busy_workers: Vec<usize>,
    /// What has gone wrong and did not fail the run: the last warnings, the latest last.
    pub warnings: Vec<RunWarning>,
    /// How many warnings there have been in all.
    pub total_warnings: u64,
}

/// How far a step has come.
#[derive(Clone, Debug)]
pub struct StepStatus {
    /// Its name, with those of the composites around it.
    pub name: String,
    /// The file and line of the call that made it.
    pub place: String,
    /// What it reads from.
    pub inputs: Vec<InputStatus>,
    /// The steps that make its side inputs, as positions in [`Status::steps`].
    pub side_inputs: Vec<usize>,
    /// An element before this instant is late; [`Timestamp::MAX`] when none will come at all.
    pub input_watermark: Timestamp,
    /// No further result is before this instant, unless it is late.
    pub output_watermark: Timestamp,
    /// Whether it is caught up and empty, so that nobody waits for its watermark.
    pub is_idle: bool,
    /// How many elements it has emitted through all its outputs, or written.
    pub emitted: u64,
    /// Its outputs. None for a step that writes.
    pub outputs: Vec<OutputStatus>,
    /// If it brings elements together by their keys, those that come most often, the most frequent first: each has a
    /// hundredth of all elements or more. Known while somebody asks for [samples](crate::JobControl).
    pub hot_keys: Vec<HotKey>,
    /// Packets that wait in front of it.
    pub queued_packets: usize,
    /// What they take in bytes.
    pub queued_bytes: usize,
    /// Whether its senders have to wait until it has taken some of them.
    pub has_back_pressure: bool,
    /// What it keeps that is still to become results, such as `3 keys with open windows`.
    pub pending: Option<String>,
    /// The watermark that the first of these waits for.
    pub next_event: Option<Timestamp>,
    /// The processing time at which something will happen by itself.
    pub next_alarm: Option<Timestamp>,
    /// What it reads, if it is a source.
    pub readings: Vec<ReadingStatus>,
    /// How much it has read in bytes, if it is a source.
    pub bytes_read: Option<u64>,
    /// How much there is for it to read in bytes, if it is a source that knows.
    pub total_bytes: Option<u64>,
    /// What has been counted in it, by name: by user code, and by the engine, such as `dropped_late`.
    pub metrics: BTreeMap<String, Value>,
    /// Why its input has not come further; nothing if it has come to its end.
    pub held_by: Option<Hold>,
}

/// What a step reads from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InputStatus {
    /// The step that makes it, as a position in [`Status::steps`].
    pub step: usize,
    /// Which of the outputs of that step it is.
    pub output: usize,
}

/// What flows through an output of a step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OutputStatus {
    /// How many elements it has emitted.
    pub emitted: u64,
    /// Some of these, the latest last. Known while somebody asks for [samples](crate::JobControl).
    pub samples: Vec<SampledElement>,
}

/// A key that many elements have.
#[derive(Clone, Debug, PartialEq)]
pub struct HotKey {
    /// The key as JSON, cut where it is long.
    pub key: String,
    /// Which part of the elements of the last seconds have it, about: from 0 to 1.
    pub share: f64,
}

/// What holds a watermark back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// The step that holds, as a position in [`Status::steps`].
    pub step: usize,
    /// Why.
    pub reason: HoldReason,
}

/// Why a watermark is not further.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HoldReason {
    /// A source has read no further: the part of it that is the furthest behind.
    Source(Option<ReadingStatus>),
    /// A step keeps something back that is earlier than its input.
    Pending,
    /// A stage has not begun, because a side input is not complete: the step that builds it.
    SideInput(usize),
    /// Elements wait in front of a step that has not come to them.
    Queue,
    /// A worker is at work in a long bundle.
    Busy(usize),
}
