//! Things to be reminded of, far ahead and in no order, as a pure function of the index.

use crate::rng::{mix, nth, scale};
use serde::{Deserialize, Serialize};

/// Something that somebody is to be reminded of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Reminder {
    /// When, in milliseconds since the epoch.
    pub millis: i64,
    /// Who.
    pub user: u64,
    /// What: no other reminder has that.
    pub what: u32,
}

/// Before this no reminder is due, in milliseconds since the epoch.
pub const START: i64 = 1_700_000_000_000;

/// All reminders are due within so many milliseconds: an hour.
pub const SPAN: u64 = 60 * 60_000;

/// The reminder at `index`, of one of so many users.
#[inline]
pub const fn reminder(users: u64, index: u64) -> Reminder {
    let random = nth(index);
    let millis = START + scale(mix(random), SPAN) as i64;
    Reminder { millis, user: scale(random, users), what: index as u32 }
}

impl Reminder {
    /// What it adds to a checksum when it has come.
    #[inline]
    pub const fn digest(self) -> u64 {
        mix(self.user ^ mix(self.what as u64 ^ mix(self.millis as u64)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_all_over_the_hour_and_over_the_users() {
        let reminders: Vec<Reminder> = (0..20_000).map(|index| reminder(100, index)).collect();
        assert!(reminders.iter().all(|r| (START..START + SPAN as i64).contains(&r.millis) && r.user < 100));
        let minute = |m: i64| (START + m * 60_000)..(START + (m + 1) * 60_000);
        assert!((0..60).all(|m| reminders.iter().filter(|r| minute(m).contains(&r.millis)).count() > 200));
        assert!((0..100).all(|user| reminders.iter().filter(|r| r.user == user).count() > 100));
    }
}
