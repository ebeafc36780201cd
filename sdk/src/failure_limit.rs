//! How many elements a step may give up before the job is no longer worth its while.

use std::fmt;

/// How many elements a step may give up before it fails the pipeline: for
/// [`Tried::fail_above`](crate::Tried::fail_above).
///
/// Elements are counted over all workers.
///
/// ```
/// use beamline_sdk::{FailureLimit, Pipeline};
///
/// let p = Pipeline::new();
/// let lines = p.create(["1", "two"].map(str::to_owned));
/// // A few lines may be damaged. More than one in a hundred means that this is not the file it should be.
/// let parsed = lines.try_map(|line| line.parse::<u64>()).fail_above(FailureLimit::share(0.01).after(1000));
/// let (numbers, letters) = (parsed.ok, parsed.failed);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FailureLimit(Kind);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Count(u64),
    Share { most: f64, after: u64 },
}

impl FailureLimit {
    /// So many elements may fail; one more fails the pipeline, at once.
    pub const fn count(most: u64) -> Self {
        Self(Kind::Count(most))
    }

    /// Such a share of the elements may fail, from 0 to 1. It is looked at with each failure from the 100th element on,
    /// and at the end of the input.
    pub const fn share(most: f64) -> Self {
        Self(Kind::Share { most, after: 100 })
    }

    /// Looks at the share from this number of elements on, and not from the 100th: a few at the beginning say little.
    /// A limit by count does not mind.
    #[must_use]
    pub const fn after(self, elements: u64) -> Self {
        match self.0 {
            Kind::Share { most, .. } => Self(Kind::Share { most, after: elements }),
            Kind::Count(_) => self,
        }
    }

    /// Whether so many failures are too many.
    pub(crate) fn is_exceeded(self, failures: u64, elements: u64, is_end: bool) -> bool {
        match self.0 {
            Kind::Count(most) => failures > most,
            Kind::Share { most, after } => (is_end || elements >= after) && failures as f64 > most * elements as f64,
        }
    }
}

/// As in `more than 1% of the elements`.
impl fmt::Display for FailureLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Kind::Count(1) => f.write_str("more than 1 element"),
            Kind::Count(most) => write!(f, "more than {most} elements"),
            Kind::Share { most, .. } => write!(f, "more than {}% of the elements", most * 100.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_more_than_the_count_is_too_many() {
        let limit = FailureLimit::count(2);
        assert!(!limit.is_exceeded(2, 2, true) && limit.is_exceeded(3, 1000, false));
    }

    #[test]
    fn a_share_is_looked_at_when_there_are_enough_elements_or_no_more() {
        let limit = FailureLimit::share(0.1);
        assert!(!limit.is_exceeded(50, 99, false) && limit.is_exceeded(50, 100, false));
        assert!(limit.is_exceeded(1, 3, true) && !limit.is_exceeded(1, 10, true));
        assert!(limit.after(5).is_exceeded(1, 5, false) && !limit.after(5).is_exceeded(1, 4, false));
    }

    #[test]
    fn limits_say_what_they_are() {
        let texts = [FailureLimit::count(1), FailureLimit::count(7), FailureLimit::share(0.025)].map(|l| l.to_string());
        assert_eq!(texts, ["more than 1 element", "more than 7 elements", "more than 2.5% of the elements"]);
    }
}
