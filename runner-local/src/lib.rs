//! Runs a pipeline on the threads of this process.
//!
//! The [`LocalRunner`] turns the graph of a pipeline into a [plan](LocalRunner::explain) of stages, and gives each worker
//! thread a copy of every stage and a share of the keys. Elements stay typed: nothing is encoded between steps unless
//! memory ends.
//!
//! - `plan` decides what runs together, `explain` prints that.
//! - `build` makes the operators of a worker, grouped into `stage`s; `worker` runs them, `exchange` moves packets
//!   between workers, `idleness` says who is not waited for.
//! - `run` starts the workers, waits for them, and commits what they wrote; `replay` runs them on one thread, in an
//!   order that can be repeated; `threads` are what workers run on.

mod build;
mod exchange;
mod explain;
mod idleness;
mod machine;
mod plan;
mod replay;
mod run;
mod scratch;
mod stage;
mod status;
mod threads;
mod wake;
mod worker;

pub use machine::{MIN_MEMORY, default_memory};
pub use run::{DISCARDED_SHARDS, JobControl, JobHandle};
pub use status::{Hold, HoldReason, HotKey, InputStatus, OutputStatus, Status, StepStatus};

use beamline_sdk::graph::Graph;
use beamline_sdk::kernel::{Clock, ManualClock, RunWarning, SystemClock, WarningHandler};
use beamline_sdk::{Error, ErrorKind, JobResult, Result, Runner};
use std::fmt::Display;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

/// Runs pipelines on the threads of this process.
///
/// When a run has succeeded, its threads wait a tenth of a second for the next one, so that many small ones cost little. What
/// user code keeps by thread is then still there, and is dropped when no run has come: perhaps after `wait` has returned.
///
/// ```
/// use beamline_local::LocalRunner;
/// use beamline_sdk::Pipeline;
///
/// let p = Pipeline::new();
/// p.create(1..=3u64).map(|n| n * n).named("Square").inspect(|n| println!("{n}"));
/// let result = p.run_with(&LocalRunner::new().parallelism(2))?;
/// assert_eq!(result.metrics.emitted("Square"), Some(3));
/// # Ok::<(), beamline_sdk::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct LocalRunner {
    parallelism: usize,
    memory: usize,
    batch_size: usize,
    trace_elements: bool,
    clock: Option<Arc<ManualClock>>,
    seed: Option<u64>,
    version: Option<Arc<str>>,
    queue_bytes: Option<usize>,
    table_bytes: Option<usize>,
    warning_handler: WarningHandler,
    #[cfg(feature = "samples")]
    samples: bool,
}

/// How far a run has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Bytes read from all sources.
    pub bytes_read: u64,
    /// The size of all sources in bytes, if it is known.
    pub total_bytes: Option<u64>,
    /// Whether all workers have ended.
    pub is_finished: bool,
}

/// More workers than this would not have a key group each.
const MOST_WORKERS: usize = 256;

impl Default for LocalRunner {
    fn default() -> Self {
        Self::new()
    }
}

impl LocalRunner {
    /// A runner with a worker for each core, and [half of the memory](default_memory).
    pub fn new() -> Self {
        Self {
            parallelism: machine::cores().min(MOST_WORKERS),
            memory: default_memory(),
            batch_size: 4096,
            trace_elements: false,
            clock: None,
            seed: None,
            version: None,
            queue_bytes: None,
            table_bytes: None,
            warning_handler: WarningHandler::default(),
            #[cfg(feature = "samples")]
            samples: false,
        }
    }

    /// The number of worker threads, from 1 to 256.
    #[must_use]
    pub fn parallelism(self, workers: usize) -> Self {
        Self { parallelism: workers, ..self }
    }

    /// The budget in bytes for group tables, side inputs and overflow; at least [`MIN_MEMORY`]. Groupings that need
    /// more go to disk.
    #[must_use]
    pub fn memory(self, bytes: usize) -> Self {
        Self { memory: bytes, ..self }
    }

    /// How many elements make a batch at most: at least 1, and 4,096 unless it is set. Of elements of more than 8 bytes, or with
    /// something on the heap, fewer do, as a batch is to stay in a near cache. Results do not depend on it.
    #[must_use]
    pub fn batch_size(self, elements: usize) -> Self {
        Self { batch_size: elements, ..self }
    }

    /// Whether errors show the element also where remembering it takes an allocation for every element.
    #[must_use]
    pub fn trace_elements(self, yes: bool) -> Self {
        Self { trace_elements: yes, ..self }
    }

    /// Sets processing time by hand: for tests that are about it, and need not wait so. A pipeline that reads a
    /// `TestStream` has such a clock in any case.
    #[must_use]
    pub fn manual_clock(self, clock: Arc<ManualClock>) -> Self {
        Self { clock: Some(clock), ..self }
    }

    /// Runs all workers on one thread, in an order that follows from `seed`: which of them goes next, with which of its
    /// stages, how much it does at once, and how many elements make a batch. The same seed gives the same order of
    /// everything that steps see, so a test that fails can be repeated; many seeds try many orders.
    ///
    /// Queues between stages have no limit then.
    #[must_use]
    pub fn replay(self, seed: u64) -> Self {
        Self { seed: Some(seed), ..self }
    }

    /// The version of the program, which dead letters tell: by it one knows later what could not handle them.
    #[must_use]
    pub fn program_version(self, version: &str) -> Self {
        Self { version: Some(version.into()), ..self }
    }

    /// What is done with warnings: of what goes wrong in a running pipeline and does not fail it, such as a side input that
    /// cannot be made anew. By default they are written to standard error. The function is called by workers, which do
    /// nothing else meanwhile; for the same warning the first, second, fourth, eighth time and so on. The last warnings are
    /// in the [`Status`], too.
    ///
    /// ```
    /// use beamline_local::LocalRunner;
    ///
    /// let runner = LocalRunner::new().on_warning(|warning| eprintln!("{warning}"));
    /// ```
    #[must_use]
    pub fn on_warning(self, handle: impl Fn(&RunWarning) + Send + Sync + 'static) -> Self {
        Self { warning_handler: WarningHandler::new(handle), ..self }
    }

    /// How many bytes may wait for one receiver of a shuffle before its senders help out. Results do not depend on it:
    /// tests use it to bring about what takes a lot of data otherwise.
    #[doc(hidden)]
    #[must_use]
    pub fn queue_bytes(self, bytes: usize) -> Self {
        Self { queue_bytes: Some(bytes), ..self }
    }

    /// How many bytes a table may take before it goes to disk, whatever the budget. Results do not depend on it: tests
    /// use it to bring about what takes a lot of data otherwise.
    #[doc(hidden)]
    #[must_use]
    pub fn table_bytes(self, bytes: usize) -> Self {
        Self { table_bytes: Some(bytes), ..self }
    }

    /// Whether samples are asked for at the very beginning, as by [`JobControl::sample`]: so whoever asks how it goes sees
    /// some of the first elements.
    #[cfg(feature = "samples")]
    #[must_use]
    pub fn samples(self, from_the_start: bool) -> Self {
        Self { samples: from_the_start, ..self }
    }

    /// Starts a pipeline.
    ///
    /// # Errors
    /// When an option is out of range, or a source or sink refuses to begin: nothing has run then.
    pub fn start(&self, graph: &Graph) -> Result<JobHandle> {
        JobHandle::start(self, graph)
    }

    /// The plan for a graph as text: its stages, what is fused into each, and why a stage begins.
    pub fn explain(graph: &Graph) -> impl Display {
        explain::explain(graph)
    }

    /// The clock of a run.
    fn clock(&self, is_scripted: bool) -> Arc<dyn Clock> {
        match &self.clock {
            Some(clock) => clock.clone(),
            None if is_scripted => Arc::new(ManualClock::default()),
            None => Arc::new(SystemClock),
        }
    }

    /// Where what looks like chance follows from. Who sets the clock by hand wants to see the same again.
    fn seed_for(&self, clock: &dyn Clock) -> u64 {
        let anew = || if clock.as_manual().is_some() { 0 } else { RandomState::new().hash_one(0) };
        self.seed.unwrap_or_else(anew)
    }

    /// These options, if they are in range.
    fn checked(&self) -> Result<Self> {
        let wrong = |text: String| Err(Error::new(ErrorKind::Options, text));
        if self.parallelism == 0 || self.parallelism > MOST_WORKERS {
            return wrong(format!("a parallelism of {} is out of range: 1 to {MOST_WORKERS}", self.parallelism));
        }
        if self.memory < MIN_MEMORY {
            let least = MIN_MEMORY >> 20;
            return wrong(format!("a memory budget of {} bytes is too small: at least {least}M", self.memory));
        }
        if self.batch_size == 0 {
            return wrong("a batch size of 0 is out of range: at least 1".into());
        }
        Ok(self.clone())
    }
}

impl Runner for LocalRunner {
    fn run(&self, graph: &Graph) -> Result<JobResult> {
        self.start(graph)?.wait()
    }
}
