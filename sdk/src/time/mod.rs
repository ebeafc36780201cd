//! Event time: milliseconds since the Unix epoch, between Beam's two ends of time.

mod text;

pub use text::ParseTimestampError;

use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::{Add, Sub};
use std::time::Duration;

/// A point in event time, in milliseconds since 1970-01-01T00:00:00Z; negative before it.
///
/// [`Timestamp::MIN`] and [`Timestamp::MAX`] are the ends of time of the Beam model (`BoundedWindow` in its SDKs):
/// arithmetic saturates there.
///
/// ```
/// use beamline_sdk::Timestamp;
/// use std::time::Duration;
///
/// let noon = Timestamp::from_millis(43_200_000);
/// assert_eq!((noon + Duration::from_secs(1)).millis(), 43_201_000);
/// assert_eq!(Timestamp::MAX + Duration::from_secs(1), Timestamp::MAX);
/// ```
///
/// As text it is a date and time in UTC, which can be an argument of a program:
///
/// ```
/// # use beamline_sdk::Timestamp;
/// let start: Timestamp = "2015-11-16T16:00".parse()?;
/// assert_eq!(start.to_string(), "2015-11-16T16:00:00Z");
/// # Ok::<(), beamline_sdk::ParseTimestampError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The earliest timestamp: −9223372036854775 ms. A bounded source without timestamps uses it for every element.
    pub const MIN: Self = Self(i64::MIN / 1000);
    /// The latest timestamp, 9223372036854775 ms. A watermark that has reached it will not see another element.
    pub const MAX: Self = Self(i64::MAX / 1000);
    /// The last instant of the global window: a day before [`Timestamp::MAX`].
    pub const END_OF_GLOBAL_WINDOW: Self = Self(i64::MAX / 1000 - 24 * 60 * 60 * 1000);

    /// A timestamp of `millis` milliseconds since the epoch, held between [`MIN`](Self::MIN) and [`MAX`](Self::MAX).
    pub const fn from_millis(millis: i64) -> Self {
        if millis < Self::MIN.0 {
            Self::MIN
        } else if millis > Self::MAX.0 {
            Self::MAX
        } else {
            Self(millis)
        }
    }

    /// Milliseconds since the epoch.
    pub const fn millis(self) -> i64 {
        self.0
    }
}

impl Add<Duration> for Timestamp {
    type Output = Self;
    fn add(self, d: Duration) -> Self {
        Self::from_millis(self.0.saturating_add(i64::try_from(d.as_millis()).unwrap_or(i64::MAX)))
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Self;
    fn sub(self, d: Duration) -> Self {
        Self::from_millis(self.0.saturating_sub(i64::try_from(d.as_millis()).unwrap_or(i64::MAX)))
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::MIN => f.write_str("MIN"),
            Self::MAX => f.write_str("MAX"),
            Self::END_OF_GLOBAL_WINDOW => f.write_str("END_OF_GLOBAL_WINDOW"),
            Self(ms) => write!(f, "{ms}ms"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_of_time_are_those_of_beam() {
        assert_eq!(Timestamp::MIN.millis(), -9_223_372_036_854_775);
        assert_eq!(Timestamp::MAX.millis(), 9_223_372_036_854_775);
        assert_eq!(Timestamp::END_OF_GLOBAL_WINDOW.millis(), 9_223_371_950_454_775);
    }

    #[test]
    fn arithmetic_saturates() {
        assert_eq!(Timestamp::MIN - Duration::from_millis(1), Timestamp::MIN);
        assert_eq!(Timestamp::MAX + Duration::MAX, Timestamp::MAX);
        assert_eq!(Timestamp::from_millis(i64::MAX), Timestamp::MAX);
    }
}
