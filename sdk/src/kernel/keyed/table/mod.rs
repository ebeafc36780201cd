//! The hash table of combiners: a key and its accumulator.
//!
//! A look-up waits for memory three times: for the slot, for the entry, for the bytes of the key. So look-ups are made
//! for a block of rows at a time: each step asks for what the next one needs, for the whole block, and the processor
//! waits for many rows at once. A table that fits into a near cache is spared the steps.

mod chunks;
mod entries;
mod hashes;
mod slots;

pub(crate) use chunks::{Each, room_in};
pub(crate) use entries::Entries;
pub(crate) use hashes::Leaving;

use crate::Key;
use crate::kernel::drain::drain;
use crate::kernel::prefetch::{prefetch, prefetch_heap};
use hashes::Hashes;
use slots::{NOT_FOUND, ask_for_slots, is_like, look_up, look_up_entry, make_sure_of_slots, number, place, slot};

/// A key and what has been combined for it.
#[derive(Clone)]
pub(crate) struct Entry<K, A> {
    pub(crate) key: K,
    pub(crate) acc: A,
}

/// Accumulators by key: entries in the order of their coming, found through slots.
#[derive(Clone)]
pub(crate) struct Table<K, A> {
    entries: Entries<Entry<K, A>>,
    hashes: Hashes<K>,
    /// Open addressing: the number of the entry plus one, which is less than there are slots, and in the bits above that
    /// those of the low half of the hash; 0 is free. None where the table is empty or packed.
    slots: Vec<u32>,
    /// How many slots there are to be when the next entry comes: as many as were needed before the table was emptied.
    wanted: usize,
    /// The entries that the rows of the last update seemed to belong to.
    found: Vec<u32>,
}

/// Rows that are looked up together: their entries should fit into the first cache.
const BLOCK: usize = 128;
/// The slots of so many entries are asked for before they are filled.
const AHEAD: usize = 32;
/// Entries that are taken over together.
const ABSORBED: usize = 8 * BLOCK;
const SMALLEST: usize = 1 << 5;
/// The bytes of a table that a near cache keeps: half of the second level of most processors.
const NEAR: usize = 1 << 18;

impl<K: Key, A> Table<K, A> {
    pub(crate) fn new() -> Self {
        Self { entries: Entries::new(), hashes: Hashes::new(), slots: Vec::new(), wanted: SMALLEST, found: Vec::new() }
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The bytes that an entry takes in the table itself, spare room included.
    pub(crate) const ENTRY_BYTES: usize = Self::STORED * 3 / 2 + 3 * size_of::<u32>();

    const STORED: usize = size_of::<Entry<K, A>>() + Hashes::<K>::BYTES;

    /// The bytes that a table takes however few entries it has.
    pub(crate) const BYTES: usize = SMALLEST * size_of::<u32>() + 4 * Self::STORED + size_of::<Self>();

    /// Adds rows: `fold` into the accumulator of the key, or `create` one.
    pub(crate) fn update<V>(
        &mut self,
        hashes: &[u64],
        rows: &mut Vec<(K, V)>,
        mut fold: impl FnMut(&mut A, V),
        mut create: impl FnMut(V) -> A,
    ) {
        self.make_ready();
        if self.is_near() {
            return self.update_near(hashes, rows, fold, create);
        }
        let (mut found, mut rows) = (self.take_found(hashes), drain(rows));
        for block in hashes.chunks(BLOCK) {
            let new = self.look_up_block(hashes, &mut found);
            let mut block = block.iter().zip(&found[new..]);
            'known: loop {
                let entries = &mut self.entries;
                let (hash, key, value) = loop {
                    let Some((hash, found)) = block.next() else { break 'known };
                    let (key, value) = rows.pop();
                    match entries.get_mut(*found) {
                        Some(entry) if entry.key == key => fold(&mut entry.acc, value),
                        _ => break (*hash, key, value),
                    }
                };
                self.find_or_insert(hash, key, value, &mut fold, &mut create);
            }
        }
        self.found = found;
    }

    /// What the look-ups of a run of known keys need stays in registers: until a key is new, the table does not move.
    #[inline]
    fn update_near<V>(
        &mut self,
        hashes: &[u64],
        rows: &mut Vec<(K, V)>,
        mut fold: impl FnMut(&mut A, V),
        mut create: impl FnMut(V) -> A,
    ) {
        self.found.clear();
        let mut rows = rows.drain(..).zip(hashes);
        loop {
            let (slots, entries) = (&self.slots[..], self.entries.first_mut());
            let new = rows.find_map(|((key, value), hash)| match look_up(slots, entries, *hash, &key) {
                Some(entry) => {
                    fold(&mut entry.acc, value);
                    None
                }
                None => Some((*hash, key, value)),
            });
            let Some((hash, key, value)) = new else { return };
            self.find_or_insert(hash, key, value, &mut fold, &mut create);
        }
    }

    #[inline]
    fn is_near(&self) -> bool {
        self.slots.len() * size_of::<u32>() + self.entries.len() * size_of::<Entry<K, A>>() <= NEAR
    }

    /// The room for what is found, before the first block is looked up.
    fn take_found(&mut self, hashes: &[u64]) -> Vec<u32> {
        ask_for_slots(&self.slots, &hashes[..hashes.len().min(2 * BLOCK)]);
        let mut found = std::mem::take(&mut self.found);
        found.clear();
        found
    }

    /// Adds to `found` the entries that the next block of rows seems to belong to, as far as the table has had them; says
    /// where these begin. One call for a block: it does not depend on what is done with the rows.
    #[inline(never)]
    fn look_up_block(&self, hashes: &[u64], found: &mut Vec<u32>) -> usize {
        let before = found.len();
        let mut blocks = hashes[before..].chunks(BLOCK);
        let [block, next, later] = [(); 3].map(|()| blocks.next().unwrap_or_default());
        ask_for_slots(&self.slots, later);
        make_sure_of_slots(&self.slots, next);
        let (slots, entries) = (&self.slots[..], &self.entries);
        found.extend(block.iter().map(|hash| look_up_entry(slots, entries, *hash)));
        if std::mem::needs_drop::<K>() {
            for entry in found[before..].iter().filter_map(|found| entries.get(*found)) {
                prefetch_heap(&entry.key);
            }
        }
        before
    }

    /// The long way: for keys that are new, as far as could be told.
    #[inline(never)]
    fn find_or_insert<V>(
        &mut self,
        hash: u64,
        key: K,
        value: V,
        fold: &mut impl FnMut(&mut A, V),
        create: &mut impl FnMut(V) -> A,
    ) {
        match self.find(hash, &key) {
            Ok(number) => fold(self.at_mut(number), value),
            Err(at) => _ = self.insert_at(at, hash, key, create(value)),
        }
    }

    /// The number of a key's entry, or the slot that is free for it.
    fn find(&self, hash: u64, key: &K) -> std::result::Result<u32, usize> {
        let mask = self.slots.len() - 1;
        let mut at = place(hash) & mask;
        while self.slots[at] != 0 {
            let (slot, number) = (self.slots[at], number(self.slots[at], mask));
            if is_like(slot, hash, mask)
                && let Some(entry) = self.entries.get(number)
                && entry.key == *key
            {
                return Ok(number);
            }
            at = (at + 1) & mask;
        }
        Err(at)
    }

    /// Adds an entry for a new key; says its number.
    fn insert_at(&mut self, at: usize, hash: u64, key: K, acc: A) -> u32 {
        let len = self.entries.push(Entry { key, acc });
        self.hashes.push(hash);
        self.slots[at] = slot(hash, len, self.slots.len() - 1);
        if len * 2 > self.slots.len() {
            self.grow();
        }
        len as u32 - 1
    }

    #[cold]
    fn grow(&mut self) {
        self.index(self.slots.len() * 2);
    }

    /// Makes so many slots, for all entries.
    fn index(&mut self, len: usize) {
        assert!(self.entries.len() < NOT_FOUND as usize / 2, "a table of two thousand million keys spills before");
        // Not resized: nothing of the old slots is to be copied.
        self.slots = Vec::new();
        self.slots = vec![0; len];
        self.fill_slots();
    }

    fn fill_slots(&mut self) {
        let Self { entries, hashes, slots, .. } = self;
        let mask = slots.len() - 1;
        let mut hashes = hashes.with(entries.iter()).map(|(hash, _)| hash);
        let (mut ahead, mut filled) = (Vec::new(), 0);
        loop {
            ahead.clear();
            ahead.extend(hashes.by_ref().take(AHEAD).inspect(|hash| prefetch(&slots[place(*hash) & mask])));
            if ahead.is_empty() {
                return;
            }
            for hash in &ahead {
                let mut at = place(*hash) & mask;
                while slots[at] != 0 {
                    at = (at + 1) & mask;
                }
                filled += 1;
                slots[at] = slot(*hash, filled, mask);
            }
        }
    }

    #[inline]
    fn make_ready(&mut self) {
        if self.slots.is_empty() {
            self.make_slots();
        }
    }

    #[cold]
    fn make_slots(&mut self) {
        self.slots.resize(self.wanted, 0);
        self.fill_slots();
    }

    /// Gives back the memory that is of use only when further rows come. If they do, it is asked for again.
    pub(crate) fn pack(&mut self) {
        self.wanted = wanted_for(self.entries.len());
        self.slots = Vec::new();
        self.entries.shrink_to(0);
        self.hashes.shrink_to(0);
    }

    /// Whether nothing has come since it was packed.
    pub(crate) fn is_packed(&self) -> bool {
        self.slots.is_empty() && !self.entries.is_empty()
    }

    /// The entry of a key, which is created if there is none.
    pub(crate) fn find_or_create(&mut self, hash: u64, key: K, create: impl FnOnce() -> A) -> &mut Entry<K, A> {
        let number = self.number_of(hash, key, create);
        self.entries.get_mut(number).expect("it is in a slot")
    }

    fn number_of(&mut self, hash: u64, key: K, create: impl FnOnce() -> A) -> u32 {
        self.make_ready();
        self.find(hash, &key).unwrap_or_else(|at| self.insert_at(at, hash, key, create()))
    }

    /// Says at which numbers the keys of another table's entries are, which are created where there are none.
    pub(crate) fn number<V>(
        &mut self,
        entries: impl Iterator<Item = (u64, Entry<K, V>)>,
        create: impl Fn() -> A,
        mut each: impl FnMut(u32, V),
    ) {
        self.make_ready();
        let mut entries = entries.map(|(hash, Entry { key, acc })| (hash, (key, acc)));
        loop {
            let (hashes, mut rows): (Vec<_>, Vec<_>) = entries.by_ref().take(ABSORBED).unzip();
            if rows.is_empty() {
                return;
            }
            let (mut found, mut rows) = (self.take_found(&hashes), drain(&mut rows));
            for block in hashes.chunks(BLOCK) {
                let new = self.look_up_block(&hashes, &mut found);
                for (hash, found) in block.iter().zip(&found[new..]) {
                    let (key, value) = rows.pop();
                    let is_known = self.entries.get(*found).is_some_and(|entry| entry.key == key);
                    each(if is_known { *found } else { self.number_of(*hash, key, &create) }, value);
                }
            }
            self.found = found;
        }
    }

    /// What has been combined for the key of that number.
    #[inline]
    pub(crate) fn at_mut(&mut self, number: u32) -> &mut A {
        &mut self.entries.get_mut(number).expect("numbers are of entries").acc
    }

    /// Keeps some entries, and says what number each has now.
    pub(crate) fn retain(&mut self, mut keep: impl FnMut(usize, &mut A) -> bool) -> Vec<u32> {
        let mut numbers = Vec::with_capacity(self.entries.len());
        let mut kept = 0;
        self.entries.retain_mut(|entry| {
            let keep = keep(numbers.len(), &mut entry.acc);
            numbers.push(kept);
            kept += u32::from(keep);
            keep
        });
        if self.entries.len() < numbers.len() {
            let mut behind = numbers.iter().skip(1).copied().chain([kept]).zip(&numbers);
            self.hashes.retain(|| behind.next().is_some_and(|(behind, number)| behind > *number));
            self.index(wanted_for(self.entries.len()));
        }
        numbers
    }

    /// Adds entries of another table, by `merge` where the key is here already.
    pub(crate) fn absorb(
        &mut self,
        entries: impl Iterator<Item = (u64, Entry<K, A>)>,
        mut merge: impl FnMut(&mut A, A),
    ) {
        let (mut hashes, mut rows) = (Vec::new(), Vec::new());
        for (hash, entry) in entries {
            hashes.push(hash);
            rows.push((entry.key, entry.acc));
            if rows.len() == ABSORBED {
                self.update(&hashes, &mut rows, &mut merge, |acc| acc);
                hashes.clear();
            }
        }
        self.update(&hashes, &mut rows, merge, |acc| acc);
    }

    /// All entries.
    pub(crate) fn iter(&self) -> Each<'_, Entry<K, A>> {
        self.entries.iter()
    }

    /// All entries, with the hashes of their keys.
    pub(crate) fn hashed(&self) -> impl Iterator<Item = (u64, &Entry<K, A>)> {
        self.hashes.with(self.entries.iter())
    }

    /// The entries behind the first `before`.
    pub(crate) fn since(&self, before: usize) -> Each<'_, Entry<K, A>> {
        self.entries.since(before)
    }

    /// How many rows of the last update met one of the first `n` entries.
    pub(crate) fn hits_before(&self, n: usize) -> usize {
        self.found.iter().filter(|found| (**found as usize) < n).count()
    }

    /// Takes the first `n` entries out, which are the oldest.
    pub(crate) fn take_oldest(&mut self, n: usize) -> Table<K, A> {
        let (entries, hashes) = (self.entries.take_first(n), self.hashes.take_first(n));
        let oldest = Self { entries, hashes, ..Self::new() };
        self.index(self.slots.len());
        oldest
    }

    /// Takes the entries out that are not to stay, by their hashes.
    pub(crate) fn divide(&mut self, stays: impl Fn(u64) -> bool) -> Leaving<K, A> {
        let all_stay = self.hashed().all(|(hash, _)| stays(hash));
        let Self { entries, hashes, slots, wanted, .. } = self;
        let others = if all_stay {
            Self::new().into_hashed()
        } else {
            // They name no entries any more, and there is to be room for what is taken out.
            *slots = Vec::new();
            hashes.divide(entries, stays)
        };
        *wanted = wanted_for(entries.len());
        entries.shrink_to(*wanted);
        hashes.shrink_to(*wanted);
        others
    }

    /// Takes all entries out, with the hashes of their keys. What comes next finds as much room as these had, if that was little.
    pub(crate) fn drain(&mut self) -> impl Iterator<Item = (u64, Entry<K, A>)> {
        if self.is_near() {
            self.slots.clear();
        } else {
            self.slots = Vec::new();
        }
        self.wanted = wanted_for(self.entries.len());
        self.hashes.drain_with(self.entries.drain())
    }

    /// Gives back the memory that is more than entries like the last ones need.
    pub(crate) fn shrink(&mut self) {
        self.entries.shrink_to(self.wanted);
        self.hashes.shrink_to(self.wanted);
        self.slots.shrink_to(self.wanted);
    }

    /// All entries, with the hashes of their keys.
    pub(crate) fn into_hashed(self) -> Leaving<K, A> {
        self.hashes.into_with(self.entries.into_iter())
    }
}

/// How many slots so many entries need.
fn wanted_for(entries: usize) -> usize {
    (entries * 2).next_power_of_two().max(SMALLEST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::hash::hash_key;
    use proptest::prelude::*;
    use serde::{Deserialize, Serialize};
    use std::collections::BTreeMap;
    use std::fmt::Debug;
    use std::hash::{Hash, Hasher};

    /// A key that shares all of its hash with others.
    #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
    struct Alike(u16);

    impl Hash for Alike {
        fn hash<H: Hasher>(&self, hasher: &mut H) {
            (self.0 % 7).hash(hasher);
        }
    }

    fn check<K: Key + Ord + Debug>(batches: &[Vec<(u16, u64)>], key: impl Fn(u16) -> K, hash: impl Fn(&K) -> u64) {
        let (mut table, mut model) = (Table::new(), BTreeMap::new());
        for batch in batches {
            let mut batch: Vec<(K, u64)> = batch.iter().map(|(k, v)| (key(*k), *v)).collect();
            batch.iter().for_each(|(k, v)| *model.entry(k.clone()).or_insert(0) += v);
            let hashed: Vec<u64> = batch.iter().map(|(k, _)| hash(k)).collect();
            table.update(&hashed, &mut batch, |acc: &mut u64, v| *acc += v, |v| v);
            assert_eq!(table.len(), model.len());
        }
        assert!(table.hashed().all(|(hashed, entry)| hashed == hash(&entry.key)));
        let mut others = table.clone();
        let stays = |hash: u64| hash.is_multiple_of(3);
        let (divided, mut sums): (Vec<u64>, BTreeMap<K, u64>) =
            others.divide(stays).map(|(hash, Entry { key, acc })| (hash, (key, acc))).unzip();
        assert!(!divided.into_iter().any(stays));
        others.update(&[], &mut Vec::new(), |_: &mut u64, ()| {}, |()| 0);
        for (hashed, Entry { key, acc }) in others.drain() {
            assert!(stays(hashed) && hashed == hash(&key));
            sums.insert(key, acc);
        }
        assert_eq!(sums, model);
        let sums: BTreeMap<K, u64> = table.drain().map(|(_, entry)| (entry.key, entry.acc)).collect();
        assert_eq!(sums, model);
        assert_eq!(table.len(), 0);
    }

    proptest! {
        #[test]
        fn a_table_is_a_map(
            batches in prop::collection::vec(prop::collection::vec((0u16..600, 0u64..100), 0..400), 0..8),
        ) {
            check(&batches, |k| k, hash_key);
            check(&batches, Alike, hash_key);
            check(&batches, |k| k.to_string(), hash_key);
            // Keys that share slots, tags, or all of their hash.
            check(&batches, |k| k.to_string(), |k| (k.len() as u64) << 32);
            check(&batches, |k| k.to_string(), |k| k.len() as u64);
        }
    }

    proptest! {
        #[test]
        fn numbers_stay_with_their_keys(
            batches in prop::collection::vec(prop::collection::btree_set(0u16..600, 0..400), 0..8),
        ) {
            let (mut table, mut model) = (Table::new(), BTreeMap::<u16, u64>::new());
            for keys in batches {
                let entries = keys.iter().map(|key| (hash_key(key), Entry { key: *key, acc: *key }));
                let mut numbers = Vec::new();
                table.number(entries, || 0, |number, key| numbers.push((number, key)));
                for (number, key) in numbers {
                    *table.at_mut(number) += u64::from(key);
                    *model.entry(key).or_insert(0) += u64::from(key);
                }
                let before: Vec<u16> = table.iter().map(|entry| entry.key).collect();
                let numbers = table.retain(|number, _| !before[number].is_multiple_of(3));
                model.retain(|key, _| key % 3 != 0);
                for (old, key) in before.iter().enumerate().filter(|(_, key)| *key % 3 != 0) {
                    prop_assert_eq!(*table.at_mut(numbers[old]), model[key]);
                }
            }
            prop_assert_eq!(table.drain().map(|(_, entry)| (entry.key, entry.acc)).collect::<BTreeMap<_, _>>(), model);
        }
    }

    #[test]
    fn a_packed_table_takes_further_rows() {
        for keys in [1u32, 16, 17, 40_000] {
            let mut rows: Vec<(u32, u64)> = (0..keys).map(|key| (key, 1)).collect();
            let hashes: Vec<u64> = rows.iter().map(|(key, _)| hash_key(key)).collect();
            let mut table = Table::new();
            table.update(&hashes, &mut rows.clone(), |acc: &mut u64, v| *acc += v, |v| v);
            assert!(!table.is_packed());
            table.pack();
            assert!(table.is_packed());
            assert_eq!(table.find_or_create(hashes[0], 0, || 0).acc, 1);
            table.pack();
            table.update(&hashes, &mut rows, |acc, v| *acc += v, |v| v);
            assert!(!table.is_packed());
            assert_eq!(table.len(), keys as usize);
            assert!(table.drain().all(|(_, entry)| entry.acc == 2));
        }
    }

    #[test]
    fn the_oldest_go_and_the_others_are_found() {
        let mut table = Table::new();
        let rows: Vec<(u32, u64)> = (0..40_000).map(|key| (key, 1)).collect();
        let hashes: Vec<u64> = rows.iter().map(|(key, _)| hash_key(key)).collect();
        table.update(&hashes, &mut rows.clone(), |acc: &mut u64, v| *acc += v, |v| v);
        table.update(&hashes, &mut rows.clone(), |acc, v| *acc += v, |v| v);
        assert_eq!(table.hits_before(10_000), 10_000);
        let oldest: Vec<u32> = table.take_oldest(20_000).into_hashed().map(|(_, entry)| entry.key).collect();
        assert!(oldest.iter().copied().eq(0..20_000));
        table.update(&hashes, &mut rows.clone(), |acc, v| *acc += v, |v| v);
        assert_eq!(table.len(), rows.len());
        let sums: BTreeMap<u32, u64> = table.drain().map(|(_, entry)| (entry.key, entry.acc)).collect();
        assert!(sums.into_iter().all(|(key, sum)| sum == if (key as usize) < oldest.len() { 1 } else { 3 }));
    }
}
