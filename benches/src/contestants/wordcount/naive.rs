//! The word count as a newcomer writes it.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use beamline_bench_data::words::words;

/// Counts the words of a file into another: the whole text in memory, an owned string for every word that comes.
///
/// # Errors
///
/// When a file cannot be read or written, or the input is not UTF-8.
pub fn run(input: &Path, output: &Path) -> io::Result<()> {
    let text = fs::read_to_string(input)?;
    let mut counts: HashMap<String, u64> = HashMap::new();
    for line in text.lines() {
        for word in words(line) {
            *counts.entry(word.to_string()).or_insert(0) += 1;
        }
    }
    let mut out = BufWriter::new(File::create(output)?);
    for (word, count) in &counts {
        writeln!(out, "{word}: {count}")?;
    }
    out.flush()
}
