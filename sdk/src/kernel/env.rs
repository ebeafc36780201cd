//! What a worker offers to the steps that it runs.

use super::clock::Clock;
use super::current::StepId;
use super::memory::MemoryBudget;
use super::reading::Wake;
use super::recycling::Recycling;
use super::scratch::Scratch;
use super::warnings::Warnings;
use crate::{BoxError, Error, ErrorKind, Result, RunId};
use parking_lot::Mutex;
use std::any::{Any, TypeId};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// What a worker offers to the steps that it runs.
pub struct Env {
    /// Which worker it is, from 0.
    pub worker: usize,
    /// How many there are.
    pub workers: usize,
    /// How many elements make a batch at most.
    pub batch_size: usize,
    /// Whether elements are remembered for error messages also where that takes an allocation.
    pub trace_elements: bool,
    /// Whether the run is to be repeatable: nothing may depend on how long things take.
    pub is_replay: bool,
    /// Where what looks like chance follows from, such as how long a step waits before it tries again.
    pub seed: u64,
    /// The version of the program, if it has said one.
    pub version: Option<Arc<str>>,
    /// The memory of all workers.
    pub memory: Arc<MemoryBudget>,
    /// Where rows go that memory cannot hold.
    pub scratch: Arc<dyn Scratch>,
    /// Processing time.
    pub clock: Arc<dyn Clock>,
    /// Wakes workers that have nothing to do, from any thread.
    pub wake: Arc<dyn Wake>,
    /// The memory of packets that have been worked through.
    pub recycling: Recycling,
    /// What the workers of a run share.
    pub shared: Arc<Shared>,
}

/// The bytes of a batch, without what is on the heap: a first cache keeps them, or the second one without effort.
const NEAR: usize = 1 << 15;

/// What an element counts at least that has something on the heap, in bytes: how much is not known, and a batch of small boxes may
/// be large.
const LEAST_WITH_HEAP: usize = 32;

/// So many rows make a batch however large they are, or calls would cost more than is won.
const LEAST_ROWS: usize = 128;

impl Env {
    /// Warns of an error that is survived; `consequence` says how.
    pub(crate) fn warn(&self, error: &Error, consequence: &str) {
        self.shared.warnings.add(error, consequence, self.clock.now());
    }

    /// How many elements of a type make a batch: fewer where they are so large that a near cache would not keep them from one
    /// step to the next.
    pub(crate) fn batch_size_of<T>(&self) -> usize {
        let least = if std::mem::needs_drop::<T>() { LEAST_WITH_HEAP } else { 1 };
        let near = NEAR / size_of::<T>().max(least);
        self.batch_size.min(near.max(LEAST_ROWS))
    }

    /// The part of the budget in bytes that one worker may take for a single piece of work without asking.
    pub(crate) fn working_memory(&self) -> usize {
        self.memory.share(self.workers)
    }
}

/// A value that steps hand to the runner without showing its type.
pub type Erased = Box<dyn Any + Send>;
type View = Arc<dyn Any + Send + Sync>;

/// What the workers of a run share.
#[derive(Default)]
pub struct Shared {
    /// Which run it is.
    pub run: RunId,
    /// What has gone wrong and did not fail the run.
    pub warnings: Warnings,
    stop: AtomicBool,
    drain: AtomicBool,
    halt: AtomicBool,
    is_at_rest: AtomicBool,
    views: Mutex<HashMap<(StepId, TypeId), View>>,
    complete_views: Mutex<HashSet<StepId>>,
    /// Counts the changes of side inputs that are read while they change.
    view_changes: AtomicU64,
    /// How many shards each sink has opened.
    opened: Mutex<HashMap<StepId, u64>>,
    prepared: Mutex<HashMap<StepId, Vec<(u32, Erased)>>>,
    /// Counts the times that somebody has asked for samples.
    #[cfg(feature = "samples")]
    sampling_round: AtomicU64,
}

impl Shared {
    /// For a run that warns in its own way.
    pub fn of_run(run: RunId, warnings: Warnings) -> Self {
        Self { run, warnings, ..Self::default() }
    }

    /// Asks every worker to stop.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Release);
    }

    /// Whether the workers are to stop.
    #[inline]
    pub fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Acquire)
    }

    /// Asks sources without an end to end now: what has been read is worked off, and windows close.
    pub fn drain(&self) {
        self.drain.store(true, Ordering::Release);
    }

    /// Whether sources without an end are to end now.
    #[inline]
    pub fn is_draining(&self) -> bool {
        self.drain.load(Ordering::Acquire)
    }

    /// Asks each output to keep a few of the elements that come next, and to look at their keys. What has been kept is in
    /// [`Flow::sample`](super::Flow::sample).
    #[cfg(feature = "samples")]
    pub fn sample(&self) {
        self.sampling_round.fetch_add(1, Ordering::Relaxed);
    }

    #[cfg(feature = "samples")]
    #[inline]
    pub(super) fn sampling_round(&self) -> u64 {
        self.sampling_round.load(Ordering::Relaxed)
    }

    /// Asks all sources to read no more, while time stays where it is: what has been read is worked off, and windows stay
    /// open.
    pub fn halt(&self) {
        self.halt.store(true, Ordering::Release);
    }

    /// Whether sources are to read no more, and time is to stay where it is.
    #[inline]
    pub fn is_halting(&self) -> bool {
        self.halt.load(Ordering::Acquire)
    }

    /// All that was read before the run halted has been worked off, by all workers.
    pub fn come_to_rest(&self) {
        self.is_at_rest.store(true, Ordering::Release);
    }

    /// Whether the run has halted, and nothing is left that could be done.
    #[inline]
    pub fn is_at_rest(&self) -> bool {
        self.is_at_rest.load(Ordering::Acquire)
    }

    /// An error when the workers are to stop.
    ///
    /// # Errors
    /// [`ErrorKind::Cancelled`], which is never shown: the reason for the stop is.
    pub fn check(&self) -> Result<()> {
        if self.is_stopped() { Err(Error::new(ErrorKind::Cancelled, "stopped")) } else { Ok(()) }
    }

    /// Whether a side input is complete: whoever may only read all of it can run.
    pub fn has_view(&self, step: StepId) -> bool {
        self.complete_views.lock().contains(&step)
    }

    /// How often side inputs have changed that are read while they do: when this has moved, steps that read them are to
    /// be told by [`Operator::views_changed`](super::Operator::views_changed).
    pub fn view_changes(&self) -> u64 {
        self.view_changes.load(Ordering::SeqCst)
    }

    pub(crate) fn note_view_change(&self) {
        self.view_changes.fetch_add(1, Ordering::SeqCst);
    }

    pub(crate) fn complete_view(&self, step: StepId) {
        self.complete_views.lock().insert(step);
    }

    /// What a step publishes, or what its workers have in common; the first worker to ask makes it.
    pub(crate) fn open_view<P: Send + Sync + 'static>(&self, step: StepId, make: impl FnOnce() -> P) -> Arc<P> {
        let view = self.views.lock().entry(key::<P>(step)).or_insert_with(|| Arc::new(make())).clone();
        view.downcast().expect("all workers agree on the type of a side input")
    }

    /// What a step publishes that this worker has built.
    pub(crate) fn view<P: Send + Sync + 'static>(&self, step: StepId) -> Arc<P> {
        let view = self.views.lock().get(&key::<P>(step)).cloned().expect("a worker is built before it runs");
        view.downcast().expect("a side input and its readers agree on the type")
    }

    pub(crate) fn note_opened(&self, step: StepId) {
        *self.opened.lock().entry(step).or_default() += 1;
    }

    /// How many shards a sink has opened.
    pub fn opened_shards(&self, step: StepId) -> u64 {
        self.opened.lock().get(&step).copied().unwrap_or_default()
    }

    pub(crate) fn add_prepared(&self, step: StepId, shard: u32, commit: Erased) {
        self.prepared.lock().entry(step).or_default().push((shard, commit));
    }

    /// What the writers of a sink have prepared, in the order of their shards.
    pub fn take_prepared(&self, step: StepId) -> Vec<Erased> {
        let mut prepared = self.prepared.lock().remove(&step).unwrap_or_default();
        prepared.sort_by_key(|(shard, _)| *shard);
        prepared.into_iter().map(|(_, commit)| commit).collect()
    }
}

/// A step may have several things in common, of different types.
fn key<P: 'static>(step: StepId) -> (StepId, TypeId) {
    (step, TypeId::of::<P>())
}

/// A sink as the runner sees it, before and after the steps that write.
pub trait SinkControl: Send + Sync {
    /// See [`Sink::begin`](crate::Sink::begin).
    ///
    /// # Errors
    /// Those of the sink.
    fn begin(&self) -> Result<(), BoxError>;

    /// See [`Sink::shows_at_once`](crate::Sink::shows_at_once).
    fn shows_at_once(&self) -> bool;

    /// See [`Sink::commit`](crate::Sink::commit).
    ///
    /// # Errors
    /// Those of the sink.
    fn commit(&self, prepared: Vec<Erased>) -> Result<(), BoxError>;

    /// See [`Sink::abort`](crate::Sink::abort).
    fn abort(&self, prepared: Vec<Erased>);
}
