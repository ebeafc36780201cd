//! The lines of a text as owned strings, by hand: what reading alone costs.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

const BUFFER: usize = 1 << 20;

/// The length of all lines, and their number in the upper half.
///
/// # Errors
///
/// When the file cannot be read.
pub fn measure(file: &Path) -> io::Result<u64> {
    let lines = BufReader::with_capacity(BUFFER, File::open(file)?).lines();
    lines.map(|line| Ok(measure_line(&line?))).sum()
}

/// What a line adds.
#[must_use]
pub fn measure_line(line: &str) -> u64 {
    (1 << 40) + line.len() as u64
}
