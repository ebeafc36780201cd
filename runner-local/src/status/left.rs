//! What a run that was stopped had not finished.

use super::report::WorkerReport;
use crate::build::Job;
use beamline_sdk::LeftBehind;
use beamline_sdk::graph::NodeId;
use beamline_sdk::kernel::{Kept, StepId};
use std::collections::BTreeMap;

/// What the workers have left, step by step: what steps keep, and what has an end and was not read to it.
pub(crate) fn left_behind(job: &Job, reports: &[WorkerReport]) -> Vec<LeftBehind> {
    let mut all: BTreeMap<(StepId, &str), Kept> = BTreeMap::new();
    let kept = reports.iter().flat_map(|report| &report.kept);
    for (step, kept) in kept.cloned().chain(unread(job, reports)) {
        let sum = all.entry((step, kept.what)).or_default();
        sum.count += kept.count;
        sum.windows.extend(kept.windows);
    }
    all.into_iter().map(|((step, what), kept)| describe(job, step, what, &kept)).collect()
}

/// The parts of what has an end that were not read to it. Each worker tells of all.
fn unread(job: &Job, reports: &[WorkerReport]) -> impl Iterator<Item = (StepId, Kept)> {
    let mut parts: BTreeMap<StepId, usize> = BTreeMap::new();
    let sources = reports.iter().flat_map(|report| &report.stages).flat_map(|stage| &stage.sources);
    for source in sources.filter(|source| !job.is_endless(NodeId(source.step))) {
        let most = parts.entry(source.step).or_default();
        *most = source.unread.max(*most);
    }
    let kept =
        |count: usize| Kept { count: count as u64, what: "parts that were not read to their end", ..Kept::default() };
    parts.into_iter().filter(|(_, count)| *count > 0).map(move |(step, count)| (step, kept(count)))
}

fn describe(job: &Job, step: StepId, what: &str, kept: &Kept) -> LeftBehind {
    let step = &job.graph.nodes[NodeId(step).index()].step;
    LeftBehind {
        step: step.name.clone(),
        place: format!("{}:{}", step.location.file(), step.location.line()),
        count: kept.count,
        what: what.to_owned(),
        windows: kept.windows.len() as u64,
    }
}
