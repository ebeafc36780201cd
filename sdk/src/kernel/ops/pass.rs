//! Edges without a function: flatten, and hand-overs between stages.

use super::held::{Held, Holder};
use crate::kernel::{
    Batch, Consumer, Inbox, Link, Op, Operator, Output, Packet, Push, Receiver, Shuffle, ShuffleMode, Wiring,
};
use crate::{Element, Result, Timestamp};
use std::cell::RefCell;
use std::marker::PhantomData;
use std::rc::Rc;

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

struct ForwardSender<T> {
    link: Rc<dyn Link>,
    worker: usize,
    holder: Holder,
    _rows: PhantomData<T>,
}

impl<T: Element> Push<T> for ForwardSender<T> {
    fn push(&mut self, batch: &mut Batch<T>) -> Result<()> {
        let held: Held<T> = self.holder.hold(batch)?;
        // The stage may wait for a side input that needs this very stage to go on: no back-pressure here.
        self.link.send(self.worker, Packet::new(held, 0))
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
        self.0.push(&mut packet.open::<Held<T>>().restore()?)
    }
}

impl<T> Operator for ForwardReceiver<T> {}

impl<T: Element> Shuffle for Forward<T> {
    fn sender(&self, _input: usize, link: Rc<dyn Link>, wiring: &Wiring<'_>, _mode: ShuffleMode) -> Op {
        let (worker, holder) = (wiring.env.worker, Holder::new(wiring.env));
        Op::single(wiring, ForwardSender::<T> { link, worker, holder, _rows: PhantomData })
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
            self.link.send(self.next, Packet::divisible(part, bytes))?;
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
