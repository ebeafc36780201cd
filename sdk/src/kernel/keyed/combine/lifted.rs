//! Combining before rows travel, as far as memory goes and as long as it pays.

use super::{Owned, bytes_of, first};
use crate::combine::CombineFn;
use crate::kernel::guard::catch;
use crate::kernel::hash::hash_key;
use crate::kernel::keyed::table::{Entry, Leaving, Table};
use crate::kernel::memory::Reservation;
use crate::kernel::{ShuffleMode, Wiring};
use crate::{Element, Key, Result, Step};
use std::marker::PhantomData;
use std::sync::Arc;

/// The table in front of the exchange is meant for the keys that repeat: more would fall out of every cache.
pub(crate) const LARGEST_TABLE: usize = 128 << 20;

/// Whether combining before the exchange is worth its while.
pub(crate) struct Gain {
    lifted: bool,
    inputs: u64,
    new_keys: u64,
    /// Inputs to be passed by until the next try.
    pause: u64,
}

/// Rows after which the gain is judged, and for which combining pauses where there is none.
const TRIAL: u64 = 1 << 18;
const PAUSE: u64 = 1 << 23;

impl Gain {
    pub(crate) fn new(lifted: bool) -> Self {
        Self { lifted, inputs: 0, new_keys: 0, pause: 0 }
    }

    /// Whether rows are combined at present.
    pub(crate) fn is_combining(&self) -> bool {
        self.lifted && self.pause == 0
    }

    /// Counts rows that are not combined.
    pub(crate) fn pass(&mut self, rows: u64) {
        self.pause = self.pause.saturating_sub(rows);
    }

    /// Combining pauses.
    pub(crate) fn give_up(&mut self) {
        *self = Self { pause: PAUSE, ..Self::new(self.lifted) };
    }

    /// Counts a batch; says whether the table should be sent away because keys hardly repeat.
    pub(crate) fn count(&mut self, inputs: u64, new_keys: u64) -> bool {
        self.inputs += inputs;
        self.new_keys += new_keys;
        let hopeless = self.inputs >= TRIAL && self.new_keys * 10 > self.inputs * 9;
        if hopeless {
            self.pause = PAUSE;
        }
        if self.inputs >= TRIAL {
            (self.inputs, self.new_keys) = (0, 0);
        }
        hopeless
    }
}

/// Whether the older half of a table still meets rows. Keys may come and go, above all where a part of them is a window
/// or a date; those that have gone are in the way of the others.
struct Age {
    /// How many entries there are before it is looked at, and again.
    entries: usize,
    rows: u64,
    hits: u64,
}

/// The bytes of entries that are let alone: they and their slots fit into a cache, or nearly.
const YOUNG: usize = 16 << 20;

/// How many entries these are.
const fn young<K: Key, A>() -> usize {
    YOUNG / Table::<K, A>::ENTRY_BYTES
}

impl Age {
    fn new(entries: usize) -> Self {
        Self { entries, rows: 0, hits: 0 }
    }

    /// Looks at a table after an update with so many rows; says whether its older half should go.
    fn is_out_of_use<K: Key, A>(&mut self, table: &Table<K, A>, rows: u64) -> bool {
        if table.len() < self.entries {
            return false;
        }
        self.rows += rows;
        self.hits += table.hits_before(table.len() / 2) as u64;
        if self.rows < TRIAL / 4 {
            return false;
        }
        let is_out_of_use = self.hits * 16 < self.rows;
        *self = Self { entries: if is_out_of_use { young::<K, A>() } else { table.len() / 2 * 3 }, rows: 0, hits: 0 };
        is_out_of_use
    }
}

/// Accumulators of the keys that have come to a sender.
pub(crate) struct Lifted<K, V, C: CombineFn<V>> {
    combine: C,
    step: Arc<Step>,
    table: Table<K, C::Acc>,
    memory: Reservation,
    limit: usize,
    gain: Gain,
    age: Age,
    hashes: Vec<u64>,
    _values: PhantomData<V>,
}

impl<K: Key, V: Element, C: CombineFn<V>> Lifted<K, V, C> {
    pub(crate) fn new(combine: C, wiring: &Wiring<'_>, mode: ShuffleMode) -> Self {
        Self {
            combine,
            step: wiring.step.clone(),
            table: Table::new(),
            memory: Reservation::new(&wiring.env.memory),
            limit: wiring.env.working_memory().min(LARGEST_TABLE),
            gain: Gain::new(mode.lifted),
            age: Age::new(young::<K, C::Acc>()),
            hashes: Vec::new(),
            _values: PhantomData,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether so many rows are to be combined here. Those that are not are counted.
    pub(crate) fn takes(&mut self, rows: usize) -> bool {
        let takes = self.gain.is_combining();
        if !takes {
            self.gain.pass(rows as u64);
        }
        takes
    }

    /// Combines rows; says how many entries should go then, the oldest first.
    pub(crate) fn add(&mut self, rows: &mut Vec<(K, V)>) -> Result<usize> {
        let Self { combine, table, hashes, .. } = self;
        let inputs = rows.len() as u64;
        hashes.clear();
        hashes.extend(rows.iter().map(|(key, _)| hash_key(key)));
        let before = table.len();
        let add = |acc: &mut C::Acc, value| combine.add(acc, value);
        catch(&self.step, || table.update(hashes, rows, add, |value| first(combine, value)))?;
        let new_bytes = bytes_of(table.since(before));
        let fits = self.memory.grow(new_bytes) && self.memory.used() < self.limit;
        let new_keys = (table.len() - before) as u64;
        if self.gain.count(inputs, new_keys) || !fits {
            return Ok(table.len());
        }
        Ok(if self.age.is_out_of_use(table, inputs) { table.len() / 2 } else { 0 })
    }

    /// Counts what accumulators have grown by, and as what they have grown: parts that are like entries. Says whether there
    /// is memory for it; otherwise all entries should go.
    pub(crate) fn grow(&mut self, parts: usize, bytes: usize) -> bool {
        let is_hopeless = self.gain.count(0, parts as u64);
        self.memory.grow(bytes) && self.memory.used() < self.limit && !is_hopeless
    }

    /// Takes so many entries out, the oldest first, with the hashes of their keys.
    pub(crate) fn take(
        &mut self,
        count: usize,
        mut each: impl FnMut(u64, Entry<K, C::Acc>) -> Result<()>,
    ) -> Result<()> {
        if count == self.table.len() {
            self.memory.shrink(self.memory.used());
            return self.table.drain().try_for_each(|(hash, entry)| each(hash, entry));
        }
        let oldest = self.table.take_oldest(count);
        let bytes = bytes_of(oldest.iter());
        self.memory.shrink(bytes.min(self.memory.used()));
        oldest.into_hashed().try_for_each(|(hash, entry)| each(hash, entry))
    }

    /// Takes all entries out: those that this worker owns as a table, the others to be sent. Nothing is taken out if there
    /// is nothing to own, or not the memory that it takes by now: accumulators may have grown.
    pub(crate) fn divide(&mut self, is_own: impl Fn(u64) -> bool) -> Option<(Owned<K, C::Acc>, Leaving<K, C::Acc>)> {
        let bytes = bytes_of(self.table.hashed().filter(|(hash, _)| is_own(*hash)).map(|(_, entry)| entry));
        if bytes == 0 || !self.memory.set(bytes) {
            return None;
        }
        let mut table = std::mem::replace(&mut self.table, Table::new());
        let others = table.divide(is_own);
        Some((Owned { table, memory: self.memory.take() }, others))
    }
}
