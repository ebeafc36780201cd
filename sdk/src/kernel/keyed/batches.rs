//! Grouping into batches of a limited size.

use super::route::HashSender;
use super::until_the_end;
use crate::kernel::memory::{Reservation, size_of_value};
use crate::kernel::shuffle::HashedRows;
use crate::kernel::{
    Emitter, Inbox, Link, Meta, Op, Operator, Packet, Pending, Receiver, Shuffle, ShuffleMode, Wiring,
};
use crate::{Element, Key, Result, Timestamp};
use foldhash::fast::FixedState;
use std::cell::RefCell;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::marker::PhantomData;
use std::rc::Rc;

/// The shuffle of `group_into_batches`.
pub(crate) struct IntoBatches<K, V> {
    size: usize,
    _rows: PhantomData<fn() -> (K, V)>,
}

impl<K, V> IntoBatches<K, V> {
    pub(crate) fn new(size: usize) -> Self {
        Self { size, _rows: PhantomData }
    }
}

impl<K: Key, V: Element> Shuffle for IntoBatches<K, V> {
    fn sender(&self, _input: usize, link: Rc<dyn Link>, wiring: &Wiring<'_>, _mode: ShuffleMode) -> Op {
        Op::keyed(wiring, HashSender::<K, V>::new(link, wiring.env))
    }

    fn receiver(&self, wiring: &Wiring<'_>) -> Receiver {
        let batcher = Batcher::<K, V> {
            size: self.size,
            open: HashMap::default(),
            memory: Reservation::new(&wiring.env.memory),
            out: wiring.emitter(0),
        };
        let batcher = Rc::new(RefCell::new(batcher));
        Receiver { inboxes: vec![batcher.clone()], control: batcher }
    }
}

/// A batch in the making.
struct Open<V> {
    values: Vec<V>,
    bytes: usize,
}

struct Batcher<K, V> {
    size: usize,
    open: HashMap<K, Open<V>, FixedState>,
    memory: Reservation,
    out: Emitter<(K, Vec<V>)>,
}

impl<K: Key, V: Element> Batcher<K, V> {
    fn add(&mut self, key: K, value: V) -> Result<()> {
        let bytes = size_of_value(&key) + size_of_value(&value);
        match self.open.entry(key) {
            Entry::Occupied(batch) if batch.get().values.len() + 1 == self.size => {
                let (key, Open { mut values, bytes }) = batch.remove_entry();
                values.push(value);
                self.memory.shrink(bytes);
                self.out.emit((key, values));
                return Ok(());
            }
            Entry::Occupied(mut batch) => {
                batch.get_mut().values.push(value);
                batch.get_mut().bytes += bytes;
            }
            Entry::Vacant(batch) if self.size == 1 => {
                self.out.emit((batch.into_key(), vec![value]));
                return Ok(());
            }
            Entry::Vacant(batch) => drop(batch.insert(Open { values: vec![value], bytes })),
        }
        // Where memory ends, batches are smaller: the size is a promise upwards only.
        if self.memory.grow(bytes) { Ok(()) } else { self.emit_all() }
    }

    fn emit_all(&mut self) -> Result<()> {
        self.open.drain().for_each(|(key, batch)| self.out.emit((key, batch.values)));
        self.memory.shrink(self.memory.used());
        self.out.check()
    }
}

impl<K: Key, V: Element> Inbox for Batcher<K, V> {
    fn deliver(&mut self, packet: Packet) -> Result<()> {
        self.out.begin(&Meta::end_of_global_window());
        let rows: HashedRows<(K, V)> = packet.open();
        rows.batch.values.into_iter().try_for_each(|(key, value)| self.add(key, value))?;
        self.out.check()
    }
}

impl<K: Key, V: Element> Operator for Batcher<K, V> {
    fn finish_bundle(&mut self) -> Result<()> {
        self.out.flush()
    }

    fn watermark(&mut self, time: Timestamp) -> Result<()> {
        if time < Timestamp::MAX {
            return Ok(());
        }
        self.out.begin(&Meta::end_of_global_window());
        self.emit_all()
    }

    fn output_watermark(&mut self, input: Timestamp) -> Timestamp {
        until_the_end(input)
    }

    fn pending(&self) -> Option<Pending> {
        let count = self.open.values().map(|batch| batch.values.len() as u64).sum();
        Some(Pending { count, what: "elements of batches in the making", next_event: None })
    }
}
