//! What a worker tells about itself.

use crate::build::OutputFlow;
use beamline_sdk::Timestamp;
use beamline_sdk::kernel::{FlowSample, Kept, Mark, Pending, ReadingStatus, StepId};
use beamline_sdk::metrics::WorkerMetrics;

/// What a worker tells.
#[derive(Clone, Debug, Default)]
pub(crate) struct WorkerReport {
    /// Whether it has not answered: it is at work somewhere, and this is what it said before.
    pub(crate) is_busy: bool,
    pub(crate) has_ended: bool,
    pub(crate) stages: Vec<StageReport>,
    /// What has flowed through each output.
    pub(crate) flows: Vec<FlowReport>,
    /// What bundles that have succeeded have counted.
    pub(crate) metrics: WorkerMetrics,
    /// What its steps keep, if the run has come to rest before its time.
    pub(crate) kept: Vec<(StepId, Kept)>,
}

/// What it tells about a stage.
#[derive(Clone, Debug, Default)]
pub(crate) struct StageReport {
    /// Side inputs that it waits for before it runs at all.
    pub(crate) missing_views: Vec<StepId>,
    pub(crate) sources: Vec<SourceReport>,
    pub(crate) steps: Vec<StepReport>,
}

/// How far a source has come.
#[derive(Clone, Debug)]
pub(crate) struct SourceReport {
    pub(crate) step: StepId,
    pub(crate) mark: Mark,
    pub(crate) readings: Vec<ReadingStatus>,
    /// How many parts of it, on whichever worker, have not been read to their end.
    pub(crate) unread: usize,
}

/// How far a step has come.
#[derive(Clone, Debug)]
pub(crate) struct StepReport {
    pub(crate) step: StepId,
    /// Whether it is the sending end of the step, in the stage before.
    pub(crate) is_sender: bool,
    pub(crate) input: Mark,
    pub(crate) output: Mark,
    pub(crate) alarm: Option<Timestamp>,
    pub(crate) pending: Option<Pending>,
}

/// What has flowed through an output.
#[derive(Clone, Debug)]
pub(crate) struct FlowReport {
    pub(crate) step: StepId,
    pub(crate) output: usize,
    pub(crate) emitted: u64,
    pub(crate) sample: FlowSample,
}

impl FlowReport {
    pub(crate) fn of(output: &OutputFlow) -> Self {
        let OutputFlow { step, output, flow } = output;
        Self { step: *step, output: *output, emitted: flow.emitted(), sample: flow.sample() }
    }
}
