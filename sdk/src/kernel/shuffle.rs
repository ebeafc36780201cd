//! The edges between stages: rows leave one worker and reach another.
//!
//! A shuffle is written once, with its types: a sender for each input, which ends a stage, and a receiver, which begins
//! the next one. In between the runner moves packets without looking into them.

use super::batch::Batch;
use super::operator::{Op, Operator, Wiring};
use super::reading::SourceHead;
use crate::{Result, Timestamp};
use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

/// Rows on their way between workers.
pub struct Packet {
    data: Box<dyn Any + Send>,
    /// About how many bytes of memory it takes.
    pub bytes: usize,
    /// How many rows it has, if it can be divided; else it counts as one.
    rows: usize,
    take_front: fn(&mut dyn Any, usize) -> Option<Self>,
}

impl Packet {
    /// A packet that is a whole.
    pub(crate) fn new<P: Send + 'static>(data: P, bytes: usize) -> Self {
        Self { data: Box::new(data), bytes, rows: 1, take_front: |_, _| None }
    }

    /// A packet that can be worked through in parts.
    pub(crate) fn divisible<P: Rows>(data: P, bytes: usize) -> Self {
        let take_front = |data: &mut dyn Any, rows: usize| {
            let front = data.downcast_mut::<P>()?.take_front(rows);
            Some(Self::divisible(front, 0))
        };
        Self { rows: data.len(), data: Box::new(data), bytes, take_front }
    }

    pub(crate) fn open<P: 'static>(self) -> P {
        *self.data.downcast().expect("sender and receiver of a shuffle agree")
    }

    /// What is in it, if that is a `P`; else the packet.
    pub(crate) fn open_if<P: 'static>(self) -> Result<P, Self> {
        let Self { data, bytes, rows, take_front } = self;
        data.downcast().map(|data| *data).map_err(|data| Self { data, bytes, rows, take_front })
    }

    /// How many rows it has; one, if it cannot be divided.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Takes off a packet of about the first `rows` rows: nothing, if there are no more than those, or if it cannot be divided.
    pub fn take_front(&mut self, rows: usize) -> Option<Self> {
        if self.rows <= rows {
            return None;
        }
        let front = (self.take_front)(&mut *self.data, rows)?;
        self.rows -= front.rows;
        Some(front)
    }
}

/// Rows of a packet that need not be worked through at once.
pub(crate) trait Rows: Send + 'static {
    fn len(&self) -> usize;

    /// Takes the first `rows` rows out, or some more where they belong together; there are more than those.
    fn take_front(&mut self, rows: usize) -> Self;
}

/// A sender's way to the receivers of one input of a shuffle.
pub trait Link {
    /// Hands a packet to the receiver on worker `to`. May run other stages of this worker while the receiver is
    /// overloaded.
    ///
    /// # Errors
    /// When the run has been stopped, or another stage failed meanwhile.
    fn send(&self, to: usize, packet: Packet) -> Result<()>;

    /// Tells every receiver, behind what was sent before, that all that will be sent is at or after `time`, or late;
    /// [`Timestamp::MAX`] when nothing will be sent any more. Times only grow.
    fn watermark(&self, time: Timestamp);

    /// Tells every receiver that this sender is idle, or is no longer: they need not wait for its watermark meanwhile.
    fn idle(&self, is_idle: bool);
}

/// The receiving side of a shuffle on one worker.
pub struct Receiver {
    /// Where packets of each input go.
    pub inboxes: Vec<Rc<RefCell<dyn Inbox>>>,
    /// Where the runner calls.
    pub control: Rc<RefCell<dyn Operator>>,
}

/// Takes the packets of one input.
pub trait Inbox {
    /// Takes a packet.
    ///
    /// # Errors
    /// Those of the steps behind it.
    fn deliver(&mut self, packet: Packet) -> Result<()>;
}

/// How a shuffle is to be built.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ShuffleMode {
    /// Whether senders combine before they send.
    pub lifted: bool,
}

/// Builds both sides of a shuffle, once for each worker, on the worker's thread.
pub trait Shuffle: Send + Sync {
    /// How many collections flow in.
    fn inputs(&self) -> usize {
        1
    }

    /// Whether its senders can combine.
    fn can_lift(&self) -> bool {
        false
    }

    /// Whether it comes to an end when its inputs do.
    fn ends_with_inputs(&self) -> bool {
        true
    }

    /// The end of the stage that produces the `input`-th collection.
    fn sender(&self, input: usize, link: Rc<dyn Link>, wiring: &Wiring<'_>, mode: ShuffleMode) -> Op;

    /// The beginning of the next stage.
    fn receiver(&self, wiring: &Wiring<'_>) -> Receiver;

    /// What reads in the next stage, if the packets say what is to be read.
    fn head(&self, wiring: &Wiring<'_>) -> Option<Rc<RefCell<dyn SourceHead>>> {
        let _ = wiring;
        None
    }
}

/// Shared by all who run the same shuffle.
pub type ShuffleFactory = Arc<dyn Shuffle>;

/// A batch whose rows have been hashed by their keys.
pub(crate) struct HashedRows<T> {
    pub(crate) hashes: Vec<u64>,
    pub(crate) batch: Batch<T>,
}

impl<T: Send + 'static> Rows for Batch<T> {
    fn len(&self) -> usize {
        self.len()
    }

    fn take_front(&mut self, rows: usize) -> Self {
        self.take_front(self.meta.cut_behind(rows, self.len()))
    }
}

impl<T: Send + 'static> Rows for HashedRows<T> {
    fn len(&self) -> usize {
        self.hashes.len()
    }

    fn take_front(&mut self, rows: usize) -> Self {
        let batch = Rows::take_front(&mut self.batch, rows);
        let rest = self.hashes.split_off(batch.len());
        Self { hashes: std::mem::replace(&mut self.hashes, rest), batch }
    }
}

impl<T> HashedRows<T> {
    pub(crate) fn new() -> Self {
        Self { hashes: Vec::new(), batch: Batch::new() }
    }

    /// None as yet, with room for so many.
    pub(crate) fn with_room(rows: usize) -> Self {
        let mut batch = Batch::new();
        batch.values.reserve_exact(rows);
        Self { hashes: Vec::with_capacity(rows), batch }
    }
}
