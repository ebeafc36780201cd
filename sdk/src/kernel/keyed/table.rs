//! The hash table of combiners: a key and its accumulator.

use crate::Key;
use crate::combine::CombineFn;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

/// A key, its hash and what has been combined for it.
pub(crate) struct Slot<K, A> {
    pub(crate) hash: u64,
    pub(crate) key: K,
    pub(crate) acc: A,
}

/// Accumulators by key.
pub(crate) struct Table<K, A> {
    slots: HashTable<Slot<K, A>>,
}

/// Tables find their slots by the bits of the hash that routing leaves alone.
#[inline]
fn place(hash: u64) -> u64 {
    hash.rotate_right(8)
}

impl<K: Key, A> Table<K, A> {
    pub(crate) fn new() -> Self {
        Self { slots: HashTable::new() }
    }

    pub(crate) fn len(&self) -> usize {
        self.slots.len()
    }

    /// Adds an input to the accumulator of its key; says whether the key is new.
    #[inline]
    pub(crate) fn add<V, C: CombineFn<V, Acc = A>>(&mut self, c: &C, hash: u64, key: K, value: V) -> bool {
        match self.slots.entry(place(hash), |s| s.hash == hash && s.key == key, |s| place(s.hash)) {
            Entry::Occupied(mut slot) => {
                c.add(&mut slot.get_mut().acc, value);
                false
            }
            Entry::Vacant(vacant) => {
                let mut acc = c.create();
                c.add(&mut acc, value);
                vacant.insert(Slot { hash, key, acc });
                true
            }
        }
    }

    /// Merges an accumulator into that of its key; says whether the key is new.
    #[inline]
    pub(crate) fn merge<V, C: CombineFn<V, Acc = A>>(&mut self, c: &C, hash: u64, key: K, acc: A) -> bool {
        match self.slots.entry(place(hash), |s| s.hash == hash && s.key == key, |s| place(s.hash)) {
            Entry::Occupied(mut slot) => {
                c.merge(&mut slot.get_mut().acc, acc);
                false
            }
            Entry::Vacant(vacant) => {
                vacant.insert(Slot { hash, key, acc });
                true
            }
        }
    }

    /// Takes all slots out; the table keeps its memory.
    pub(crate) fn drain(&mut self) -> impl Iterator<Item = Slot<K, A>> {
        self.slots.drain()
    }
}
