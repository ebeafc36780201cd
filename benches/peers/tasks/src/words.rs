//! Words and how often they came.

use std::fs::File;
use std::hash::{Hash, Hasher};
use std::io::{self, BufWriter, Error, ErrorKind, Write};
use std::path::Path;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use beamline_bench_data::packed::{LONGEST, length, pack};
use beamline_bench_data::words::for_each_word;

/// A table of words in UTF-8 and how often they came.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct WordCounts(HashMap<Word, u64, FixedState>);

/// A word in UTF-8. Those of up to 16 bytes are numbers in the slots of the table.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub enum Word {
    /// The two halves of the packed word.
    Short(u64, u64),
    /// A longer one.
    Long(Box<[u8]>),
}

impl From<&[u8]> for Word {
    #[inline]
    fn from(word: &[u8]) -> Self {
        if word.len() > LONGEST {
            return Self::Long(word.into());
        }
        let packed = pack(word);
        Self::Short(packed as u64, (packed >> 64) as u64)
    }
}

impl Word {
    /// Calls `then` with the bytes of the word.
    pub fn with_bytes<R>(&self, then: impl FnOnce(&[u8]) -> R) -> R {
        match self {
            Self::Short(..) => then(&self.packed().to_le_bytes()[..length(self.packed())]),
            Self::Long(word) => then(word),
        }
    }

    /// A short word as one number, 0 for a long one.
    #[inline]
    fn packed(&self) -> u128 {
        match self {
            Self::Short(first, second) => u128::from(*first) | u128::from(*second) << 64,
            Self::Long(_) => 0,
        }
    }
}

impl PartialEq for Word {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Long(word), Self::Long(other)) => word == other,
            _ => self.packed() == other.packed(),
        }
    }
}

impl Eq for Word {}

impl Hash for Word {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Self::Short(..) => state.write_u128(self.packed()),
            Self::Long(word) => word.hash(state),
        }
    }
}

impl WordCounts {
    /// Counts the words of a text.
    ///
    /// # Errors
    ///
    /// When the text is not UTF-8.
    #[inline]
    pub fn add_text(&mut self, text: &[u8]) -> io::Result<()> {
        for_each_word(text, |word| self.add(word.into(), 1)).map_err(|error| Error::new(ErrorKind::InvalidData, error))
    }

    /// Counts a word so many times more.
    #[inline]
    pub fn add(&mut self, word: Word, many: u64) {
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
        let bytes = |word: &Word| word.with_bytes(<[u8]>::to_vec);
        write_lines(path, self.0.iter().map(|(word, count)| (bytes(word), *count)))
    }
}

impl IntoIterator for WordCounts {
    type Item = (Word, u64);
    type IntoIter = hashbrown::hash_map::IntoIter<Word, u64>;

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
