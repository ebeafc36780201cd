//! Readings of meters out of order, as a pure function of the index.

use crate::pairs::Keys;
use crate::rng::{mix, nth, scale};
use serde::{Deserialize, Serialize};

/// What a meter shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// Which meter.
    pub meter: u64,
    /// When, in milliseconds since the epoch.
    pub millis: i64,
    /// What it shows, below 2¹⁶.
    pub value: u64,
}

/// No reading comes later than this after those of the same time, in milliseconds.
pub const DISORDER: i64 = 5_000;

/// When the stream begins, in milliseconds since the epoch: a full hour.
pub const START: i64 = 1_699_999_200_000;

/// How far windows are apart, in milliseconds.
pub const PERIOD: i64 = 1_000;
/// How many periods a window has.
pub const PERIODS: i64 = 3_600;

/// The reading at `index`, of one of so many meters.
#[inline]
pub const fn reading(meters: u64, index: u64) -> Reading {
    let (meter, value) = Keys::Uniform(meters).pair(index);
    let delay = scale(nth(!index), DISORDER as u64) as i64;
    Reading { meter, millis: latest(index) - delay, value }
}

/// The time of the latest reading up to `index`, 20 million in two hours; all readings behind are within [`DISORDER`] of it.
#[inline]
pub const fn latest(index: u64) -> i64 {
    START + (index * 9 / 25) as i64
}

/// What a meter adds to the checksum at a second.
#[inline]
pub const fn digest(meter: u64, sum: u64, max: u64) -> u64 {
    mix(meter ^ mix(sum << 16 ^ max))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn disorder_is_bounded() {
        let readings: Vec<Reading> = (0..100_000).map(|index| reading(10, index)).collect();
        assert!(readings.windows(2).any(|pair| pair[0].millis > pair[1].millis));
        let is_in_bounds = |(reading, index): (&Reading, u64)| {
            (latest(index) - DISORDER..=latest(index)).contains(&reading.millis) && reading.meter < 10
        };
        assert!(readings.iter().zip(0..).all(is_in_bounds));
        assert_eq!(latest(20_000_000) - START, 2 * 3_600_000);
    }
}
