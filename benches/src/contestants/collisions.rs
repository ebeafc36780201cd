//! A table of road accidents by hand: how many there were in each borough and month, and how many people were hurt.

use std::path::Path;

use csv::{ByteRecord, ReaderBuilder};

use ::beamline::BoxError;
use beamline_bench_data::accidents::{count, digest};
use beamline_bench_data::groups::Groups;

const BUFFER: usize = 1 << 20;

/// Counts accidents and people of each borough and month.
///
/// # Errors
///
/// When the file cannot be read, or a row is not what it should be.
pub fn tally(file: &Path) -> Result<u64, BoxError> {
    let mut reader = ReaderBuilder::new().buffer_capacity(BUFFER).from_path(file)?;
    let mut tallies = Groups::default();
    let mut record = ByteRecord::new();
    while reader.read_byte_record(&mut record)? {
        count(&mut tallies, &record)?;
    }
    Ok(tallies.iter().fold(0, |sum: u64, (group, tally)| sum.wrapping_add(digest(&group.name, group.number, *tally))))
}
