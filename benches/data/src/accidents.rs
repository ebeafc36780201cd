//! The rows of a table of road accidents: their types, and how many there were in each borough and month.

use std::error::Error;

use csv::ByteRecord;
use serde::Deserialize;

use crate::digest::Digest;
use crate::groups::Groups;
use crate::rng::mix;

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
    pub fn group(&self) -> Result<(&'a str, i64), Box<dyn Error + Send + Sync>> {
        let wrong = || format!("{} is no date", self.date);
        let (month, rest) = self.date.split_once('/').ok_or_else(wrong)?;
        let (_, year) = rest.split_once('/').ok_or_else(wrong)?;
        Ok((self.borough, year.parse::<i64>()? * 12 + month.parse::<i64>()? - 1))
    }
}

/// How many accidents, how many people injured, and how many killed.
pub type Tally = (u64, u64, u64);

/// Counts the accident of a record by borough and month.
///
/// # Errors
///
/// When it is not what a row should be.
pub fn count(tallies: &mut Groups<Tally>, record: &ByteRecord) -> Result<(), Box<dyn Error + Send + Sync>> {
    let row = Row::read(record)?;
    let (borough, month) = row.group()?;
    let (accidents, injured, killed) = tallies.of(borough, month);
    *accidents += 1;
    *injured += u64::from(row.injured);
    *killed += u64::from(row.killed);
    Ok(())
}

/// What a borough and month adds to the checksum.
pub fn digest(borough: &str, month: i64, (accidents, injured, killed): Tally) -> u64 {
    mix(Digest::of(borough.as_bytes()) ^ mix(month as u64 ^ accidents << 40 ^ injured << 20 ^ killed))
}

#[cfg(test)]
mod tests {
    use csv::ReaderBuilder;

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
