//! Accidents of a table as CSV.

use std::error::Error;

use csv::{ByteRecord, ReaderBuilder};

use beamline_bench_data::accidents::{self, Tally};
use beamline_bench_data::collisions::HEADER;
use beamline_bench_data::groups::{Group, Groups};

use super::Records;

/// Accidents by borough and month.
#[derive(Clone, Copy, Debug)]
pub struct Accidents;

impl Records for Accidents {
    type Tally = Tally;

    /// No row has a line end in quotes.
    fn count(groups: &mut Groups<Tally>, lines: &[u8]) -> Result<(), Box<dyn Error + Send + Sync>> {
        let is_first = lines.starts_with(HEADER.as_bytes());
        let mut rows = ReaderBuilder::new().has_headers(is_first).from_reader(lines);
        let mut record = ByteRecord::new();
        while rows.read_byte_record(&mut record)? {
            accidents::count(groups, &record)?;
        }
        Ok(())
    }

    fn add((accidents, injured, killed): &mut Tally, other: Tally) {
        *accidents += other.0;
        *injured += other.1;
        *killed += other.2;
    }

    fn digest(group: &Group, tally: &Tally) -> u64 {
        accidents::digest(&group.name, group.number, *tally)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_with_and_without_the_header_add_up() {
        let row = "02/29/2016,7:05,BRONX,,40.5,-73.25,\"(40.5, -73.25)\",BROADWAY,3 AVENUE,2,1,1,0,0,0,1,1,Why,Taxi\n";
        let mut groups = Groups::default();
        Accidents::count(&mut groups, format!("{HEADER}\n{row}").as_bytes()).unwrap();
        Accidents::count(&mut groups, row.as_bytes()).unwrap();
        let all: Vec<_> = groups.into_iter().map(|(group, tally)| (group.name, tally)).collect();
        assert_eq!(all, [("BRONX".into(), (2, 4, 2))]);
    }
}
