//! The slow requests of a web server's log by hand: how many there were of each page in each minute.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use ::beamline::BoxError;
use beamline_bench_data::groups::Groups;
use beamline_bench_data::requests::{count, digest};

const BUFFER: usize = 1 << 20;

/// Counts the slow requests of each page in each minute.
///
/// # Errors
///
/// When the file cannot be read, or a line is not one of such a log.
pub fn count_slow(file: &Path) -> Result<u64, BoxError> {
    let mut reader = BufReader::with_capacity(BUFFER, File::open(file)?);
    let mut counts = Groups::default();
    let mut line = String::new();
    while next_line(&mut reader, &mut line)? {
        count(&mut counts, &line)?;
    }
    Ok(counts.iter().fold(0, |sum: u64, (group, count)| sum.wrapping_add(digest(&group.name, *count))))
}

/// One line into a buffer that is used again.
fn next_line(reader: &mut impl BufRead, line: &mut String) -> io::Result<bool> {
    line.clear();
    let read = reader.read_line(line)?;
    line.truncate(line.trim_end_matches(['\r', '\n']).len());
    Ok(read > 0)
}
