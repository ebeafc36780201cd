//! A given number of shards whose elements are tried again, and then given up.

use super::shards::{ShardSender, place_of, shards_of};
use super::tried::{TriedShard, try_shard};
use crate::kernel::{
    Batch, Env, Inbox, Link, Op, Operator, Packet, Pending, Push, Receiver, Shuffle, ShuffleMode, Wiring,
};
use crate::{Element, FailureLimit, Result, Retry, Sink, Timestamp};
use std::cell::RefCell;
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::{Arc, OnceLock};

/// Writes a given number of shards, each on one worker, with further attempts.
pub(crate) struct TryWriteShards<T, S> {
    pub(crate) sink: S,
    pub(crate) shards: u32,
    pub(crate) retry: Retry,
    pub(crate) limit: Arc<OnceLock<FailureLimit>>,
    pub(crate) _elements: PhantomData<fn(T)>,
}

impl<T: Element, S: Sink<T>> Shuffle for TryWriteShards<T, S> {
    fn sender(&self, _input: usize, link: Rc<dyn Link>, wiring: &Wiring<'_>, _mode: ShuffleMode) -> Op {
        ShardSender::<T>::op(link, self.shards, wiring)
    }

    fn receiver(&self, wiring: &Wiring<'_>) -> Receiver {
        let limit = self.limit.get().copied();
        let shard = |shard| try_shard::<T, S>(self.sink.clone(), shard, wiring, self.retry, limit);
        let shards = shards_of(wiring.env, self.shards).map(shard).collect();
        let shards = Rc::new(RefCell::new(TriedShards { env: wiring.env.clone(), shards }));
        Receiver { inboxes: vec![shards.clone()], control: shards }
    }
}

/// The shards of one worker: what one of them waits for, all wait for.
struct TriedShards<T: Element, S: Sink<T>> {
    env: Rc<Env>,
    shards: Vec<TriedShard<T, S>>,
}

impl<T: Element, S: Sink<T>> TriedShards<T, S> {
    fn each(&mut self, f: impl FnMut(&mut TriedShard<T, S>) -> Result<()>) -> Result<()> {
        self.shards.iter_mut().try_for_each(f)
    }
}

impl<T: Element, S: Sink<T>> Inbox for TriedShards<T, S> {
    fn deliver(&mut self, packet: Packet) -> Result<()> {
        let (index, mut batch): (u32, Batch<T>) = packet.open();
        self.shards[place_of(&self.env, index)].push(&mut batch)
    }
}

impl<T: Element, S: Sink<T>> Operator for TriedShards<T, S> {
    fn setup(&mut self) -> Result<()> {
        self.each(Operator::setup)
    }

    fn finish_bundle(&mut self) -> Result<()> {
        self.each(Operator::finish_bundle)
    }

    fn watermark(&mut self, time: Timestamp) -> Result<()> {
        self.each(|shard| shard.watermark(time))
    }

    fn output_watermark(&mut self, input: Timestamp) -> Timestamp {
        self.shards.iter_mut().map(|shard| shard.output_watermark(input)).fold(input, Timestamp::min)
    }

    fn is_busy(&self) -> bool {
        self.shards.iter().any(Operator::is_busy)
    }

    fn is_full(&self) -> bool {
        self.shards.iter().any(Operator::is_full)
    }

    fn can_be_full(&self) -> bool {
        true
    }

    fn clock(&mut self, now: Timestamp) -> Result<()> {
        self.each(|shard| shard.clock(now))
    }

    fn alarm(&self) -> Option<Timestamp> {
        self.shards.iter().filter_map(Operator::alarm).min()
    }

    fn works_by_the_clock(&self) -> bool {
        true
    }

    fn pending(&self) -> Option<Pending> {
        let pending = self.shards.iter().filter_map(Operator::pending);
        pending.reduce(|sum, one| Pending { count: sum.count + one.count, ..sum })
    }

    fn end_early(&mut self) -> Result<()> {
        self.each(Operator::end_early)
    }

    fn teardown(&mut self) {
        self.shards.iter_mut().for_each(Operator::teardown);
    }
}
