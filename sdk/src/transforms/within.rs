//! How far two elements may be apart in time.

use crate::{Error, ErrorKind, Result, Timestamp};
use std::ops::RangeInclusive;
use std::time::Duration;

/// How far apart in event time the two elements of a pair may be, for an [interval join](crate::PCollection::interval_join):
/// the right one's timestamp less the left one's, in whole milliseconds. Both bounds belong to it.
///
/// ```
/// use beamline_sdk::{Timestamp, Within};
/// use std::time::Duration;
///
/// // The right one comes from five minutes before the left one to an hour after it.
/// let within = Within::before(Duration::from_mins(5)).and_after(Duration::from_hours(1));
/// assert_eq!(within, Within::millis(-300_000..=3_600_000));
///
/// let at = Timestamp::from_millis;
/// assert!(within.contains(at(1_000_000), at(700_000)));
/// assert!(!within.contains(at(1_000_000), at(699_999)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Within {
    least: i64,
    most: i64,
}

impl Within {
    /// The right element is at the time of the left one, or after it by `most` at most.
    pub fn after(most: Duration) -> Self {
        Self { least: 0, most: millis(most) }
    }

    /// The right element is at the time of the left one, or before it by `most` at most.
    pub fn before(most: Duration) -> Self {
        Self { least: -millis(most), most: 0 }
    }

    /// The right element is before or after the left one by `most` at most.
    pub fn around(most: Duration) -> Self {
        Self::before(most).and_after(most)
    }

    /// Lets the right element also be after the left one, by `most` at most.
    #[must_use]
    pub fn and_after(self, most: Duration) -> Self {
        Self { most: millis(most), ..self }
    }

    /// The right element's timestamp less the left one's is in this range of milliseconds: for bounds that are both
    /// before, or both after. A join refuses a range without numbers.
    ///
    /// ```
    /// use beamline_sdk::Within;
    ///
    /// let from_one_to_two_seconds_later = Within::millis(1_000..=2_000);
    /// ```
    pub fn millis(range: RangeInclusive<i64>) -> Self {
        Self { least: *range.start(), most: *range.end() }
    }

    /// Whether a left and a right element of these timestamps are a pair.
    pub fn contains(self, left: Timestamp, right: Timestamp) -> bool {
        (self.least..=self.most).contains(&(right.millis() - left.millis()))
    }

    /// The least difference, in milliseconds.
    pub(crate) fn least(self) -> i64 {
        self.least
    }

    /// The greatest difference, in milliseconds.
    pub(crate) fn most(self) -> i64 {
        self.most
    }

    /// Where the partners of a left element are. At the ends of time there may be others, which it does not
    /// [contain](Self::contains).
    pub(crate) fn of_left(self, time: Timestamp) -> RangeInclusive<Timestamp> {
        moved(time, self.least)..=moved(time, self.most)
    }

    /// Where the partners of a right element are, with the same exception.
    pub(crate) fn of_right(self, time: Timestamp) -> RangeInclusive<Timestamp> {
        moved(time, self.most.saturating_neg())..=moved(time, self.least.saturating_neg())
    }

    /// # Errors
    /// When there is no difference that it contains.
    pub(crate) fn check(self) -> Result<()> {
        let Self { least, most } = self;
        if least <= most {
            return Ok(());
        }
        let message = format!("no element is from {least} ms to {most} ms after another: nothing can be joined");
        Err(Error::new(ErrorKind::Graph, message).help("begin with the lesser number: `Within::millis(-5..=10)`"))
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

fn moved(time: Timestamp, by: i64) -> Timestamp {
    Timestamp::from_millis(time.millis().saturating_add(by))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn times() -> impl Strategy<Value = Timestamp> {
        let ends = prop_oneof![Just(i64::MIN), Just(Timestamp::MIN.millis() + 3), Just(i64::MAX)];
        prop_oneof![-20i64..20, ends].prop_map(Timestamp::from_millis)
    }

    fn bounds() -> impl Strategy<Value = (i64, i64)> {
        let bound = || prop_oneof![4 => -10i64..10, 1 => Just(i64::MIN), 1 => Just(i64::MAX)];
        (bound(), bound()).prop_map(|(a, b)| (a.min(b), a.max(b)))
    }

    proptest! {
        #[test]
        fn partners_are_where_they_are_looked_for((least, most) in bounds(), left in times(), right in times()) {
            let within = Within::millis(least..=most);
            let apart = i128::from(right.millis()) - i128::from(left.millis());
            let expected = i128::from(least) <= apart && apart <= i128::from(most);
            prop_assert_eq!(within.contains(left, right), expected);
            if expected {
                prop_assert!(within.of_left(left).contains(&right));
                prop_assert!(within.of_right(right).contains(&left));
            }
        }
    }

    #[test]
    fn lengths_without_end_are_held_at_the_ends() {
        assert!(Within::around(Duration::MAX).contains(Timestamp::MIN, Timestamp::MAX));
    }

    #[test]
    fn bounds_contain_something() {
        let (least, most) = (3, 2);
        assert!(Within::millis(least..=most).check().is_err());
        assert!(Within::millis(most..=most).check().is_ok());
    }
}
