//! The generated text: words by Zipf's law, in lines of about 70 bytes.

use std::io::{self, Write};

use crate::alias::AliasTable;
use crate::digest::Digest;
use crate::rng::SplitMix64;
use crate::vocabulary::Vocabulary;

const BLOCK: usize = 1 << 20;
const SHORTEST_LINE: usize = 58;
const LINE_CHOICES: u64 = 18;

/// What was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// The size in bytes.
    pub bytes: u64,
    /// The checksum of the whole text.
    pub checksum: u64,
}

/// An endless text, taken line by line.
#[derive(Debug)]
pub struct Text {
    words: Vocabulary,
    ranks: AliasTable,
    random: SplitMix64,
    /// Whether every second word is the first of the vocabulary.
    is_hot: bool,
}

impl Text {
    /// The text over `words` distinct words that belongs to `seed`.
    pub fn new(words: usize, seed: u64) -> Self {
        let random = SplitMix64::new(!seed);
        Self { words: Vocabulary::new(words, seed), ranks: AliasTable::zipf(words), random, is_hot: false }
    }

    /// The same with one word, the most frequent, put between any two others: it is half of the text.
    pub fn with_hot_word(words: usize, seed: u64) -> Self {
        Self { is_hot: true, ..Self::new(words, seed) }
    }

    /// Writes whole lines until there are at least `size` bytes.
    ///
    /// # Errors
    ///
    /// When `out` cannot be written.
    pub fn write(&mut self, size: u64, out: &mut impl Write) -> io::Result<Written> {
        write_blocks(size, out, |block| self.line(block))
    }

    fn line(&mut self, out: &mut Vec<u8>) {
        let end = out.len() + SHORTEST_LINE + self.random.below(LINE_CHOICES) as usize;
        loop {
            out.extend_from_slice(self.words.word(self.ranks.pick(self.random.next())));
            if out.len() >= end {
                break;
            }
            separate(self.random.next(), out);
            if self.is_hot {
                out.extend_from_slice(self.words.word(0));
                out.push(b' ');
            }
        }
        out.push(b'\n');
    }
}

/// Writes whole lines until there are at least `size` bytes, in large blocks. `line` appends one.
pub(crate) fn write_blocks(size: u64, out: &mut impl Write, mut line: impl FnMut(&mut Vec<u8>)) -> io::Result<Written> {
    let mut block = Vec::with_capacity(BLOCK + 1024);
    let mut digest = Digest::default();
    let mut bytes = 0;
    while bytes < size {
        let enough = BLOCK.min((size - bytes) as usize);
        block.clear();
        while block.len() < enough {
            line(&mut block);
        }
        digest.update(&block);
        out.write_all(&block)?;
        bytes += block.len() as u64;
    }
    Ok(Written { bytes, checksum: digest.finish() })
}

/// Mostly a space; sometimes punctuation, a digit glued to the word, or a number.
fn separate(random: u64, out: &mut Vec<u8>) {
    let separator: &[u8] = match random % 128 {
        0..=5 => b", ",
        6..=9 => b". ",
        10 => b"; ",
        11 => b"-",
        12 => b"'",
        13 => b"2 ",
        14 => return number(random >> 48, out),
        _ => b" ",
    };
    out.extend_from_slice(separator);
}

fn number(number: u64, out: &mut Vec<u8>) {
    out.extend_from_slice(format!(" {number} ").as_bytes());
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::words::words;

    fn text(size: u64) -> (String, Written) {
        let mut bytes = Vec::new();
        let written = Text::new(20_000, 42).write(size, &mut bytes).unwrap();
        (String::from_utf8(bytes).unwrap(), written)
    }

    #[test]
    fn is_the_same_forever() {
        let (text, written) = text(3_000_000);
        assert_eq!(text.len() as u64, written.bytes);
        assert_eq!(written, Written { bytes: 3_000_028, checksum: 5_393_500_714_023_782_896 });
    }

    #[test]
    fn lines_are_of_60_to_80_bytes() {
        let (text, _) = text(1_000_000);
        let lengths: Vec<usize> = text.lines().map(str::len).collect();
        let mean = lengths.iter().sum::<usize>() as f64 / lengths.len() as f64;
        assert!((60.0..80.0).contains(&mean), "{mean}");
        assert!(lengths.iter().all(|length| (58..=100).contains(length)));
    }

    #[test]
    fn words_follow_zipf_and_one_percent_leaves_ascii() {
        let (text, _) = text(4_000_000);
        let mut counts: HashMap<&str, u32> = HashMap::new();
        words(&text).for_each(|word| *counts.entry(word).or_default() += 1);
        let total: u32 = counts.values().sum();
        let wide: u32 = counts.iter().filter(|(word, _)| !word.is_ascii()).map(|(_, count)| count).sum();
        assert!((0.008..0.012).contains(&(f64::from(wide) / f64::from(total))), "{wide} of {total}");
        let mut counts: Vec<u32> = counts.into_values().collect();
        counts.sort_unstable_by(|left, right| right.cmp(left));
        for rank in [2_u32, 10, 100] {
            let ratio = f64::from(counts[0]) / f64::from(counts[rank as usize - 1]) / f64::from(rank);
            assert!((0.9..1.1).contains(&ratio), "rank {rank}: {ratio}");
        }
    }
}
