//! Testing pipelines: a pipeline that must be run, and assertions as steps of it.
//!
//! ```
//! use beamline::prelude::*;
//! use beamline::testing::{TestPipeline, assert_that};
//!
//! fn shout(words: &PCollection<String>) -> PCollection<String> {
//!     words.map(|word| word.to_uppercase() + "!")
//! }
//!
//! let p = TestPipeline::new();
//! let words = p.create(["hello", "world"].map(str::to_owned));
//! assert_that(&shout(&words)).contains_in_any_order(["WORLD!", "HELLO!"].map(str::to_owned));
//! p.run();
//! ```
//!
//! When an assertion does not hold, the run fails, and says what is missing, what is too much, where the assertion is
//! and which step made the collection:
//!
//! ```should_panic
//! # use beamline::testing::{TestPipeline, assert_that};
//! let p = TestPipeline::new();
//! let lengths = p.create(["a", "bcd"].map(str::to_owned)).map(|word| word.len()).named("Lengths");
//! assert_that(&lengths).contains_in_any_order([1, 2]);
//! p.run();
//! // step 'AssertThat/contains_in_any_order' (tests/lengths.rs:3): not the expected elements
//! //   expected: 2 elements: 1, 2
//! //   actual: 2 elements: 1, 3
//! //   missing:
//! //     2
//! //   unexpected:
//! //     3
//! //   made by: 'Lengths' (tests/lengths.rs:2)
//! ```

use crate::{Error, JobResult, LocalRunner, Pipeline, Result, Runner};
use beamline_sdk::testing::{assertions, ensure_checked};
use std::cell::Cell;
use std::ops::Deref;

pub use beamline_sdk::kernel::ManualClock;
pub use beamline_sdk::testing::{
    AssertAfterRetractions, AssertInWindow, AssertThat, TestStream, TestStreamWhenRun, Verdict, assert_that,
};

/// A [`Pipeline`] for tests: it is run by a [`LocalRunner`] of its own, and panics if it is forgotten.
///
/// It is a `Pipeline` in all other respects. Unless told otherwise it has two workers and batches of four elements, so
/// that the few elements of a test meet what the many of production do: other threads, ends of batches, results that
/// are merged. Errors show the element that caused them.
///
/// # Panics
///
/// Dropped with assertions that no run has checked, it panics: a test without `run` would always pass.
///
/// ```should_panic
/// # use beamline::testing::{TestPipeline, assert_that};
/// let p = TestPipeline::new();
/// assert_that(&p.create([1, 2])).is_empty();
/// // The call of `p.run()` is missing.
/// ```
#[must_use = "a test pipeline checks nothing until it is run"]
pub struct TestPipeline {
    pipeline: Pipeline,
    runner: LocalRunner,
    seed: Option<u64>,
    /// How many assertions there were at the last run.
    checked: Cell<usize>,
}

impl Default for TestPipeline {
    #[track_caller]
    fn default() -> Self {
        Self::new()
    }
}

impl TestPipeline {
    /// An empty pipeline.
    #[track_caller]
    pub fn new() -> Self {
        let runner = LocalRunner::new().parallelism(2).batch_size(4).trace_elements(true);
        Self { pipeline: Pipeline::new(), runner, seed: None, checked: Cell::new(0) }
    }

    /// Sets the number of workers.
    pub fn with_parallelism(self, workers: usize) -> Self {
        self.configure(|runner| runner.parallelism(workers))
    }

    /// Sets how many elements make a batch.
    pub fn with_batch_size(self, elements: usize) -> Self {
        self.configure(|runner| runner.batch_size(elements))
    }

    /// Sets the memory budget, in bytes: to see what happens when it is used up.
    pub fn with_memory(self, bytes: usize) -> Self {
        self.configure(|runner| runner.memory(bytes))
    }

    /// Runs all workers on one thread, in an order that follows from the seed: see [`for_each_seed`].
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self.configure(|runner| runner.replay(seed))
    }

    fn configure(mut self, set: impl FnOnce(LocalRunner) -> LocalRunner) -> Self {
        self.runner = set(self.runner.clone());
        self
    }

    /// Runs the pipeline and checks its assertions.
    ///
    /// # Panics
    ///
    /// If the pipeline fails, or an assertion does not hold.
    #[track_caller]
    pub fn run(&self) -> JobResult {
        match self.try_run() {
            Ok(result) => result,
            Err(error) => fail(&error, self.seed),
        }
    }

    /// Runs the pipeline and checks its assertions: to look at the error.
    ///
    /// # Errors
    /// When the pipeline fails, or an assertion does not hold.
    pub fn try_run(&self) -> Result<JobResult> {
        self.run_with(&self.runner)
    }

    /// Runs the pipeline with another runner, and checks its assertions.
    ///
    /// # Errors
    /// When the pipeline fails, or an assertion does not hold.
    pub fn run_with(&self, runner: &impl Runner) -> Result<JobResult> {
        self.checked.set(assertions(&self.pipeline));
        let graph = self.pipeline.graph()?;
        let result = runner.run(&graph)?;
        ensure_checked(&graph, &result.metrics)?;
        Ok(result)
    }
}

#[track_caller]
fn fail(error: &Error, seed: Option<u64>) -> ! {
    match seed {
        Some(seed) => panic!("{error}\n{}", repeat(seed)),
        None => panic!("{error}"),
    }
}

fn repeat(seed: u64) -> String {
    format!("seed {seed}; to repeat it alone: {SEED}={seed}")
}

/// The environment variable with the only seed to be tried.
const SEED: &str = "BEAMLINE_SEED";

/// Runs a test with the seeds from 0 on, `seeds` of them: each makes things that may happen at the same time happen in
/// another order. If the test fails, the seed is printed, which fails in the same way whenever it is tried.
///
/// `BEAMLINE_SEED=n` tries that one only.
///
/// ```
/// use beamline::testing::{TestPipeline, assert_that, for_each_seed};
///
/// for_each_seed(20, |seed| {
///     let p = TestPipeline::new().with_seed(seed);
///     assert_that(&p.create(1..=100u64).count()).contains_in_any_order([100]);
///     p.run();
/// });
/// ```
///
/// # Panics
/// If the test does, and if `BEAMLINE_SEED` is no number.
pub fn for_each_seed(seeds: u64, test: impl Fn(u64)) {
    let only = std::env::var(SEED).ok().map(|seed| seed.parse().expect("BEAMLINE_SEED is a number"));
    let tried = only.map_or(0..seeds, |seed: u64| seed..seed + 1);
    for seed in tried {
        let _told = TellSeed(seed);
        test(seed);
    }
}

/// Tells the seed when the test panics.
struct TellSeed(u64);

impl Drop for TellSeed {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("failed with {}", repeat(self.0));
        }
    }
}

impl Deref for TestPipeline {
    type Target = Pipeline;
    fn deref(&self) -> &Pipeline {
        &self.pipeline
    }
}

impl Drop for TestPipeline {
    fn drop(&mut self) {
        let forgotten = assertions(&self.pipeline) - self.checked.get();
        assert!(
            forgotten == 0 || std::thread::panicking(),
            "a TestPipeline was dropped with {forgotten} assertion(s) that no run has checked: call run()"
        );
    }
}
