//! Runs a pipeline and keeps the number that it makes.

use std::num::Wrapping;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ::beamline::JobResult;
use ::beamline::prelude::*;

/// How a pipeline is run.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The number of worker threads.
    pub threads: usize,
    /// The memory budget in bytes; the runner's default if `None`.
    pub memory: Option<usize>,
    /// Whether processing time stands still, so that nothing depends on how long things take.
    pub stands_still: bool,
}

impl Options {
    /// So many threads, and the runner's defaults.
    pub const fn threads(threads: usize) -> Self {
        Self { threads, memory: None, stands_still: false }
    }

    pub(crate) fn runner(self) -> LocalRunner {
        let mut runner = LocalRunner::new().parallelism(self.threads);
        if let Some(bytes) = self.memory {
            runner = runner.memory(bytes);
        }
        if self.stands_still { runner.manual_clock(Arc::default()) } else { runner }
    }
}

/// A pipeline that does nothing.
///
/// # Errors
///
/// Those of the pipeline.
pub fn nothing(options: Options) -> Result<u64, BoxError> {
    run(options, |p| p.sequence(0..0))
}

/// Runs a pipeline and adds up what it makes.
pub(super) fn run(options: Options, build: impl FnOnce(&Pipeline) -> PCollection<u64>) -> Result<u64, BoxError> {
    run_by(build, |p| refuse_late(&p.run_with(&options.runner())?))
}

/// Runs a pipeline in some way and adds up what it makes.
pub(crate) fn run_by(
    build: impl FnOnce(&Pipeline) -> PCollection<u64>,
    run: impl FnOnce(&Pipeline) -> Result<(), BoxError>,
) -> Result<u64, BoxError> {
    let p = Pipeline::new();
    let total = Total::default();
    build(&p).par_do(Adder { bundle: Wrapping(0), total: total.clone() }).named("Add up");
    run(&p)?;
    Ok(total.0.load(Ordering::Relaxed))
}

/// What all workers have made so far.
#[derive(Clone, Default)]
struct Total(Arc<AtomicU64>);

/// Adds up numbers, a bundle at a time.
#[derive(Clone)]
struct Adder {
    bundle: Wrapping<u64>,
    total: Total,
}

impl DoFn<u64> for Adder {
    type Out = ();

    fn process(&mut self, number: u64, _: &mut Cx<'_, ()>) -> Result<(), BoxError> {
        self.bundle += number;
        Ok(())
    }

    fn finish_bundle(&mut self, _: &mut BundleCx<'_, ()>) -> Result<(), BoxError> {
        let Wrapping(bundle) = std::mem::take(&mut self.bundle);
        self.total.0.fetch_add(bundle, Ordering::Relaxed);
        Ok(())
    }
}

/// No element of a suite is late, so none may be dropped.
fn refuse_late(result: &JobResult) -> Result<(), BoxError> {
    match result.metrics.counter("dropped_late") {
        0 => Ok(()),
        dropped => Err(format!("{dropped} elements were dropped as late").into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_pipeline_makes_is_added_up() {
        let options = Options::threads(2);
        assert_eq!(nothing(options).unwrap(), 0);
        assert_eq!(run(options, |p| p.sequence(0..101)).unwrap(), 5050);
    }
}
