//! Edges without a function: flatten, and hand-overs between stages.

use crate::kernel::memory::Reservation;
use crate::kernel::scratch::{Block, ScratchFile, codec_error, read_block, scratch_error};
use crate::kernel::{
    Batch, Consumer, Inbox, Link, Meta, Op, Operator, Output, Packet, Push, Receiver, Shuffle, ShuffleMode, Wiring,
};
use crate::{Element, Result, Timestamp, coder};
use std::cell::RefCell;
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::Arc;

/// Several collections into one: every input is the same door.
pub(crate) struct Flatten<T>(Output<T>);

impl<T: Element> Flatten<T> {
    pub(crate) fn op(wiring: &Wiring<'_>, inputs: usize) -> Op {
        let op = Rc::new(RefCell::new(Self(wiring.output(0))));
        let input = Consumer::new(wiring, op.clone()).erase();
        Op { inputs: vec![input; inputs], control: op }
    }
}

impl<T: 'static> Push<T> for Flatten<T> {
    fn push(&mut self, batch: &mut Batch<T>) -> Result<()> {
        self.0.push(batch)
    }
}

impl<T> Operator for Flatten<T> {}

/// Hands batches to a later stage of the same worker, which may not be ready to run yet: what does not fit into the
/// budget meanwhile waits on disk.
pub(crate) struct Forward<T>(PhantomData<fn() -> T>);

impl<T> Forward<T> {
    pub(crate) fn new() -> Self {
        Self(PhantomData)
    }
}

/// A batch that waits.
enum Waiting<T> {
    InMemory {
        batch: Batch<T>,
        /// Given back when the batch goes on.
        _memory: Reservation,
    },
    OnDisk(Arc<dyn ScratchFile>, Block, usize),
}

struct ForwardSender<T> {
    link: Rc<dyn Link>,
    env: Rc<crate::kernel::Env>,
    file: Option<Arc<dyn ScratchFile>>,
    _rows: PhantomData<T>,
}

impl<T: Element> ForwardSender<T> {
    fn spill(&mut self, batch: &Batch<T>) -> Result<Waiting<T>> {
        let mut bytes = Vec::new();
        coder::encode(&batch.meta, &mut bytes).map_err(codec_error::<Meta>)?;
        batch.values.iter().try_for_each(|v| coder::encode(v, &mut bytes)).map_err(codec_error::<T>)?;
        if self.file.is_none() {
            self.file = Some(self.env.scratch.create().map_err(scratch_error)?);
        }
        let file = self.file.clone().expect("just created");
        let offset = file.append(&bytes).map_err(scratch_error)?;
        Ok(Waiting::OnDisk(file, Block { offset, len: bytes.len() }, batch.len()))
    }
}

impl<T: Element> Push<T> for ForwardSender<T> {
    fn push(&mut self, batch: &mut Batch<T>) -> Result<()> {
        let bytes = batch.bytes();
        let mut memory = Reservation::exact(&self.env.memory);
        let waiting = if memory.grow(bytes) {
            Waiting::InMemory { batch: batch.take(), _memory: memory }
        } else {
            self.spill(batch)?
        };
        // The stage may wait for a side input that needs this very stage to go on: no back-pressure here.
        self.link.send(self.env.worker, Packet::new(waiting, 0))
    }
}

impl<T> Operator for ForwardSender<T> {
    fn watermark(&mut self, time: Timestamp) -> Result<()> {
        self.link.watermark(time);
        Ok(())
    }

    fn idle(&mut self, is_idle: bool) -> Result<()> {
        self.link.idle(is_idle);
        Ok(())
    }
}

struct ForwardReceiver<T>(Output<T>);

impl<T: Element> Inbox for ForwardReceiver<T> {
    fn deliver(&mut self, packet: Packet) -> Result<()> {
        match packet.open() {
            Waiting::InMemory { mut batch, .. } => self.0.push(&mut batch),
            Waiting::OnDisk(file, block, len) => {
                let mut bytes = Vec::new();
                read_block(&*file, block, &mut bytes)?;
                let rest = &mut bytes.as_slice();
                let meta = coder::decode(rest).map_err(codec_error::<Meta>)?;
                let values: Result<Vec<T>, _> = (0..len).map(|_| coder::decode(rest)).collect();
                self.0.push(&mut Batch { values: values.map_err(codec_error::<T>)?, meta })
            }
        }
    }
}

impl<T> Operator for ForwardReceiver<T> {}

impl<T: Element> Shuffle for Forward<T> {
    fn sender(&self, _input: usize, link: Rc<dyn Link>, wiring: &Wiring<'_>, _mode: ShuffleMode) -> Op {
        let env = wiring.env.clone();
        Op::single(wiring, ForwardSender::<T> { link, env, file: None, _rows: PhantomData })
    }

    fn receiver(&self, wiring: &Wiring<'_>) -> Receiver {
        let op = Rc::new(RefCell::new(ForwardReceiver::<T>(wiring.output(0))));
        Receiver { inboxes: vec![op.clone()], control: op }
    }
}

/// Deals elements out to all workers in turn: few at a time at first, since there may be few of them that take long, and
/// later in whole batches.
pub(crate) struct Reshuffle<T>(PhantomData<fn() -> T>);

impl<T> Reshuffle<T> {
    pub(crate) fn new() -> Self {
        Self(PhantomData)
    }
}

struct Dealer<T> {
    link: Rc<dyn Link>,
    workers: usize,
    next: usize,
    dealt: usize,
    _rows: PhantomData<T>,
}

impl<T: Element> Push<T> for Dealer<T> {
    fn push(&mut self, batch: &mut Batch<T>) -> Result<()> {
        while !batch.is_empty() {
            let share = (self.dealt / (4 * self.workers)).max(1);
            let part = batch.take_front(share);
            self.dealt += part.len();
            self.next = (self.next + 1) % self.workers;
            let bytes = part.bytes();
            self.link.send(self.next, Packet::new(part, bytes))?;
        }
        Ok(())
    }
}

impl<T> Operator for Dealer<T> {
    fn watermark(&mut self, time: Timestamp) -> Result<()> {
        self.link.watermark(time);
        Ok(())
    }

    fn idle(&mut self, is_idle: bool) -> Result<()> {
        self.link.idle(is_idle);
        Ok(())
    }
}

struct Dealt<T>(Output<T>);

impl<T: Element> Inbox for Dealt<T> {
    fn deliver(&mut self, packet: Packet) -> Result<()> {
        self.0.push(&mut packet.open())
    }
}

impl<T> Operator for Dealt<T> {}

impl<T: Element> Shuffle for Reshuffle<T> {
    fn sender(&self, _input: usize, link: Rc<dyn Link>, wiring: &Wiring<'_>, _mode: ShuffleMode) -> Op {
        let (workers, next) = (wiring.env.workers, wiring.env.worker);
        Op::single(wiring, Dealer::<T> { link, workers, next, dealt: 0, _rows: PhantomData })
    }

    fn receiver(&self, wiring: &Wiring<'_>) -> Receiver {
        let op = Rc::new(RefCell::new(Dealt::<T>(wiring.output(0))));
        Receiver { inboxes: vec![op.clone()], control: op }
    }
}
