//! Visits of a site out of order, as a pure function of the index: what dashboards are made of.

use crate::pairs::Keys;
use crate::rng::{nth, scale};
use serde::{Deserialize, Serialize};

/// A page that somebody looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    /// When, in milliseconds since the epoch.
    pub millis: i64,
    /// Who.
    pub visitor: u64,
    /// From which country: few countries often.
    pub country: u16,
    /// Which page: few pages often.
    pub page: u16,
    /// With what kind of device.
    pub device: u8,
    /// How long it took to answer, in microseconds.
    pub micros: u32,
}

/// How many countries there are.
pub const COUNTRIES: u64 = 60;
/// How many pages there are.
pub const PAGES: u64 = 200;
/// How many kinds of devices there are.
pub const DEVICES: u64 = 4;

/// Visits per millisecond: 200,000 in a second.
const RATE: u64 = 200;

/// No visit comes later than this after those that happened at the same time, in milliseconds.
pub const DISORDER: i64 = 5_000;

/// When the stream begins, in milliseconds since the epoch.
pub const START: i64 = 1_700_000_000_000;

const COUNTRY: Keys = Keys::zipf(COUNTRIES);
const PAGE: Keys = Keys::zipf(PAGES);

/// The visit at `index`, by one of so many visitors.
#[inline]
pub const fn visit(visitors: u64, index: u64) -> Visit {
    let (first, second) = (nth(index), nth(!index));
    Visit {
        millis: latest(index) - scale(second << 32, DISORDER as u64) as i64,
        visitor: scale(first, visitors),
        country: COUNTRY.key(first << 20) as u16,
        page: PAGE.key(second) as u16,
        device: (first & (DEVICES - 1)) as u8,
        micros: micros(second),
    }
}

/// Mostly some milliseconds, with a long tail: each doubling is half as frequent.
#[inline]
const fn micros(random: u64) -> u32 {
    let doublings = (random & 0xfff | 0x1000).trailing_zeros();
    (2_000 << doublings) + (random >> 12 & 0x7ff) as u32
}

/// The time of the latest visit up to `index`; all visits behind are within [`DISORDER`] of it.
#[inline]
pub const fn latest(index: u64) -> i64 {
    START + (index / RATE) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_is_in_its_bounds() {
        let visits: Vec<Visit> = (0..100_000).map(|index| visit(1_000, index)).collect();
        let in_bounds = |(visit, index): (&Visit, u64)| {
            (latest(index) - DISORDER..=latest(index)).contains(&visit.millis)
                && visit.visitor < 1_000
                && u64::from(visit.country) < COUNTRIES
                && u64::from(visit.page) < PAGES
                && u64::from(visit.device) < DEVICES
        };
        assert!(visits.iter().zip(0..).all(in_bounds));
        assert!(visits.windows(2).any(|pair| pair[0].millis > pair[1].millis));
    }

    #[test]
    fn all_of_each_dimension_comes() {
        let visits = || (0..100_000).map(|index| visit(1_000, index));
        let count = |of: &dyn Fn(Visit) -> u64| visits().map(of).collect::<std::collections::HashSet<_>>().len() as u64;
        assert_eq!(count(&|visit| visit.country.into()), COUNTRIES);
        assert_eq!(count(&|visit| visit.page.into()), PAGES);
        assert_eq!(count(&|visit| visit.device.into()), DEVICES);
        assert_eq!(count(&|visit| visit.visitor), 1_000);
        let slow = visits().filter(|visit| visit.micros >= 32_000).count();
        assert!((5_500..7_000).contains(&slow), "one in sixteen: {slow}");
    }
}
