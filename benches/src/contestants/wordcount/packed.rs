//! The table with words packed into integers: no second look into memory to compare a word.

use std::hash::BuildHasher;
use std::io;

use foldhash::fast::FixedState;
use hashbrown::HashTable;

use super::Counts;
use super::table::WordTable;
use beamline_bench_data::packed::{LONGEST, length, pack};

/// Words of up to 16 bytes in the slots of the table itself, longer ones in a [`WordTable`].
#[derive(Debug, Default)]
pub struct PackedTable {
    slots: HashTable<Slot>,
    hashes: FixedState,
    long: WordTable,
}

#[derive(Debug)]
struct Slot {
    word: u128,
    count: u64,
}

impl Counts for PackedTable {
    #[inline]
    fn add(&mut self, word: &[u8], many: u64) {
        if word.len() > LONGEST {
            return self.long.add(word, many);
        }
        let word = pack(word);
        let hash = |word: u128| self.hashes.hash_one(word);
        self.slots
            .entry(hash(word), |slot| slot.word == word, |slot| hash(slot.word))
            .or_insert(Slot { word, count: 0 })
            .get_mut()
            .count += many;
    }

    fn for_each(&self, mut each: impl FnMut(&[u8], u64) -> io::Result<()>) -> io::Result<()> {
        for slot in &self.slots {
            each(&slot.word.to_le_bytes()[..length(slot.word)], slot.count)?;
        }
        self.long.for_each(each)
    }
}
