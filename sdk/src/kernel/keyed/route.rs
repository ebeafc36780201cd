//! Rows on their way to the worker that owns their key.

use crate::kernel::drain::{Drain, drain};
use crate::kernel::hash::{hash_key, owner};
use crate::kernel::memory::size_of_values;
use crate::kernel::shuffle::HashedRows;
use crate::kernel::{Batch, Env, Link, Meta, Operator, Packet, Push, Stamp};
use crate::{Element, Key, Result, Timestamp};
use std::rc::Rc;

/// So many rows make a packet, however small they are: others wait for them.
const PACKET: usize = 1024;

/// Rows of one stamp that are fewer travel with others: a packet of their own would be larger than they are.
const FEW: usize = 32;

/// Sorts rows by the worker that owns them, and sends full packets.
pub(crate) struct Router<T> {
    link: Rc<dyn Link>,
    worker: usize,
    workers: usize,
    capacity: usize,
    outgoing: Vec<HashedRows<T>>,
    env: Rc<Env>,
    /// Memory for the hashes of a batch.
    hashes: Vec<u64>,
    /// Which rows of the batch in work go to each worker.
    dealt: Vec<Vec<u32>>,
    /// For how many rows there is to be room at once: about as many as there were of late.
    room: usize,
}

impl<T: Element> Router<T> {
    pub(crate) fn new(link: Rc<dyn Link>, env: &Rc<Env>) -> Self {
        let outgoing = (0..env.workers).map(|_| HashedRows::new()).collect();
        let dealt = vec![Vec::new(); env.workers];
        Self {
            link,
            worker: env.worker,
            workers: env.workers,
            capacity: env.batch_size.min(PACKET),
            outgoing,
            env: env.clone(),
            hashes: Vec::new(),
            dealt,
            room: 0,
        }
    }

    /// Sends a whole batch.
    pub(crate) fn send_all(&mut self, hashes: Vec<u64>, batch: &mut Batch<T>) -> Result<()> {
        if self.workers == 1 {
            let rows = HashedRows { hashes, batch: batch.take() };
            // The caller, whose buffer this was, goes on with another one.
            batch.values.reserve_exact(self.room_after(rows.batch.len()));
            return self.send(0, rows);
        }
        let result = self.send_divided(&hashes, batch);
        self.hashes = hashes;
        result
    }

    /// Memory for the hashes of a batch that is to be sent.
    pub(crate) fn hashes(&mut self) -> Vec<u64> {
        let mut hashes = std::mem::take(&mut self.hashes);
        hashes.clear();
        hashes
    }

    fn send_divided(&mut self, hashes: &[u64], batch: &mut Batch<T>) -> Result<()> {
        let mut values = drain(&mut batch.values);
        if batch.meta.is_same() {
            self.begin(&batch.meta)?;
            return hashes.iter().try_for_each(|hash| self.add(*hash, values.pop()));
        }
        let mut row = 0;
        while values.len() > 0 {
            row = self.deal_out(&mut values, hashes, &batch.meta, row);
            self.flush_full()?;
        }
        Ok(())
    }

    /// Deals rows out, from the `row`-th of a batch on, as long as there is room for them, whoever owns them; says which row
    /// is the next. Their columns follow one by one.
    fn deal_out(&mut self, values: &mut Drain<'_, T>, hashes: &[u64], meta: &Meta, row: usize) -> usize {
        let room = self.outgoing.iter().map(|rows| self.capacity.saturating_sub(rows.hashes.len())).min();
        let count = room.unwrap_or(0).max(1).min(values.len());
        self.dealt.iter_mut().for_each(Vec::clear);
        for (row, hash) in (row..).zip(&hashes[row..row + count]) {
            let to = owner(*hash, self.workers);
            self.dealt[to].push(row as u32);
            self.outgoing[to].batch.values.push(values.pop());
            self.outgoing[to].hashes.push(*hash);
        }
        for (rows, dealt) in self.outgoing.iter_mut().zip(&self.dealt) {
            let before = rows.batch.len() - dealt.len();
            if before == 0 {
                rows.batch.meta = meta.emptied(self.capacity, || self.env.recycling.times());
            }
            rows.batch.meta.append_rows(before, meta, dealt);
        }
        row + count
    }

    fn flush_full(&mut self) -> Result<()> {
        for to in 0..self.workers {
            let batch = &self.outgoing[to].batch;
            if !batch.is_empty() && batch.is_full(self.capacity) {
                self.flush_to(to, self.capacity)?;
            }
        }
        Ok(())
    }

    /// The room for what comes next, after so many rows. A short packet is most often the rest of a long one.
    fn room_after(&mut self, rows: usize) -> usize {
        self.room = rows.max(self.room / 2);
        self.room
    }

    /// Adds so many rows, which all have one stamp.
    pub(crate) fn add_alike(
        &mut self,
        stamp: Stamp,
        count: usize,
        mut rows: impl Iterator<Item = (u64, T)>,
    ) -> Result<()> {
        if count < FEW {
            return rows.try_for_each(|(hash, value)| self.add_stamped(hash, value, &stamp));
        }
        self.begin(&Meta::of(stamp))?;
        rows.try_for_each(|(hash, value)| self.add(hash, value))
    }

    /// Begins rows that all have the only stamp of `meta`.
    pub(crate) fn begin(&mut self, meta: &Meta) -> Result<()> {
        for to in 0..self.workers {
            let rows = &self.outgoing[to].batch;
            if !rows.is_empty() && rows.meta != *meta {
                self.flush_short(to)?;
            }
            self.outgoing[to].batch.meta.clone_from(meta);
        }
        Ok(())
    }

    /// Adds a row with the stamp that has been begun.
    #[inline]
    pub(crate) fn add(&mut self, hash: u64, value: T) -> Result<()> {
        let to = owner(hash, self.workers);
        let rows = &mut self.outgoing[to];
        rows.batch.values.push(value);
        rows.hashes.push(hash);
        if rows.batch.is_full(self.capacity) { self.flush_to(to, self.capacity) } else { Ok(()) }
    }

    /// Adds a row with a stamp of its own.
    pub(crate) fn add_stamped(&mut self, hash: u64, value: T, stamp: &Stamp) -> Result<()> {
        let to = owner(hash, self.workers);
        let rows = &mut self.outgoing[to];
        rows.batch.push(value, stamp);
        rows.hashes.push(hash);
        if rows.batch.is_full(self.capacity) { self.flush_to(to, self.capacity) } else { Ok(()) }
    }

    /// Sends what there is for a worker, and makes room for so many rows.
    fn flush_to(&mut self, to: usize, room: usize) -> Result<()> {
        let mut next = self.env.recycling.take::<T>().unwrap_or_else(|| HashedRows::with_room(room));
        if self.outgoing[to].batch.meta.is_same() {
            next.batch.meta.clone_from(&self.outgoing[to].batch.meta);
        }
        let rows = std::mem::replace(&mut self.outgoing[to], next);
        self.send(to, rows)
    }

    /// Sends what there is for a worker, though more would have room.
    fn flush_short(&mut self, to: usize) -> Result<()> {
        let room = self.room_after(self.outgoing[to].hashes.len());
        self.flush_to(to, room)
    }

    fn send(&self, to: usize, rows: HashedRows<T>) -> Result<()> {
        let bytes = size_of_values(&rows.batch.values) + size_of_val(rows.hashes.as_slice());
        self.link.send(to, Packet::divisible(rows, bytes))
    }

    /// Whether this worker owns the keys with that hash.
    #[inline]
    pub(crate) fn is_own(&self, hash: u64) -> bool {
        owner(hash, self.workers) == self.worker
    }

    /// Sends something else than rows to the receiver on this worker.
    pub(crate) fn send_own<P: Send + 'static>(&self, own: P, bytes: usize) -> Result<()> {
        self.link.send(self.worker, Packet::new(own, bytes))
    }

    /// Sends what has been held back.
    pub(crate) fn flush(&mut self) -> Result<()> {
        for to in 0..self.workers {
            if !self.outgoing[to].batch.is_empty() {
                self.flush_short(to)?;
            }
        }
        Ok(())
    }

    /// Sends what has been held back, and then the watermark.
    pub(crate) fn watermark(&mut self, time: Timestamp) -> Result<()> {
        self.flush()?;
        self.link.watermark(time);
        Ok(())
    }

    pub(crate) fn idle(&mut self, is_idle: bool) -> Result<()> {
        self.flush()?;
        self.link.idle(is_idle);
        Ok(())
    }
}

/// Sends pairs to the owners of their keys.
pub(crate) struct HashSender<K, V> {
    router: Router<(K, V)>,
}

impl<K: Key, V: Element> HashSender<K, V> {
    pub(crate) fn new(link: Rc<dyn Link>, env: &Rc<Env>) -> Self {
        Self { router: Router::new(link, env) }
    }
}

impl<K: Key, V: Element> Push<(K, V)> for HashSender<K, V> {
    fn push(&mut self, batch: &mut Batch<(K, V)>) -> Result<()> {
        let mut hashes = self.router.hashes();
        hashes.extend(batch.values.iter().map(|(k, _)| hash_key(k)));
        self.router.send_all(hashes, batch)
    }
}

impl<K: Key, V: Element> Operator for HashSender<K, V> {
    fn finish_bundle(&mut self) -> Result<()> {
        self.router.flush()
    }

    fn watermark(&mut self, time: Timestamp) -> Result<()> {
        self.router.watermark(time)
    }

    fn idle(&mut self, is_idle: bool) -> Result<()> {
        self.router.idle(is_idle)
    }
}
