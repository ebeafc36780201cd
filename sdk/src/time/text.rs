//! Timestamps as text: the date and time of ISO 8601, in UTC.

use super::Timestamp;
use std::fmt;
use std::str::FromStr;

const MILLIS_OF_DAY: i64 = 86_400_000;

/// 1970-01-01, counted as [`day_number`] does.
const EPOCH: i64 = 719_468;

/// The Gregorian calendar repeats itself after so many years, which are so many days.
const CYCLE: (i64, i64) = (400, 146_097);

/// As ISO 8601 has it, in UTC: `2015-11-16T16:20:00Z`, with milliseconds if there are any. A year beyond four digits has a
/// sign. The ends of time have no date, and are written as their names.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if [Self::MIN, Self::MAX, Self::END_OF_GLOBAL_WINDOW].contains(self) {
            return fmt::Debug::fmt(self, f);
        }
        let (day, millis) = (self.0.div_euclid(MILLIS_OF_DAY), self.0.rem_euclid(MILLIS_OF_DAY));
        let (year, month, day) = date_of(day);
        match year {
            0..=9999 => write!(f, "{year:04}")?,
            _ => write!(f, "{year:+}")?,
        }
        let [hour, minute, second] = [3_600_000, 60_000, 1000].map(|unit| millis / unit);
        write!(f, "-{month:02}-{day:02}T{hour:02}:{:02}:{:02}", minute % 60, second % 60)?;
        match millis % 1000 {
            0 => f.write_str("Z"),
            millis => write!(f, ".{millis:03}Z"),
        }
    }
}

/// Why a text is no [`Timestamp`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseTimestampError(());

impl fmt::Display for ParseTimestampError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a date and time in UTC, such as 2015-11-16, 2015-11-16T16:20 or 2015-11-16T16:20:00.250Z")
    }
}

impl std::error::Error for ParseTimestampError {}

/// Reads a date of a year of four digits, with or without a time of day, in UTC. A time has hours and minutes at least.
impl FromStr for Timestamp {
    type Err = ParseTimestampError;

    fn from_str(text: &str) -> Result<Self, ParseTimestampError> {
        let text = text.strip_suffix('Z').unwrap_or(text);
        let (date, time) = text.split_once('T').map_or((text, None), |(date, time)| (date, Some(time)));
        let millis = time.map_or(Some(0), millis_of);
        match (days_of(date), millis) {
            (Some(days), Some(millis)) => Ok(Self::from_millis(days * MILLIS_OF_DAY + millis)),
            _ => Err(ParseTimestampError(())),
        }
    }
}

/// Days since the epoch of a date such as `2015-11-16`, if there is one.
fn days_of(date: &str) -> Option<i64> {
    let mut parts = date.split('-');
    let (year, month, day) =
        (number(parts.next()?, 4, 9999)?, number(parts.next()?, 2, 12)?, number(parts.next()?, 2, 31)?);
    let days = (month > 0 && day > 0 && parts.next().is_none()).then(|| day_number(year, month, day))?;
    (date_of(days) == (year, month, day)).then_some(days)
}

/// Milliseconds since midnight of a time such as `16:20`, `16:20:05` or `16:20:05.250`.
fn millis_of(time: &str) -> Option<i64> {
    let (time, fraction) = time.split_once('.').unwrap_or((time, "000"));
    let mut parts = time.split(':');
    let (hour, minute) = (number(parts.next()?, 2, 23)?, number(parts.next()?, 2, 59)?);
    let second = parts.next().map_or(Some(0), |second| number(second, 2, 59))?;
    let millis = number(fraction, 3, 999)?;
    parts.next().is_none().then_some(((hour * 60 + minute) * 60 + second) * 1000 + millis)
}

/// A number of so many digits, up to `most`.
fn number(text: &str, digits: usize, most: i64) -> Option<i64> {
    let is_number = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| is_number && *number <= most)
}

/// Days since the epoch. Years are counted from March on, so that the day that leap years have is the last.
fn day_number(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month < 3 { (year - 1, month + 9) } else { (year, month - 3) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leap_days + days_before(month) + day - 1 - EPOCH
}

/// Days before a month in a year that begins with March, its month 0: months have 31 and 30 days in turns, in groups
/// of five.
fn days_before(month: i64) -> i64 {
    (153 * month + 2) / 5
}

/// Year, month and day of a number of days since the epoch.
fn date_of(days: i64) -> (i64, i64, i64) {
    let (years, days_of_cycle) = CYCLE;
    // A year that is near, and not too late.
    let mut year = days.div_euclid(days_of_cycle) * years + 1969 + days.rem_euclid(days_of_cycle) / 366;
    while day_number(year + 1, 1, 1) <= days {
        year += 1;
    }
    let month = (1..=12).rev().find(|month| day_number(year, *month, 1) <= days).expect("a year begins with January");
    (year, month, days - day_number(year, month, 1) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(millis: i64) -> String {
        Timestamp::from_millis(millis).to_string()
    }

    #[test]
    fn known_dates() {
        for (millis, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00Z"),
            (951_868_800_000, "2000-03-01T00:00:00Z"),
            (1_447_690_800_000, "2015-11-16T16:20:00Z"),
            (4_107_542_399_999, "2100-02-28T23:59:59.999Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00Z"),
            (-62_167_219_200_000, "0000-01-01T00:00:00Z"),
        ] {
            assert_eq!(shown(millis), text);
            assert_eq!(text.parse(), Ok(Timestamp::from_millis(millis)));
        }
    }

    #[test]
    fn years_beyond_four_digits_have_a_sign() {
        assert_eq!(shown(253_402_300_800_000), "+10000-01-01T00:00:00Z");
        assert_eq!(shown(-62_167_219_200_001), "-1-12-31T23:59:59.999Z");
        assert_eq!([Timestamp::MIN, Timestamp::MAX].map(|end| end.to_string()), ["MIN", "MAX"]);
    }

    #[test]
    fn parts_can_be_left_out() {
        let midnight = Timestamp::from_millis(1_447_632_000_000);
        for text in ["2015-11-16", "2015-11-16Z", "2015-11-16T00:00", "2015-11-16T00:00Z", "2015-11-16T00:00:00"] {
            assert_eq!(text.parse(), Ok(midnight), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "2015",
            "2015-11",
            "2015-11-31",
            "2015-02-29",
            "2015-00-01",
            "2015-13-01",
            "2015-1-01",
            "+015-01-01",
            "2015-11-16T",
            "2015-11-16T16",
            "2015-11-16T24:00",
            "2015-11-16T16:60",
            "2015-11-16T16:20:00.5",
            "2015-11-16T16:20:00:00",
            "2015-11-16-16",
            "2015-11-16T16:20+01:00",
        ] {
            assert_eq!(text.parse::<Timestamp>(), Err(ParseTimestampError(())), "{text}");
        }
    }

    #[test]
    fn every_day_of_a_cycle_follows_the_one_before() {
        for day in -146_097..146_097 {
            let ((year, month, date), next) = (date_of(day), date_of(day + 1));
            let follows = [(year, month, date + 1), (year, month + 1, 1), (year + 1, 1, 1)].contains(&next);
            assert!(follows && day_number(year, month, date) == day, "{day}: {next:?} after {:?}", date_of(day));
        }
    }

    proptest! {
        #[test]
        fn what_is_written_can_be_read(millis in -62_167_219_200_000i64..253_402_300_800_000) {
            prop_assert_eq!(shown(millis).parse(), Ok(Timestamp::from_millis(millis)));
        }

        #[test]
        fn every_time_can_be_written(millis: i64) {
            prop_assert!(!shown(millis).is_empty());
        }
    }
}
