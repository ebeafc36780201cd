//! Two streams to be joined, as pure functions of the index: offers that are shown to users, and what users do.

use crate::rng::{mix, nth, scale};
use serde::{Deserialize, Serialize};

/// Something that happened to a user, on either side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// To whom.
    pub user: u64,
    /// When, in milliseconds since the epoch.
    pub millis: i64,
    /// What.
    pub what: u64,
}

/// Which stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// What is shown.
    Shown,
    /// What is done.
    Done,
}

/// How long a user of either stream rests between two elements on average, in milliseconds: ten minutes.
const REST: u64 = 10 * 60_000;

/// No element comes later than this after those that happened at the same time, in milliseconds.
pub const DISORDER: i64 = 5_000;

/// How long after an offer is shown something may be done about it, in milliseconds.
pub const WITHIN: i64 = 10 * 60_000;

/// When the streams begin, in milliseconds since the epoch.
pub const START: i64 = 1_700_000_000_000;

/// The element at `index` of a stream, of one of so many users.
#[inline]
pub const fn offer(side: Side, users: u64, index: u64) -> Offer {
    let random = match side {
        Side::Shown => nth(index),
        Side::Done => nth(!index),
    };
    let delay = scale(random << 40, DISORDER as u64) as i64;
    Offer { user: scale(random, users), millis: latest(users, index) - delay, what: random & 0xffff_ffff }
}

/// The time of the latest element up to `index`; all elements behind are within [`DISORDER`] of it.
#[inline]
pub const fn latest(users: u64, index: u64) -> i64 {
    START + (index as u128 * REST as u128 / users as u128) as i64
}

/// What a pair adds to the checksum.
pub fn digest(user: u64, shown: u64, done: u64) -> u64 {
    mix(user ^ mix(shown << 32 ^ done))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn disorder_is_bounded_and_sides_are_different() {
        for side in [Side::Shown, Side::Done] {
            let offers: Vec<Offer> = (0..20_000).map(|index| offer(side, 1_000, index)).collect();
            assert!(offers.windows(2).any(|pair| pair[0].millis > pair[1].millis));
            let is_in_bounds = |(offer, index): (&Offer, u64)| {
                (latest(1_000, index) - DISORDER..=latest(1_000, index)).contains(&offer.millis) && offer.user < 1_000
            };
            assert!(offers.iter().zip(0..).all(is_in_bounds));
        }
        assert_ne!(offer(Side::Shown, 1_000, 5), offer(Side::Done, 1_000, 5));
        assert_eq!((latest(1_000, 6_000) - START) / 60_000, 60, "six each, in an hour");
    }
}
