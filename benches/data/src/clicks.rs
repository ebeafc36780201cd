//! Clicks of many users out of order, as a pure function of the index.

use crate::rng::{mix, nth};
use serde::{Deserialize, Serialize};

/// A click.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Click {
    /// Who clicked.
    pub user: u64,
    /// When, in milliseconds since the epoch.
    pub millis: i64,
}

/// How long a user of [`clicks`](click) rests between two clicks on average, in milliseconds: 24 minutes.
const REST: u64 = 24 * 60_000;

/// No click comes later than this after those that happened at the same time, in milliseconds: ten minutes.
pub const DISORDER: i64 = 600_000;

/// A session ends when its user has not clicked for so long, in milliseconds.
pub const GAP: i64 = 30 * 60_000;
/// How long clicks are waited for that come late, in milliseconds.
pub const LATENESS: i64 = 60 * 60_000;

/// When the stream begins, in milliseconds since the epoch.
pub const START: i64 = 1_700_000_000_000;

/// The click at `index`, of one of so many users.
#[inline]
pub const fn click(users: u64, index: u64) -> Click {
    let random = nth(index);
    let delay = (nth(index ^ random << 40) % DISORDER as u64) as i64;
    Click { user: random % users, millis: latest(users, index) - delay }
}

/// The time of the latest click up to `index`; all clicks behind are within [`DISORDER`] of it.
#[inline]
pub const fn latest(users: u64, index: u64) -> i64 {
    START + (index as u128 * REST as u128 / users as u128) as i64
}

/// What a session adds to the checksum.
pub fn digest(user: u64, clicks: u64, first: i64, last: i64) -> u64 {
    mix(user ^ mix(first as u64)).wrapping_mul(clicks).wrapping_add(mix((last - first) as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn disorder_is_bounded_and_users_rest() {
        let clicks: Vec<Click> = (0..20_000).map(|index| click(100, index)).collect();
        assert!(clicks.windows(2).any(|pair| pair[0].millis > pair[1].millis));
        let in_bounds = |(click, index): (&Click, u64)| {
            (latest(100, index) - DISORDER..=latest(100, index)).contains(&click.millis) && click.user < 100
        };
        assert!(clicks.iter().zip(0..).all(in_bounds));
        let hours = (latest(100, 20_000) - START) / 3_600_000;
        assert_eq!(hours, 200 * 24 / 60, "each of 100 users clicks 200 times");
    }
}
