//! Running: what a runner takes and gives.

use crate::Result;
use crate::graph::Graph;
use crate::metrics::Metrics;

/// Runs pipelines.
pub trait Runner {
    /// Runs a pipeline to its end.
    ///
    /// # Errors
    /// The first failure of a step; nothing that the pipeline writes is visible then.
    fn run(&self, graph: &Graph) -> Result<JobResult>;
}

/// What a finished pipeline leaves behind.
#[derive(Clone, Debug, Default)]
pub struct JobResult {
    /// Committed metrics: those of bundles that succeeded.
    pub metrics: Metrics,
}
