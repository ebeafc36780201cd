//! State by key: a number for each key, and what is kept for it.

mod numbers;

use crate::Key;
use crate::kernel::keyed::table::Entries;
use crate::kernel::prefetch::prefetch_all;
use numbers::Numbers;

/// What is kept for each key that has something.
///
/// A key has the same number, its *slot*, as long as it has state. Numbers are used again, so whoever keeps one must
/// not mind if it has come to mean another key.
pub(crate) struct Slots<K, S> {
    numbers: Numbers,
    /// They do not move when there are many: most types of state are large.
    entries: Entries<Option<Entry<K, S>>>,
    free: Vec<u32>,
}

struct Entry<K, S> {
    hash: u64,
    key: K,
    state: S,
}

/// Rows whose state is asked for together, while the processor is busy with none of them.
pub(crate) const BLOCK: usize = 64;

/// Where the state of a key may be.
#[derive(Clone, Copy)]
pub(crate) struct Guess(u32);

impl Guess {
    pub(crate) const NONE: Self = Self(u32::MAX);
}

impl<K: Key, S: Default> Slots<K, S> {
    pub(crate) fn new() -> Self {
        Self { numbers: Numbers::new(), entries: Entries::new(), free: Vec::new() }
    }

    /// What is kept for the keys.
    pub(crate) fn states(&self) -> impl Iterator<Item = &S> {
        self.entries.iter().flatten().map(|entry| &entry.state)
    }

    /// How many keys have state.
    pub(crate) fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Brings what a slot has into the cache.
    #[inline]
    pub(crate) fn ask_for_slot(&self, slot: u32) {
        self.entries.get(slot).into_iter().for_each(prefetch_all);
    }

    /// Brings what is kept for the keys of a block of rows into the cache, from the `first` one on, and what tells where that of
    /// the next block is. Says where it seems to be.
    #[inline]
    pub(crate) fn ask_for(&self, hashes: &[u64], first: usize, guesses: &mut [Guess; BLOCK]) {
        let mut blocks = hashes[first..].chunks(BLOCK);
        let [block, next] = [(); 2].map(|()| blocks.next().unwrap_or_default());
        if first == 0 {
            self.numbers.ask_for(block);
        }
        self.numbers.ask_for(next);
        for (guess, hash) in guesses.iter_mut().zip(block) {
            // The first number with such a hash is most often that of the key; to make sure would mean to wait.
            let slot = self.numbers.find(*hash, |_| true);
            slot.into_iter().for_each(|slot| self.ask_for_slot(slot));
            *guess = slot.map_or(Guess::NONE, Guess);
        }
    }

    /// As [`find_or_insert`](Self::find_or_insert), for a key whose slot has been guessed: whatever has happened since, it
    /// is where the key is.
    #[inline]
    pub(crate) fn find_guessed_or_insert(&mut self, guess: Guess, hash: u64, key: K) -> u32 {
        let guessed = self.entries.get(guess.0).and_then(Option::as_ref);
        if guessed.is_some_and(|entry| entry.key == key) { guess.0 } else { self.find_or_insert(hash, key) }
    }

    /// The slot of a key, if it has state.
    #[inline]
    pub(crate) fn find(&self, hash: u64, key: &K) -> Option<u32> {
        let entries = &self.entries;
        self.numbers.find(hash, |slot| entry(entries, slot).is_some_and(|e| e.hash == hash && e.key == *key))
    }

    /// The slot of a key, which gets an empty state if it has none.
    #[inline]
    pub(crate) fn find_or_insert(&mut self, hash: u64, key: K) -> u32 {
        match self.find(hash, &key) {
            Some(slot) => slot,
            None => self.insert(hash, key),
        }
    }

    fn insert(&mut self, hash: u64, key: K) -> u32 {
        let new = Some(Entry { hash, key, state: S::default() });
        let slot = if let Some(slot) = self.free.pop() {
            *self.entries.get_mut(slot).expect("a free slot has a place") = new;
            slot
        } else {
            let slots = self.entries.push(new);
            u32::try_from(slots - 1).expect("a worker has fewer than four thousand million keys")
        };
        self.numbers.insert(hash, slot);
        slot
    }

    /// The state of a slot; nothing if the slot is free, or was given back with all others.
    #[inline]
    pub(crate) fn get(&self, slot: u32) -> Option<&S> {
        self.entries.get(slot)?.as_ref().map(|entry| &entry.state)
    }

    /// As [`get`](Self::get), with its key.
    #[inline]
    pub(crate) fn get_mut(&mut self, slot: u32) -> Option<(&K, &mut S)> {
        self.entries.get_mut(slot)?.as_mut().map(|entry| (&entry.key, &mut entry.state))
    }

    /// What is kept where a key seems to be.
    #[inline]
    pub(crate) fn get_guessed_mut(&mut self, guess: Guess) -> Option<&mut S> {
        self.get_mut(guess.0).map(|(_, state)| state)
    }

    /// All slots, among them free ones.
    pub(crate) fn all(&self) -> std::ops::Range<u32> {
        0..self.entries.len() as u32
    }

    /// Forgets a key.
    pub(crate) fn remove(&mut self, slot: u32) {
        let Some(entry) = self.entries.get_mut(slot).and_then(Option::take) else { return };
        self.numbers.remove(entry.hash, slot);
        self.free.push(slot);
        self.shrink_if_empty();
    }

    /// Memory of a burst of keys is given back when the last of them is gone.
    fn shrink_if_empty(&mut self) {
        if self.numbers.is_empty() {
            *self = Self::new();
        }
    }
}

fn entry<K, S>(entries: &Entries<Option<Entry<K, S>>>, slot: u32) -> Option<&Entry<K, S>> {
    entries.get(slot)?.as_ref()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::hash::hash_key;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    #[test]
    fn a_slot_that_has_been_forgotten_has_nothing() {
        let mut slots = Slots::<u8, u64>::new();
        let slot = slots.find_or_insert(1, 1);
        slots.remove(slot);
        assert!(slots.get_mut(slot).is_none());
        slots.remove(slot);
        assert_eq!(slots.len(), 0);
    }

    proptest! {
        #[test]
        fn slots_are_a_map(
            operations in prop::collection::vec((0u16..40, any::<bool>(), 0u16..40), 0..300),
            collide: bool,
        ) {
            let (mut slots, mut model) = (Slots::<u16, u64>::new(), BTreeMap::<u16, u64>::new());
            let hash_of = |key: &u16| if collide { u64::from(*key % 3) << 32 } else { hash_key(key) };
            // Right or wrong, and made before the last change.
            let mut guess = [Guess::NONE; BLOCK];
            for (key, add, asked) in operations {
                let hash = hash_of(&key);
                let slot = slots.find_guessed_or_insert(guess[0], hash, key);
                slots.ask_for(&[hash_of(&asked)], 0, &mut guess);
                let (found, state) = slots.get_mut(slot).unwrap();
                prop_assert_eq!(*found, key);
                prop_assert_eq!(*state, model.get(&key).copied().unwrap_or_default());
                if add {
                    *state += 1;
                    *model.entry(key).or_default() += 1;
                } else {
                    slots.remove(slot);
                    model.remove(&key);
                }
                prop_assert_eq!(slots.len(), model.len());
                // Whoever has kept a number may ask for it, and for one beyond the end.
                let kept = (0..50).filter_map(|slot| slots.get_mut(slot).map(|(key, state)| (*key, *state)));
                prop_assert_eq!(kept.collect::<BTreeMap<_, _>>(), model.clone());
            }
        }
    }
}
