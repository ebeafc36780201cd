//! Reading, on workers: pieces of work, such as the splits of a source, are taken from a common [`board`], and whoever
//! has much shares it with workers that have nothing. The part of one worker is its [`head`].

mod board;
mod elements;
mod head;
mod source;
mod together;

use super::mark::Mark;
use super::operator::Wiring;
use super::pending::ReadingStatus;
use crate::{Result, SplitTarget, Step, Timestamp};
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

pub(crate) use elements::RunSplittable;
pub(crate) use source::ReadFactory;
pub use source::read_with;

/// A source as the graph holds it.
pub trait SourceFactory: Send + Sync {
    /// See [`Source::is_bounded`](crate::Source::is_bounded).
    fn is_bounded(&self) -> bool;

    /// See [`Source::stops_when_drained`](crate::Source::stops_when_drained).
    fn stops_when_drained(&self) -> bool {
        !self.is_bounded()
    }

    /// Asks the source for its splits, and makes what the workers share.
    ///
    /// # Errors
    /// Those of [`Source::splits`](crate::Source::splits).
    fn start(&self, step: &Arc<Step>, target: &SplitTarget) -> Result<Arc<dyn SourceRun>>;

    /// Whether it goes on only when the whole pipeline is at rest, and wants a clock that is set by hand.
    fn is_script(&self) -> bool {
        false
    }
}

/// A source that is being read.
pub trait SourceRun: Send + Sync {
    /// The part of one worker.
    fn head(self: Arc<Self>, wiring: &Wiring<'_>) -> Rc<RefCell<dyn SourceHead>>;

    /// The size of all splits in bytes, if known.
    fn total_bytes(&self) -> Option<u64>;

    /// How many bytes have been read.
    fn bytes_read(&self) -> u64;
}

/// Wakes workers that have nothing to do.
pub trait Wake: Send + Sync {
    /// Wakes all workers.
    fn wake_all(&self);

    /// Wakes one worker.
    fn wake(&self, worker: usize);
}

/// What a head has to do with other stages.
pub trait Inflow {
    /// The head goes on with something by itself. If nobody waits for this worker, somebody may have to again, from now on:
    /// until the bundle ends, all others stand still.
    fn stir(&self);

    /// How often senders of earlier stages have woken up that were idle: while the number stands, an input that was idle
    /// still is. Nothing while one of them may be about to wake up.
    fn wakes(&self) -> Option<u64>;
}

/// The beginning of a stage that reads.
pub trait SourceHead {
    /// Reads a batch and pushes it through the stage.
    ///
    /// # Errors
    /// Those of the reader and of the steps of the stage.
    fn poll(&mut self) -> Result<Polled>;

    /// What is being read, for error messages.
    fn place(&self) -> Option<String>;

    /// How far it has come. Asked at the end of a bundle.
    fn mark(&self) -> Mark;

    /// What it has to do with other stages. To be told before everything else.
    fn attach(&mut self, inflow: Rc<dyn Inflow>) {
        let _ = inflow;
    }

    /// How far that has come which brings it more work, as of so many [wakes](Inflow::wakes): of a source, that is nothing.
    fn set_input(&mut self, input: Mark, wakes: u64) {
        let _ = (input, wakes);
    }

    /// The parts that are being read, for whoever asks how it goes.
    fn readings(&self) -> Vec<ReadingStatus> {
        Vec::new()
    }

    /// Whether it has gone on with anything since it was last asked this.
    fn has_gone_on(&mut self) -> bool {
        false
    }

    /// Reads no more, and stays where it is.
    fn halt(&mut self);

    /// How many parts have not been read to their end, on whichever worker.
    fn unread(&self) -> usize;

    /// Nothing moves in the whole pipeline: a [script](SourceFactory::is_script) may go on. Says whether there is
    /// anything to go on with.
    fn at_rest(&mut self) -> bool {
        false
    }
}

/// What came of polling a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Polled {
    /// A batch has been read.
    Worked,
    /// Nothing to do until another worker shares its work, or until the given processing time.
    Idle(Option<Timestamp>),
    /// All work is done, by all workers.
    Done,
}
