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

pub use beamline_sdk::testing::{AssertThat, Verdict, assert_that};

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
        Self { pipeline: Pipeline::new(), runner, checked: Cell::new(0) }
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
            Err(error) => fail(&error),
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
fn fail(error: &Error) -> ! {
    panic!("{error}")
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
