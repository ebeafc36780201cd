//! A table of road accidents as CSV, made up: 19 columns, about 200 bytes in a row, some of them quoted or empty.

use std::io::Write;

use crate::rng::SplitMix64;

const BOROUGHS: [&str; 5] = ["BRONX", "BROOKLYN", "MANHATTAN", "QUEENS", "STATEN ISLAND"];
const STREETS: [&str; 8] = [
    "ATLANTIC AVENUE",
    "BROADWAY",
    "3 AVENUE",
    "NORTHERN BOULEVARD",
    "LINDEN BOULEVARD",
    "FLATBUSH AVENUE",
    "QUEENS BOULEVARD",
    "WEST 57 STREET",
];
const FACTORS: [&str; 12] = [
    "Driver Inattention/Distraction",
    "Failure to Yield Right-of-Way",
    "Following Too Closely",
    "Backing Unsafely",
    "Fatigued/Drowsy",
    "Turning Improperly",
    "Passing or Lane Usage Improper",
    "Traffic Control Disregarded",
    "Pavement Slippery",
    "Unsafe Lane Changing",
    "Alcohol Involvement",
    "Unspecified",
];
const VEHICLES: [&str; 6] =
    ["Sedan", "Station Wagon/Sport Utility Vehicle", "Taxi", "Pick-up Truck", "Box Truck", "Bus"];

/// The names of the columns.
pub const HEADER: &str = "date,time,borough,zip,latitude,longitude,location,street,cross_street,injured,killed,\
    pedestrians_injured,pedestrians_killed,cyclists_injured,cyclists_killed,motorists_injured,motorists_killed,factors,vehicles";

/// An endless table, taken row by row.
#[derive(Debug)]
pub struct Collisions {
    random: SplitMix64,
}

impl Collisions {
    /// The table that belongs to `seed`.
    pub const fn new(seed: u64) -> Self {
        Self { random: SplitMix64::new(seed) }
    }

    /// Appends a row with its line end.
    pub fn row(&mut self, out: &mut Vec<u8>) {
        self.place_and_time(out);
        self.people(out);
        let (factor, other_factor) = (self.pick(&FACTORS), self.pick(&FACTORS));
        let (vehicle, other_vehicle) = (self.pick(&VEHICLES), self.pick(&VEHICLES));
        put(out, format_args!("{factor}; {other_factor},{vehicle}; {other_vehicle}\n"));
    }

    fn place_and_time(&mut self, out: &mut Vec<u8>) {
        let (month, day, year) = (1 + self.below(12), 1 + self.below(28), 2012 + self.below(7));
        let (hour, minute) = (self.below(24), self.below(60));
        put(out, format_args!("{month:02}/{day:02}/{year},{hour}:{minute:02},"));
        // One accident in ten has no borough, as in the tables of real cities.
        if self.below(10) > 0 {
            let (borough, zip) = (self.pick(&BOROUGHS), 10_001 + self.below(1_600));
            put(out, format_args!("{borough},{zip},"));
        } else {
            put(out, format_args!(",,"));
        }
        let (north, west) = (40_500_000 + self.below(400_000), 73_700_000 + self.below(500_000));
        let latitude = format!("{}.{:06}", north / 1_000_000, north % 1_000_000);
        let longitude = format!("-{}.{:06}", west / 1_000_000, west % 1_000_000);
        let (street, cross) = (self.pick(&STREETS), self.pick(&STREETS));
        put(out, format_args!("{latitude},{longitude},\"({latitude}, {longitude})\",{street},{cross},"));
    }

    /// Who was hurt: mostly nobody. The sums come first.
    fn people(&mut self, out: &mut Vec<u8>) {
        let injured: [u64; 3] = std::array::from_fn(|_| self.below(10) / 8);
        let killed: [u64; 3] = std::array::from_fn(|_| self.below(500) / 499);
        put(out, format_args!("{},{},", injured.iter().sum::<u64>(), killed.iter().sum::<u64>()));
        injured.iter().zip(killed).for_each(|(injured, killed)| put(out, format_args!("{injured},{killed},")));
    }

    fn pick(&mut self, of: &[&'static str]) -> &'static str {
        of[self.below(of.len() as u64) as usize]
    }

    const fn below(&mut self, bound: u64) -> u64 {
        self.random.below(bound)
    }
}

fn put(out: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).expect("memory can be written");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_have_the_columns_of_the_header() {
        let columns = HEADER.split(',').count();
        assert_eq!(columns, 19);
        let mut collisions = Collisions::new(7);
        let mut size = 0;
        for _ in 0..1_000 {
            let mut row = Vec::new();
            collisions.row(&mut row);
            let text = str::from_utf8(&row).unwrap().strip_suffix('\n').unwrap();
            // The place is quoted and has a comma of its own.
            assert_eq!(text.split(',').count(), columns + 1, "{text}");
            assert_eq!(text.matches('"').count(), 2, "{text}");
            size += row.len();
        }
        assert!((180_000..220_000).contains(&size), "{size}");
    }
}
