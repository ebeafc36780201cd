//! The table of the hand-written word counts.

use std::fs::File;
use std::hash::{BuildHasher, Hasher};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

/// Words and how often they came. A word is allocated when it comes for the first time and never again.
#[derive(Debug, Default)]
pub struct WordTable {
    counts: HashTable<Count>,
    hashes: FixedState,
}

#[derive(Debug)]
struct Count {
    word: Box<[u8]>,
    count: u64,
}

impl WordTable {
    /// Counts `word` once more.
    #[inline]
    pub fn add(&mut self, word: &[u8]) {
        self.add_many(word, 1);
    }

    /// Takes in all that `other` counted.
    pub fn merge(&mut self, other: Self) {
        for Count { word, count } in other.counts {
            self.add_many(&word, count);
        }
    }

    /// How many distinct words there are.
    pub fn len(&self) -> usize {
        self.counts.len()
    }

    /// Whether no word has been counted.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// Writes a line `word: count` for every word, in no order.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        let mut out = BufWriter::with_capacity(1 << 20, File::create(path)?);
        for Count { word, count } in &self.counts {
            out.write_all(word)?;
            writeln!(out, ": {count}")?;
        }
        out.flush()
    }

    #[inline]
    fn add_many(&mut self, word: &[u8], many: u64) {
        let hash = hash(&self.hashes, word);
        match self.counts.entry(hash, |count| *count.word == *word, |count| hash_of(&count.word)) {
            Entry::Occupied(mut entry) => entry.get_mut().count += many,
            Entry::Vacant(entry) => drop(entry.insert(Count { word: word.into(), count: many })),
        }
    }
}

#[inline]
fn hash(hashes: &FixedState, word: &[u8]) -> u64 {
    let mut hasher = hashes.build_hasher();
    hasher.write(word);
    hasher.finish()
}
fn hash_of(word: &[u8]) -> u64 {
    hash(&FixedState::default(), word)
}
