//! The table with words packed into integers: no second look into memory to compare a word.

use std::hash::BuildHasher;
use std::io;

use foldhash::fast::FixedState;
use hashbrown::HashTable;

use super::Counts;
use super::table::WordTable;

const LONGEST: usize = 16;

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

/// The word and zeros behind it, from two reads that overlap. No letter has a zero byte, so the length needs no place.
#[inline]
fn pack(word: &[u8]) -> u128 {
    let at = |index: usize| u128::from(word[index]) << (8 * index);
    match (word.first_chunk(), word.last_chunk(), word.first_chunk(), word.last_chunk()) {
        (Some(first), Some(last), ..) => {
            u128::from(u64::from_le_bytes(*first)) | u128::from(u64::from_le_bytes(*last)) << (8 * (word.len() - 8))
        }
        (.., Some(first), Some(last)) => {
            u128::from(u32::from_le_bytes(*first)) | u128::from(u32::from_le_bytes(*last)) << (8 * (word.len() - 4))
        }
        _ if word.is_empty() => 0,
        _ => at(0) | at(word.len() / 2) | at(word.len() - 1),
    }
}

const fn length(word: u128) -> usize {
    LONGEST - word.leading_zeros() as usize / 8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packs_every_length() {
        let letters = b"abcdefghijklmnop";
        for size in 0..=LONGEST {
            let packed = pack(&letters[..size]);
            assert_eq!(length(packed), size);
            assert_eq!(&packed.to_le_bytes()[..size], &letters[..size]);
        }
    }
}
