//! The table with slices as keys.

use std::hash::{BuildHasher, Hasher};
use std::io;

use foldhash::fast::FixedState;
use hashbrown::HashTable;

use super::Counts;

/// Each word in an allocation of its own, made when the word comes for the first time.
#[derive(Debug, Default)]
pub struct WordTable {
    slots: HashTable<Slot>,
    hashes: FixedState,
}

#[derive(Debug)]
struct Slot {
    word: Box<[u8]>,
    count: u64,
}

impl Counts for WordTable {
    #[inline]
    fn add(&mut self, word: &[u8], many: u64) {
        let hash = |word: &[u8]| hash(&self.hashes, word);
        self.slots
            .entry(hash(word), |slot| *slot.word == *word, |slot| hash(&slot.word))
            .or_insert_with(|| Slot { word: word.into(), count: 0 })
            .get_mut()
            .count += many;
    }

    fn for_each(&self, mut each: impl FnMut(&[u8], u64) -> io::Result<()>) -> io::Result<()> {
        self.slots.iter().try_for_each(|slot| each(&slot.word, slot.count))
    }
}

/// Without the length, which the `Hash` of a slice puts in front.
#[inline]
fn hash(state: &FixedState, word: &[u8]) -> u64 {
    let mut hasher = state.build_hasher();
    hasher.write(word);
    hasher.finish()
}
