//! Combining per key: partly before the rows travel, and wholly where they arrive.

mod lifted;
mod parts;
mod sessions;

pub(crate) use lifted::{Gain, LARGEST_TABLE, Lifted};
pub(crate) use sessions::CombineParts;

use super::partitions::Rows;
use super::route::Router;
use super::table::{Entry, Table};
use crate::combine::CombineFn;
use crate::kernel::guard::catch;
use crate::kernel::hash::{PARTITIONS, hash_key};
use crate::kernel::memory::{Reservation, size_of_value};
use crate::kernel::shuffle::HashedRows;
use crate::kernel::{
    Batch, Emitter, Env, Inbox, Link, Meta, Op, Operator, Packet, Pending, Push, Receiver, Shuffle, ShuffleMode, Wiring,
};
use crate::{Element, Key, Result, Step, Timestamp};
use std::cell::RefCell;
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::Arc;

/// The shuffle of a combine per key.
pub(crate) struct CombinePerKey<K, V, C> {
    combine: C,
    _rows: PhantomData<fn() -> (K, V)>,
}

impl<K, V, C> CombinePerKey<K, V, C> {
    pub(crate) fn new(combine: C) -> Self {
        Self { combine, _rows: PhantomData }
    }
}

impl<K: Key, V: Element, C: CombineFn<V>> Shuffle for CombinePerKey<K, V, C> {
    fn sender(&self, _input: usize, link: Rc<dyn Link>, wiring: &Wiring<'_>, mode: ShuffleMode) -> Op {
        let sender = CombineSender::<K, V, C> {
            combine: self.combine.clone(),
            step: wiring.step.clone(),
            table: Lifted::new(self.combine.clone(), wiring, mode),
            router: Router::new(link, wiring.env),
            meta: Meta::unstamped(),
        };
        Op::keyed(wiring, sender)
    }

    fn receiver(&self, wiring: &Wiring<'_>) -> Receiver {
        let receiver = CombineReceiver::<K, V, C> {
            combine: self.combine.clone(),
            step: wiring.step.clone(),
            table: Table::new(),
            memory: Reservation::new(&wiring.env.memory),
            spilled: None,
            env: wiring.env.clone(),
            out: wiring.emitter(0),
            _values: PhantomData,
        };
        let receiver = Rc::new(RefCell::new(receiver));
        Receiver { inboxes: vec![receiver.clone()], control: receiver }
    }
}

/// The accumulator of a key's first value.
pub(crate) fn first<V, C: CombineFn<V>>(combine: &C, value: V) -> C::Acc {
    let mut acc = combine.create();
    combine.add(&mut acc, value);
    acc
}

/// The memory that an entry of a table takes.
fn entry_bytes<K: Key, A: Element>(entry: &Entry<K, A>) -> usize {
    let heap = size_of_value(&entry.key) + size_of_value(&entry.acc) - size_of::<K>() - size_of::<A>();
    Table::<K, A>::ENTRY_BYTES + heap
}

/// The memory that entries of a table take.
pub(crate) fn bytes_of<'a, K: Key, A: Element>(entries: impl Iterator<Item = &'a Entry<K, A>>) -> usize {
    if std::mem::needs_drop::<Entry<K, A>>() {
        return entries.map(entry_bytes).sum();
    }
    entries.count() * Table::<K, A>::ENTRY_BYTES
}

/// The keys of a sender that its own worker owns, and the memory reserved for them: its receiver takes them over as they are.
pub(crate) struct Owned<K, A> {
    table: Table<K, A>,
    memory: Reservation,
}

/// Combines rows by key as far as memory goes, and sends accumulators to the owners of the keys.
struct CombineSender<K, V, C: CombineFn<V>> {
    combine: C,
    step: Arc<Step>,
    table: Lifted<K, V, C>,
    router: Router<(K, C::Acc)>,
    meta: Meta,
}

impl<K: Key, V: Element, C: CombineFn<V>> CombineSender<K, V, C> {
    fn pass(&mut self, batch: &mut Batch<(K, V)>) -> Result<()> {
        self.router.begin(&self.meta)?;
        for (key, value) in batch.values.drain(..) {
            let hash = hash_key(&key);
            let acc = catch(&self.step, || first(&self.combine, value))?;
            self.router.add(hash, (key, acc))?;
        }
        Ok(())
    }

    fn send(&mut self, count: usize) -> Result<()> {
        let Self { table, router, meta, .. } = self;
        router.begin(meta)?;
        table.take(count, |hash, Entry { key, acc }| router.add(hash, (key, acc)))
    }

    /// What this worker owns goes first: then its receiver adds to it what comes from others.
    fn send_all(&mut self) -> Result<()> {
        let Self { table, router, meta, .. } = self;
        let Some((own, mut others)) = table.divide(|hash| router.is_own(hash)) else {
            return self.send(self.table.len());
        };
        let bytes = own.memory.used();
        router.send_own(own, bytes)?;
        router.begin(meta)?;
        others.try_for_each(|(hash, Entry { key, acc })| router.add(hash, (key, acc)))
    }
}

impl<K: Key, V: Element, C: CombineFn<V>> Push<(K, V)> for CombineSender<K, V, C> {
    fn push(&mut self, batch: &mut Batch<(K, V)>) -> Result<()> {
        if !self.table.takes(batch.len()) {
            return self.pass(batch);
        }
        let count = self.table.add(&mut batch.values)?;
        if count > 0 { self.send(count) } else { Ok(()) }
    }
}

impl<K: Key, V: Element, C: CombineFn<V>> Operator for CombineSender<K, V, C> {
    fn watermark(&mut self, time: Timestamp) -> Result<()> {
        if time < Timestamp::MAX {
            return Ok(());
        }
        self.send_all()?;
        self.router.watermark(time)
    }

    fn halt(&mut self) -> Result<()> {
        self.send_all()?;
        self.router.flush()
    }
}

/// Combines the accumulators of the keys that this worker owns.
struct CombineReceiver<K, V, C: CombineFn<V>> {
    combine: C,
    step: Arc<Step>,
    table: Table<K, C::Acc>,
    memory: Reservation,
    spilled: Option<Rows<K, C::Acc>>,
    env: Rc<Env>,
    out: Emitter<(K, C::Out)>,
    _values: PhantomData<V>,
}

impl<K: Key, V: Element, C: CombineFn<V>> CombineReceiver<K, V, C> {
    /// Moves the whole table to disk.
    fn spill(&mut self) -> Result<()> {
        let env = &self.env;
        let rows = self.spilled.get_or_insert_with(|| Rows::new(env));
        self.memory.shrink(self.memory.used());
        for (hash, Entry { key, acc }) in self.table.drain() {
            rows.add(hash, key, acc)?;
        }
        rows.evict_all()
    }

    fn merge(&mut self, hashes: &[u64], rows: &mut Vec<(K, C::Acc)>) -> Result<()> {
        let Self { combine, table, .. } = self;
        catch(&self.step, || table.update(hashes, rows, |acc, other| combine.merge(acc, other), |acc| acc))
    }

    fn add(&mut self, hashes: &[u64], rows: &mut Vec<(K, C::Acc)>) -> Result<()> {
        let before = self.table.len();
        self.merge(hashes, rows)?;
        if self.memory.grow(bytes_of(self.table.since(before))) { Ok(()) } else { self.spill() }
    }

    /// Takes a table over. Of two, the larger one gets what is in the other; until then both take memory.
    fn adopt(&mut self, mut other: Owned<K, C::Acc>) -> Result<()> {
        if other.table.len() > self.table.len() {
            std::mem::swap(&mut self.table, &mut other.table);
            std::mem::swap(&mut self.memory, &mut other.memory);
        }
        let mut entries = other.table.into_hashed().map(|(hash, Entry { key, acc })| (hash, (key, acc)));
        loop {
            let (hashes, mut rows): (Vec<_>, Vec<_>) =
                entries.by_ref().take(self.env.batch_size_of::<(K, C::Acc)>()).unzip();
            if rows.is_empty() {
                return Ok(());
            }
            self.env.shared.check()?;
            self.add(&hashes, &mut rows)?;
        }
    }

    fn merge_partition(&mut self, rows: &mut Rows<K, C::Acc>, part: usize) -> Result<()> {
        let (mut hashes, mut accs) = (Vec::new(), Vec::new());
        rows.drain(part, |key, acc| {
            hashes.push(hash_key(&key));
            accs.push((key, acc));
            if accs.len() < self.env.batch_size_of::<(K, C::Acc)>() {
                return Ok(());
            }
            let result = self.merge(&hashes, &mut accs);
            hashes.clear();
            result
        })?;
        self.merge(&hashes, &mut accs)
    }

    fn emit_table(&mut self) -> Result<()> {
        let Self { combine, table, out, .. } = self;
        let each = |(_, Entry { key, acc }): (u64, Entry<K, C::Acc>)| out.emit((key, combine.extract(acc)));
        catch(&self.step, || table.drain().for_each(each))?;
        self.memory.shrink(self.memory.used());
        self.out.check()
    }

    fn emit_spilled(&mut self, mut rows: Rows<K, C::Acc>) -> Result<()> {
        for part in 0..=PARTITIONS {
            self.env.shared.check()?;
            if rows.bytes(part) > self.env.working_memory() && !rows.is_indivisible(part) {
                let finer = rows.divide(part, None)?;
                self.emit_spilled(finer)?;
                continue;
            }
            self.merge_partition(&mut rows, part)?;
            self.emit_table()?;
        }
        Ok(())
    }
}

impl<K: Key, V: Element, C: CombineFn<V>> Inbox for CombineReceiver<K, V, C> {
    fn deliver(&mut self, packet: Packet) -> Result<()> {
        match packet.open_if() {
            Ok(own) => self.adopt(own),
            Err(packet) => {
                let HashedRows { hashes, mut batch } = packet.open();
                self.add(&hashes, &mut batch.values)?;
                self.env.recycling.put(HashedRows { hashes, batch });
                Ok(())
            }
        }
    }
}

impl<K: Key, V: Element, C: CombineFn<V>> Operator for CombineReceiver<K, V, C> {
    fn finish_bundle(&mut self) -> Result<()> {
        self.out.flush()
    }

    fn watermark(&mut self, time: Timestamp) -> Result<()> {
        if time < Timestamp::MAX {
            return Ok(());
        }
        self.out.begin(&Meta::end_of_global_window());
        if self.spilled.is_some() {
            self.spill()?;
        }
        match self.spilled.take() {
            Some(rows) => self.emit_spilled(rows),
            None => self.emit_table(),
        }
    }

    fn pending(&self) -> Option<Pending> {
        let on_disk = |rows: &Rows<K, C::Acc>| (0..=PARTITIONS).map(|part| rows.bytes(part)).sum::<usize>();
        let (count, what) = match &self.spilled {
            Some(rows) => (on_disk(rows), "bytes of combined values"),
            None => (self.table.len(), "keys with combined values"),
        };
        Some(Pending { count: count as u64, what, next_event: None })
    }
}
