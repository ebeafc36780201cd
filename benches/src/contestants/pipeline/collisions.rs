//! A table of road accidents.

use std::io::Cursor;
use std::path::Path;

use ::beamline::prelude::*;
use csv::{ByteRecord, Reader, ReaderBuilder};
use serde::{Deserialize, Serialize};

use super::run::{Options, run};
use beamline_bench_data::accidents::{Row, digest};
use beamline_bench_data::collisions::HEADER;

#[derive(Clone, Serialize, Deserialize)]
struct Accident {
    borough: SmallString,
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
        let mut rows = Rows::new();
        p.read(text::read(file).skip_header().parse(move |line| rows.accident(line)))
            .map(|accident| ((accident.borough, accident.month), (accident.injured, accident.killed)))
            .combine_per_key((Count, Sum.of(|people: &(u64, u64)| people.0), Sum.of(|people: &(u64, u64)| people.1)))
            .map(|((borough, month), tally)| digest(&borough, month, tally))
    })
}

/// Reads rows that have been divided into lines. A reader is dear to make, so one serves for all of them.
struct Rows {
    reader: Reader<Cursor<Vec<u8>>>,
    record: ByteRecord,
    columns: usize,
}

impl Rows {
    fn new() -> Self {
        let reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(Cursor::default());
        Self { reader, record: ByteRecord::new(), columns: HEADER.split(',').count() }
    }

    /// The accident of a line.
    fn accident(&mut self, line: &str) -> Result<Accident, BoxError> {
        let row = Row::read(self.divide(line)?)?;
        let (borough, month) = row.group()?;
        let (injured, killed) = (row.injured.into(), row.killed.into());
        Ok(Accident { borough: borough.into(), month, injured, killed })
    }

    /// The fields of a line.
    fn divide(&mut self, line: &str) -> Result<&ByteRecord, BoxError> {
        let text = self.reader.get_mut();
        text.set_position(0);
        text.get_mut().clear();
        text.get_mut().extend_from_slice(line.as_bytes());
        text.get_mut().push(b'\n');
        let is_row = self.reader.read_byte_record(&mut self.record)?;
        // The line has no other end than its own.
        let is_open = self.record.iter().next_back().is_some_and(|field| field.ends_with(b"\n"));
        if !is_row || is_open {
            // The reader has asked for more than the line, and takes no other one.
            self.reader = Self::new().reader;
            return Err("the line is empty, or a quote is not closed".into());
        }
        if self.record.len() > self.columns {
            return Err(format!("there are more than {} columns", self.columns).into());
        }
        Ok(&self.record)
    }
}

/// Each worker has a reader of its own.
impl Clone for Rows {
    fn clone(&self) -> Self {
        Self::new()
    }
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
        let options = Options::threads(2);
        assert_eq!(tally(table.path(), options).unwrap(), expected);
    }

    #[test]
    fn lines_are_divided_as_tables_are() {
        let mut rows = Rows::new().clone();
        for (line, fields) in [("a,b", vec!["a", "b"]), ("\"x, \"\"y\"\"\",,", vec!["x, \"y\"", "", ""])] {
            for _ in 0..2 {
                assert_eq!(rows.divide(line).unwrap(), &ByteRecord::from(fields.clone()));
            }
        }
    }

    #[test]
    fn what_is_no_row_is_refused_and_the_next_one_read() {
        let mut rows = Rows::new();
        for (line, error) in
            [(&*",".repeat(19), "more than 19 columns"), ("\"a", "quote is not closed"), ("", "line is empty")]
        {
            assert!(rows.divide(line).unwrap_err().to_string().contains(error));
            assert_eq!(rows.divide("a,b").unwrap().len(), 2);
        }
    }
}
