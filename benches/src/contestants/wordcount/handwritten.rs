//! The word count as one writes it by hand for speed: large reads, words as slices of the buffer, one look per byte, a good
//! hash and table, and no allocation but for a new word.

use std::fs;
use std::io::{self, Error, ErrorKind};
use std::ops::Range;
use std::path::Path;
use std::thread;

use super::Counts;
use super::chunks::{for_each_chunk, line_border};
use beamline_bench_data::words::for_each_word;

/// Counts the words of a file into another, on this thread.
///
/// # Errors
///
/// When a file cannot be read or written, or the input is not UTF-8.
pub fn run<C: Counts>(input: &Path, output: &Path) -> io::Result<()> {
    count::<C>(input, 0..fs::metadata(input)?.len())?.write(output)
}

/// The same on two threads: each counts half of the lines, and one takes over the counts of the other.
///
/// # Errors
///
/// As [`run`].
///
/// # Panics
///
/// When the other thread does.
pub fn run_on_two_threads<C: Counts>(input: &Path, output: &Path) -> io::Result<()> {
    let size = fs::metadata(input)?.len();
    let middle = line_border(input, size / 2)?;
    let (first, second) = thread::scope(|scope| {
        let first = scope.spawn(|| count::<C>(input, 0..middle));
        let second = count::<C>(input, middle..size);
        (first.join().expect("the other thread counts"), second)
    });
    let mut counts = first?;
    second?.for_each(|word, count| {
        counts.add(word, count);
        Ok(())
    })?;
    counts.write(output)
}

fn count<C: Counts>(path: &Path, range: Range<u64>) -> io::Result<C> {
    let mut counts = C::default();
    for_each_chunk(path, range, |chunk| {
        for_each_word(chunk, |word| counts.add(word, 1)).map_err(|error| Error::new(ErrorKind::InvalidData, error))
    })?;
    Ok(counts)
}
