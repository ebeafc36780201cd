//! A table of road accidents.

use std::path::Path;

use ::beamline::prelude::*;
use csv::ReaderBuilder;
use serde::{Deserialize, Serialize};

use super::run::{Options, run};
use crate::contestants::collisions::{Row, digest};
use beamline_bench_data::collisions::HEADER;

#[derive(Clone, Serialize, Deserialize)]
struct Accident {
    borough: String,
    month: i64,
    injured: u64,
    killed: u64,
}

/// Counts accidents and people of each borough and month.
///
/// # Errors
///
/// Those of the pipeline.
pub fn tally(file: &Path, options: Options) -> Result<u64, BoxError> {
    run(options, |p| {
        let rows = p.read(text::read(file)).filter(|line| line != HEADER);
        rows.try_map(|line| parse(line))
            .ok
            .map(|accident| ((accident.borough, accident.month), (accident.injured, accident.killed)))
            .combine_per_key((Count, Sum.of(|people: &(u64, u64)| people.0), Sum.of(|people: &(u64, u64)| people.1)))
            .map(|((borough, month), tally)| digest(&borough, month, tally))
    })
}

/// A line is a table of one row.
fn parse(line: &str) -> Result<Accident, BoxError> {
    let table = ReaderBuilder::new().has_headers(false).buffer_capacity(line.len()).from_reader(line.as_bytes());
    let record = table.into_byte_records().next().ok_or("the row is empty")??;
    let row = Row::read(&record)?;
    let (borough, month) = row.group()?;
    Ok(Accident { borough: borough.to_owned(), month, injured: row.injured.into(), killed: row.killed.into() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contestants::collisions;
    use beamline_bench_data::dataset::{Dataset, Kind};

    #[test]
    fn the_pipeline_agrees_with_the_loop() {
        let folder = tempfile::tempdir().unwrap();
        let table = Dataset::new(folder.path(), Kind::Collisions, 2);
        table.prepare().unwrap();
        let expected = collisions::tally(table.path()).unwrap();
        let options = Options { threads: 2, memory: None };
        assert_eq!(tally(table.path(), options).unwrap(), expected);
        assert!(parse("").is_err());
    }
}
