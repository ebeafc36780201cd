//! What a worker offers to the steps that it runs.

use super::clock::Clock;
use super::current::StepId;
use super::memory::MemoryBudget;
use super::scratch::Scratch;
use crate::{BoxError, Error, ErrorKind, Result};
use parking_lot::Mutex;
use std::any::Any;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What a worker offers to the steps that it runs.
pub struct Env {
    /// Which worker it is, from 0.
    pub worker: usize,
    /// How many there are.
    pub workers: usize,
    /// How many elements make a batch.
    pub batch_size: usize,
    /// Whether elements are remembered for error messages also where that takes an allocation.
    pub trace_elements: bool,
    /// Whether the run is to be repeatable: nothing may depend on how long things take.
    pub is_replay: bool,
    /// The memory of all workers.
    pub memory: Arc<MemoryBudget>,
    /// Where rows go that memory cannot hold.
    pub scratch: Arc<dyn Scratch>,
    /// Processing time.
    pub clock: Arc<dyn Clock>,
    /// What the workers of a run share.
    pub shared: Arc<Shared>,
}

impl Env {
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
    stop: AtomicBool,
    views: Mutex<HashMap<StepId, View>>,
    prepared: Mutex<HashMap<StepId, Vec<(u32, Erased)>>>,
}

impl Shared {
    /// Asks every worker to stop.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Release);
    }

    /// Whether the workers are to stop.
    #[inline]
    pub fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Acquire)
    }

    /// An error when the workers are to stop.
    ///
    /// # Errors
    /// [`ErrorKind::Cancelled`], which is never shown: the reason for the stop is.
    pub fn check(&self) -> Result<()> {
        if self.is_stopped() { Err(Error::new(ErrorKind::Cancelled, "stopped")) } else { Ok(()) }
    }

    /// Whether a side input is complete.
    pub fn has_view(&self, step: StepId) -> bool {
        self.views.lock().contains_key(&step)
    }

    pub(crate) fn publish_view<V: Send + Sync + 'static>(&self, step: StepId, view: V) {
        self.views.lock().insert(step, Arc::new(view));
    }

    pub(crate) fn view<V: Send + Sync + 'static>(&self, step: StepId) -> Arc<V> {
        let view = self.views.lock().get(&step).cloned().expect("steps run after their side inputs");
        view.downcast().expect("a side input and its readers agree on the type")
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

/// A sink as the runner sees it, before and after the steps that write.
pub trait SinkControl: Send + Sync {
    /// See [`Sink::begin`](crate::Sink::begin).
    ///
    /// # Errors
    /// Those of the sink.
    fn begin(&self) -> Result<(), BoxError>;

    /// See [`Sink::commit`](crate::Sink::commit).
    ///
    /// # Errors
    /// Those of the sink.
    fn commit(&self, prepared: Vec<Erased>) -> Result<(), BoxError>;

    /// See [`Sink::abort`](crate::Sink::abort).
    fn abort(&self, prepared: Vec<Erased>);
}
