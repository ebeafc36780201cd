//! A table of road accidents by hand: how many there were in each borough and month, and how many people were hurt.

use std::path::Path;

use csv::{ByteRecord, ReaderBuilder};
use serde::Deserialize;

use super::groups::Groups;
use ::beamline::BoxError;
use beamline_bench_data::digest::Digest;
use beamline_bench_data::rng::mix;

const BUFFER: usize = 1 << 20;

/// A row, typed.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Row<'a> {
    /// `02/29/2016`.
    pub date: &'a str,
    /// `7:05`.
    pub time: &'a str,
    /// Empty where it is not known.
    pub borough: &'a str,
    /// The postal code.
    pub zip: Option<u32>,
    /// In degrees.
    pub latitude: f64,
    /// In degrees.
    pub longitude: f64,
    /// Both once more.
    pub location: &'a str,
    /// Where.
    pub street: &'a str,
    /// And where there.
    pub cross_street: &'a str,
    /// How many people were injured.
    pub injured: u32,
    /// How many people were killed.
    pub killed: u32,
    /// Of those who walked.
    pub pedestrians_injured: u32,
    /// Of those who walked.
    pub pedestrians_killed: u32,
    /// Of those who rode a bicycle.
    pub cyclists_injured: u32,
    /// Of those who rode a bicycle.
    pub cyclists_killed: u32,
    /// Of those who drove.
    pub motorists_injured: u32,
    /// Of those who drove.
    pub motorists_killed: u32,
    /// Why.
    pub factors: &'a str,
    /// Who met.
    pub vehicles: &'a str,
}

impl<'a> Row<'a> {
    /// The row of a record.
    ///
    /// # Errors
    ///
    /// When a column is missing or not of its type.
    pub fn read(record: &'a ByteRecord) -> csv::Result<Self> {
        record.deserialize(None)
    }

    /// The borough and the month, as `2016-02` without the line: months in a row.
    ///
    /// # Errors
    ///
    /// When the date is none.
    pub fn group(&self) -> Result<(&'a str, i64), BoxError> {
        let wrong = || format!("{} is no date", self.date);
        let (month, rest) = self.date.split_once('/').ok_or_else(wrong)?;
        let (_, year) = rest.split_once('/').ok_or_else(wrong)?;
        Ok((self.borough, year.parse::<i64>()? * 12 + month.parse::<i64>()? - 1))
    }
}

/// How many accidents, how many people injured, and how many killed.
pub type Tally = (u64, u64, u64);

/// Counts accidents and people of each borough and month.
///
/// # Errors
///
/// When the file cannot be read, or a row is not what it should be.
pub fn tally(file: &Path) -> Result<u64, BoxError> {
    let mut reader = ReaderBuilder::new().buffer_capacity(BUFFER).from_path(file)?;
    let mut tallies = Groups::<Tally>::new();
    let mut record = ByteRecord::new();
    while reader.read_byte_record(&mut record)? {
        let row = Row::read(&record)?;
        let (borough, month) = row.group()?;
        let (accidents, injured, killed) = tallies.of(borough, month);
        *accidents += 1;
        *injured += u64::from(row.injured);
        *killed += u64::from(row.killed);
    }
    Ok(tallies.iter().fold(0, |sum: u64, (borough, month, tally)| sum.wrapping_add(digest(borough, month, *tally))))
}

/// What a borough and month adds to the checksum.
pub fn digest(borough: &str, month: i64, (accidents, injured, killed): Tally) -> u64 {
    mix(Digest::of(borough.as_bytes()) ^ mix(month as u64 ^ accidents << 40 ^ injured << 20 ^ killed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_typed() {
        let text = "02/29/2016,7:05,,,40.5,-73.25,\"(40.5, -73.25)\",BROADWAY,3 AVENUE,2,1,1,0,0,0,1,1,Why,Taxi; Bus\n";
        let mut reader = ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
        let mut record = ByteRecord::new();
        assert!(reader.read_byte_record(&mut record).unwrap());
        let row = Row::read(&record).unwrap();
        assert_eq!((row.zip, row.location, row.killed), (None, "(40.5, -73.25)", 1));
        assert_eq!(row.group().unwrap(), ("", 2016 * 12 + 1));
        assert!(Row { date: "2016", ..row }.group().is_err());
    }
}
