//! A table of road accidents.

use std::path::Path;

use ::beamline::prelude::*;
use csv::ByteRecord;
use csv_core::ReadRecordResult;
use serde::{Deserialize, Serialize};

use super::run::{Options, run};
use beamline_bench_data::accidents::{Row, digest};
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
        let mut rows = Rows::new();
        p.read(text::read(file).skip_header().parse(move |line| rows.accident(line)))
            .map(|accident| ((accident.borough, accident.month), (accident.injured, accident.killed)))
            .combine_per_key((Count, Sum.of(|people: &(u64, u64)| people.0), Sum.of(|people: &(u64, u64)| people.1)))
            .map(|((borough, month), tally)| digest(&borough, month, tally))
    })
}

/// Reads rows that have been divided into lines. A parser is dear to make, so one serves for all of them.
struct Rows {
    parser: csv_core::Reader,
    text: Vec<u8>,
    ends: Vec<usize>,
    record: ByteRecord,
}

impl Rows {
    fn new() -> Self {
        let ends = vec![0; HEADER.split(',').count()];
        Self { parser: csv_core::Reader::new(), text: Vec::new(), ends, record: ByteRecord::new() }
    }

    /// The accident of a line.
    fn accident(&mut self, line: &str) -> Result<Accident, BoxError> {
        let row = Row::read(self.divide(line)?)?;
        let (borough, month) = row.group()?;
        let (injured, killed) = (row.injured.into(), row.killed.into());
        Ok(Accident { borough: borough.to_owned(), month, injured, killed })
    }

    /// The fields of a line.
    fn divide(&mut self, line: &str) -> Result<&ByteRecord, BoxError> {
        self.text.resize(line.len(), 0);
        let (_, _, length, count) = self.parser.read_record(line.as_bytes(), &mut self.text, &mut self.ends);
        let end = self.parser.read_record(b"\n", &mut self.text[length..], &mut self.ends[count..]);
        let (ReadRecordResult::Record, _, _, last) = end else {
            self.parser.reset();
            return Err(format!("there are more than {} columns, or a quote is not closed", self.ends.len()).into());
        };
        self.record.clear();
        let mut start = 0;
        for end in &self.ends[..count + last] {
            self.record.push_field(&self.text[start..*end]);
            start = *end;
        }
        Ok(&self.record)
    }
}

/// Each worker makes a parser of its own: the clone of a `csv_core::Reader` does not divide as the original does.
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
        for line in [&",".repeat(19), "\"a"] {
            assert!(rows.divide(line).unwrap_err().to_string().contains("more than 19 columns"));
            assert_eq!(rows.divide("a,b").unwrap().len(), 2);
        }
    }
}
