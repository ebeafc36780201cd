//! A given number of shards.

use super::writing::{StepContext, Writing};
use crate::kernel::memory::size_of_value;
use crate::kernel::{Batch, Env, Inbox, Link, Op, Operator, Packet, Push, Receiver, Shuffle, ShuffleMode, Wiring};
use crate::{Element, Result, Shard, Sink, Timestamp};
use std::cell::RefCell;
use std::marker::PhantomData;
use std::rc::Rc;

/// Writes a given number of shards, each on one worker.
pub(crate) struct WriteShards<T, S> {
    pub(crate) sink: S,
    pub(crate) shards: u32,
    pub(crate) _elements: PhantomData<fn(T)>,
}

/// Deals batches out to shards, in turns.
pub(super) struct ShardSender<T> {
    link: Rc<dyn Link>,
    workers: usize,
    shards: u32,
    next: u32,
    _elements: PhantomData<T>,
}

impl<T: Element> ShardSender<T> {
    pub(super) fn op(link: Rc<dyn Link>, shards: u32, wiring: &Wiring<'_>) -> Op {
        let (workers, next) = (wiring.env.workers, wiring.env.worker as u32);
        Op::single(wiring, Self { link, workers, shards, next, _elements: PhantomData })
    }
}

/// The shards that a worker writes of so many.
pub(super) fn shards_of(env: &Env, count: u32) -> impl Iterator<Item = Shard> + use<> {
    (env.worker as u32..count).step_by(env.workers).map(move |index| Shard { index, count })
}

/// Which of the shards of a worker it is.
pub(super) fn place_of(env: &Env, index: u32) -> usize {
    index as usize / env.workers
}

impl<T: Element> Push<T> for ShardSender<T> {
    fn push(&mut self, batch: &mut Batch<T>) -> Result<()> {
        self.next = (self.next + 1) % self.shards;
        let bytes = batch.values.iter().map(size_of_value).sum();
        self.link.send(self.next as usize % self.workers, Packet::new((self.next, batch.take()), bytes))
    }
}

impl<T> Operator for ShardSender<T> {
    fn watermark(&mut self, time: Timestamp) -> Result<()> {
        self.link.watermark(time);
        Ok(())
    }

    fn idle(&mut self, is_idle: bool) -> Result<()> {
        self.link.idle(is_idle);
        Ok(())
    }
}

struct ShardWriter<T, S: Sink<T>> {
    sink: S,
    count: u32,
    context: StepContext,
    shards: Vec<Writing<T, S>>,
}

impl<T: Element, S: Sink<T>> Inbox for ShardWriter<T, S> {
    fn deliver(&mut self, packet: Packet) -> Result<()> {
        let (index, mut batch): (u32, Batch<T>) = packet.open();
        self.shards[place_of(&self.context.env, index)].write(&mut batch)
    }
}

impl<T: Element, S: Sink<T>> Operator for ShardWriter<T, S> {
    fn setup(&mut self) -> Result<()> {
        let open = |shard| Writing::open(&self.sink, shard, &self.context);
        self.shards = shards_of(&self.context.env, self.count).map(open).collect::<Result<_>>()?;
        Ok(())
    }

    fn finish_bundle(&mut self) -> Result<()> {
        self.shards.iter_mut().try_for_each(Writing::finish_bundle)
    }

    fn watermark(&mut self, time: Timestamp) -> Result<()> {
        if time < Timestamp::MAX { Ok(()) } else { self.end_early() }
    }

    fn end_early(&mut self) -> Result<()> {
        self.shards.iter_mut().try_for_each(|shard| shard.prepare(&self.context))
    }
}

impl<T: Element, S: Sink<T>> Shuffle for WriteShards<T, S> {
    fn sender(&self, _input: usize, link: Rc<dyn Link>, wiring: &Wiring<'_>, _mode: ShuffleMode) -> Op {
        ShardSender::<T>::op(link, self.shards, wiring)
    }

    fn receiver(&self, wiring: &Wiring<'_>) -> Receiver {
        let context = StepContext::of(wiring);
        let writer = ShardWriter { sink: self.sink.clone(), count: self.shards, context, shards: Vec::new() };
        let writer = Rc::new(RefCell::new(writer));
        Receiver { inboxes: vec![writer.clone()], control: writer }
    }
}
