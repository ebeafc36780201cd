//! A stream of events out of order, as a pure function of the index.

use crate::pairs::Keys;
use crate::rng::{mix, nth};
use serde::{Deserialize, Serialize};

/// An event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Whose it is.
    pub key: u64,
    /// When it happened, in milliseconds since the epoch.
    pub millis: i64,
}

/// Events per millisecond: 200,000 in a second.
const RATE: u64 = 200;

/// No event comes later than this after those that happened at the same time, in milliseconds.
pub const DISORDER: i64 = 5_000;

/// The length of windows in milliseconds.
pub const WINDOW: i64 = 10_000;

/// When the stream begins, in milliseconds since the epoch.
pub const START: i64 = 1_700_000_000_000;

/// The event at `index`, of one of so many keys.
#[inline]
pub const fn event(keys: Keys, index: u64) -> Event {
    let (key, random) = keys.pair(index);
    let delay = (nth(index ^ random << 48) % DISORDER as u64) as i64;
    Event { key, millis: latest(index) - delay }
}

/// The time of the latest event up to `index`; all events behind are within [`DISORDER`] of it.
#[inline]
pub const fn latest(index: u64) -> i64 {
    START + (index / RATE) as i64
}

/// The checksum of counts in any order, which is the same however counts are divided among windows.
pub fn checksum_of(counts: impl Iterator<Item = (u64, u64)>) -> u64 {
    counts.fold(0, |checksum: u64, (key, count)| checksum.wrapping_add(mix(key).wrapping_mul(count)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn disorder_is_bounded() {
        let times: Vec<i64> = (0..100_000).map(|index| event(Keys::Uniform(10), index).millis).collect();
        assert!(times.windows(2).any(|pair| pair[0] > pair[1]));
        assert!(times.iter().zip(0..).all(|(time, index)| (latest(index) - DISORDER..=latest(index)).contains(time)));
    }
}
