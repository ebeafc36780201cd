//! Words and how often they came.

use std::fs::File;
use std::io::{self, BufWriter, Error, ErrorKind, Write};
use std::path::Path;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use beamline_bench_data::words::for_each_word;

/// A table of words in UTF-8 and how often they came.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct WordCounts(HashMap<Box<[u8]>, u64, FixedState>);

impl WordCounts {
    /// Counts the words of a text. Only words that are new to the table are copied.
    ///
    /// # Errors
    ///
    /// When the text is not UTF-8.
    pub fn add_text(&mut self, text: &[u8]) -> io::Result<()> {
        for_each_word(text, |word| match self.0.get_mut(word) {
            Some(count) => *count += 1,
            None => drop(self.0.insert(word.into(), 1)),
        })
        .map_err(|error| Error::new(ErrorKind::InvalidData, error))
    }

    /// Counts a word so many times more.
    pub fn add(&mut self, word: Box<[u8]>, many: u64) {
        *self.0.entry(word).or_insert(0) += many;
    }

    /// Takes over the counts of another table.
    pub fn merge(&mut self, other: Self) {
        other.into_iter().for_each(|(word, many)| self.add(word, many));
    }

    /// Writes a line `word: count` for every word.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        write_lines(path, self.0.iter().map(|(word, count)| (word, *count)))
    }
}

impl IntoIterator for WordCounts {
    type Item = (Box<[u8]>, u64);
    type IntoIter = hashbrown::hash_map::IntoIter<Box<[u8]>, u64>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// Writes a line `word: count` for every word.
///
/// # Errors
///
/// When the file cannot be written.
pub fn write_lines<W: AsRef<[u8]>>(path: &Path, counts: impl Iterator<Item = (W, u64)>) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path)?);
    for (word, count) in counts {
        out.write_all(word.as_ref())?;
        writeln!(out, ": {count}")?;
    }
    out.flush()
}
