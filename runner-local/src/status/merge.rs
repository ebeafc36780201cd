//! From what each worker tells to how the run goes.

use super::report::{FlowReport, SourceReport, StageReport, StepReport, WorkerReport};
use super::sample::{hot_keys, latest};
use super::{Hold, HoldReason, InputStatus, OutputStatus, Status, StepStatus};
use crate::build::Job;
use crate::exchange::Queue;
use beamline_sdk::Timestamp;
use beamline_sdk::graph::{CollectionId, NodeId};
use beamline_sdk::kernel::{Mark, Pending, ReadingStatus, Shared, StepId};
use beamline_sdk::metrics::WorkerMetrics;
use std::collections::HashMap;

/// Puts together what the workers tell.
pub(crate) fn merge(job: &Job, reports: &[WorkerReport], now: Timestamp, shared: &Shared) -> Status {
    let nodes = &job.graph.nodes;
    let live: Vec<NodeId> = (0..nodes.len()).map(|i| NodeId(i as StepId)).filter(|id| job.plan.is_live(*id)).collect();
    let positions: HashMap<StepId, usize> = live.iter().enumerate().map(|(i, id)| (id.0, i)).collect();
    let mut metrics = WorkerMetrics::default();
    reports.iter().for_each(|report| metrics.merge(report.metrics.clone()));
    let merger = Merger { job, reports, positions, metrics };
    let mut steps: Vec<StepStatus> = live.iter().map(|id| merger.step(*id)).collect();
    let holds: Vec<_> = (0..steps.len()).map(|i| merger.hold(&steps, &live, i)).collect();
    steps.iter_mut().zip(holds).for_each(|(step, hold)| step.held_by = hold);
    let busy = reports.iter().enumerate().filter(|(_, report)| report.is_busy);
    Status {
        now,
        is_draining: shared.is_draining(),
        is_stopping: shared.is_halting(),
        steps,
        busy_workers: busy.map(|(worker, _)| worker).collect(),
        warnings: shared.warnings.kept(),
        total_warnings: shared.warnings.total(),
    }
}

struct Merger<'a> {
    job: &'a Job,
    reports: &'a [WorkerReport],
    positions: HashMap<StepId, usize>,
    metrics: WorkerMetrics,
}

impl Merger<'_> {
    fn stages(&self) -> impl Iterator<Item = &StageReport> {
        self.reports.iter().flat_map(|report| &report.stages)
    }

    fn flows(&self) -> impl Iterator<Item = &FlowReport> + Clone {
        self.reports.iter().flat_map(|report| &report.flows)
    }

    fn input(&self, collection: CollectionId) -> InputStatus {
        let collection = &self.job.graph.collections[collection.index()];
        InputStatus { step: self.positions[&collection.producer.0], output: collection.output }
    }

    /// What all workers tell of a step, apart from its sending ends.
    fn runs(&self, id: NodeId) -> impl Iterator<Item = &StepReport> {
        self.stages().flat_map(|stage| &stage.steps).filter(move |step| step.step == id.0 && !step.is_sender)
    }

    fn sources(&self, id: NodeId) -> impl Iterator<Item = &SourceReport> {
        self.stages().flat_map(|stage| &stage.sources).filter(move |source| source.step == id.0)
    }

    fn step(&self, id: NodeId) -> StepStatus {
        let node = &self.job.graph.nodes[id.index()];
        let flows = || self.flows().filter(|flow| flow.step == id.0);
        let (input, output) = self.marks(id);
        let inputs_queued = (0..node.inputs.len()).filter_map(|input| self.job.exchanges.get(&(id, input)));
        let queues: Vec<&Queue> = inputs_queued.flat_map(|exchange| exchange.queues.iter()).collect();
        let source = self.job.sources.get(&id);
        StepStatus {
            name: node.step.name.clone(),
            place: format!("{}:{}", node.step.location.file(), node.step.location.line()),
            inputs: node.inputs.iter().map(|input| self.input(*input)).collect(),
            side_inputs: node.side_inputs.iter().filter_map(|view| self.positions.get(&view.0).copied()).collect(),
            input_watermark: input.time,
            output_watermark: output.time,
            is_idle: output.is_idle,
            emitted: flows().map(|flow| flow.emitted).sum(),
            outputs: (0..node.outputs.len()).map(|i| output_status(flows().filter(|flow| flow.output == i))).collect(),
            hot_keys: hot_keys(self.flows().filter_map(|flow| flow.sample.keys.as_ref()), id.0),
            queued_packets: queues.iter().map(|queue| queue.len()).sum(),
            queued_bytes: queues.iter().map(|queue| queue.bytes()).sum(),
            has_back_pressure: queues.iter().any(|queue| queue.bytes() > self.job.queue_limit),
            pending: pending_text(self.runs(id).filter_map(|run| run.pending.as_ref())),
            next_event: self.runs(id).filter_map(|run| run.pending.as_ref()?.next_event).min(),
            next_alarm: self.runs(id).filter_map(|run| run.alarm).min(),
            readings: self.sources(id).flat_map(|source| source.readings.clone()).collect(),
            bytes_read: source.map(|source| source.bytes_read()),
            total_bytes: source.and_then(|source| source.total_bytes()),
            metrics: self.metrics.of(id.0),
            held_by: None,
        }
    }

    /// How far the input and the output of a step have come on all workers together.
    fn marks(&self, id: NodeId) -> (Mark, Mark) {
        let all = |marks: &mut dyn Iterator<Item = Mark>| Mark::START.advanced_by(marks);
        if self.runs(id).next().is_none() {
            let output = all(&mut self.sources(id).map(|source| source.mark));
            return (output, output);
        }
        (all(&mut self.runs(id).map(|run| run.input)), all(&mut self.runs(id).map(|run| run.output)))
    }

    /// Who holds back the input of a step: found by going from each step to the one before that is the furthest behind.
    fn hold(&self, steps: &[StepStatus], live: &[NodeId], from: usize) -> Option<Hold> {
        if steps[from].input_watermark == Timestamp::MAX {
            return None;
        }
        let mut step = from;
        loop {
            if let Some(view) = self.missing_view(live[step]) {
                return Some(Hold { step, reason: HoldReason::SideInput(view) });
            }
            if self.sources(live[step]).next().is_some() {
                return Some(Hold { step, reason: HoldReason::Source(furthest_behind(&steps[step])) });
            }
            // Nobody waits for those that are idle, unless all are.
            let inputs = steps[step].inputs.iter().map(|input| input.step);
            let behind = inputs.min_by_key(|input| (steps[*input].is_idle, steps[*input].output_watermark))?;
            let output = steps[behind].output_watermark;
            if output > steps[step].input_watermark {
                return Some(Hold { step, reason: self.in_flight(&steps[step]) });
            }
            if output < steps[behind].input_watermark {
                return Some(Hold { step: behind, reason: HoldReason::Pending });
            }
            step = behind;
        }
    }

    /// Why a step has not come as far as what it reads.
    fn in_flight(&self, step: &StepStatus) -> HoldReason {
        let busy = self.reports.iter().position(|report| report.is_busy);
        match busy {
            Some(worker) if step.queued_packets == 0 => HoldReason::Busy(worker),
            _ => HoldReason::Queue,
        }
    }

    fn missing_view(&self, id: NodeId) -> Option<usize> {
        let stage = self.job.plan.stage_of[id.index()]?;
        let missing = self.reports.iter().find_map(|report| report.stages.get(stage)?.missing_views.first());
        self.positions.get(missing?).copied()
    }
}

/// What has flowed through an output on all workers.
fn output_status<'a>(flows: impl Iterator<Item = &'a FlowReport> + Clone) -> OutputStatus {
    let samples = latest(flows.clone().flat_map(|flow| &flow.sample.elements));
    OutputStatus { emitted: flows.map(|flow| flow.emitted).sum(), samples }
}

/// The part of a source that holds its watermark.
fn furthest_behind(source: &StepStatus) -> Option<ReadingStatus> {
    source.readings.iter().filter(|reading| !reading.is_idle).min_by_key(|reading| reading.watermark).cloned()
}

fn pending_text<'a>(pending: impl Iterator<Item = &'a Pending>) -> Option<String> {
    let (mut count, mut what) = (0, "");
    for pending in pending {
        count += pending.count;
        what = pending.what;
    }
    (count > 0).then(|| format!("{count} {what}"))
}
