//! Writing: what a connector implements to bring elements out of a pipeline.
//!
//! The protocol has two phases, so that a failed pipeline leaves nothing visible: every shard is written and
//! [prepared](Writer::prepare) by some worker; when all shards of all sinks are, each sink's
//! [`commit`](Sink::commit) makes its shards visible. After an error or a cancellation, writers are dropped and
//! whatever had been prepared is handed to [`abort`](Sink::abort).

use crate::{BoxError, Element, StopFlag};

/// Describes where elements go. Cloned to every worker.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not write elements `{T}`",
    label = "a `Sink<{T}>` is wanted here"
)]
pub trait Sink<T>: Clone + Send + Sync + 'static {
    /// Writes one shard.
    type Writer: Writer<T, Commit = Self::Commit>;
    /// What [`commit`](Self::commit) needs to know about a shard that is ready.
    type Commit: Element;

    /// A short name for the step, such as `text::write(out/counts)`.
    fn label(&self) -> String;

    /// How many shards to write; `None` for one per worker.
    fn shards(&self) -> Option<u32> {
        None
    }

    /// Called once before anything runs: the place to refuse output that exists already.
    ///
    /// # Errors
    /// When writing cannot succeed. The error fails the pipeline before any step has run.
    fn begin(&self) -> Result<(), BoxError> {
        Ok(())
    }

    /// Whether others see elements before they are committed, such as those on a terminal or a connection, so that a
    /// failure cannot take them back.
    fn shows_at_once(&self) -> bool {
        false
    }

    /// Opens a shard. Every shard is opened exactly once, also when no element goes there.
    ///
    /// # Errors
    /// When the shard cannot be created. The error fails the pipeline.
    fn open(&self, shard: Shard) -> Result<Self::Writer, BoxError>;

    /// Makes all prepared shards visible. Called once, after every step of the pipeline has succeeded; the commits are
    /// in the order of their shards.
    ///
    /// # Errors
    /// When it cannot. The error says what is visible and what is not.
    fn commit(&self, prepared: Vec<Self::Commit>) -> Result<(), BoxError>;

    /// Removes prepared shards after a failure. Best effort: an error would only hide the first one.
    fn abort(&self, prepared: Vec<Self::Commit>);
}

/// One of the parts that a sink writes at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// Which one, from 0.
    pub index: u32,
    /// How many there are.
    pub count: u32,
}

/// Writes one shard. Never leaves its worker thread. Dropped without [`prepare`](Self::prepare), it removes what it
/// has written.
pub trait Writer<T>: 'static {
    /// What the sink's commit needs.
    type Commit;

    /// Called before the first element with what tells whether the run is to stop. Writers that may wait for long while
    /// they write look at it, and give up.
    fn heed(&mut self, stop: &StopFlag) {
        let _ = stop;
    }

    /// Called before the first element by [`try_write`](crate::PCollection::try_write), which tries again by itself: a
    /// writer that would do so too, and wait between attempts, leaves that to its step, and says at once what it cannot
    /// do.
    fn leave_retries(&mut self) {}

    /// Writes one element.
    ///
    /// # Errors
    /// When it cannot be written. The error fails the pipeline. By [`try_write`](crate::PCollection::try_write) it means
    /// that this element is refused: nothing of it may be left in what is written, and the writer goes on with the same or
    /// another one. An error that says more about what has been written is a [`WriteFault`](crate::WriteFault).
    fn write(&mut self, element: T) -> Result<(), BoxError>;

    /// Called when nothing more is at hand for now: what readers of the other side should see soon is sent. By default
    /// nothing is done.
    ///
    /// # Errors
    /// When it cannot be sent. The error fails the pipeline.
    fn finish_bundle(&mut self) -> Result<(), BoxError> {
        Ok(())
    }

    /// Ends the shard: everything is flushed, and only the commit is missing.
    ///
    /// # Errors
    /// When flushing fails. The error fails the pipeline.
    fn prepare(self) -> Result<Self::Commit, BoxError>;
}
