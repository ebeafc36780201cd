//! Windows of the calendar: days, weeks, months and years, as people in a time zone count them.

use super::{AnyWindowFn, WindowFn};
use crate::window::{Window, WindowSet};
use crate::{BoxError, Timestamp};
use chrono::{DateTime, Days, Duration, LocalResult, Months, NaiveDate, NaiveTime, TimeZone, Weekday};
use chrono_tz::Tz;
use std::any::Any;
use std::fmt;
use std::ops::Range;

/// Windows that begin at midnight of a time zone, every so many days, weeks, months or years (Beam's calendar windows).
///
/// A day in which clocks are put forward has 23 hours, and one in which they are put back 25. Where clocks are put
/// forward at midnight the day begins with its first instant.
///
/// Needs the feature `calendar`.
///
/// ```
/// use beamline_sdk::Timestamp;
/// use beamline_sdk::window::calendar::{CalendarWindows, Tz};
/// use beamline_sdk::window::{WindowFn, WindowSet, Windowing};
///
/// let days = CalendarWindows::days(1).in_time_zone(Tz::Europe__Berlin);
/// let mut windows = WindowSet::new();
/// // 2024-03-31, noon: summer time began in that night.
/// days.assign(Timestamp::from_millis(1_711_879_200_000), &mut windows);
/// let hours = (windows[0].end.millis() - windows[0].start.millis()) / 3_600_000;
/// assert_eq!(hours, 23);
/// let windowing = Windowing::new(days);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CalendarWindows {
    unit: Unit,
    length: u32,
    /// A day on which a window begins.
    anchor: NaiveDate,
    zone: Tz,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Unit {
    Day,
    Month,
}

const EPOCH: NaiveDate = NaiveDate::from_ymd_opt(1970, 1, 1).expect("a date");

/// Years in which windows are counted; before and after, one window takes all the rest.
const YEARS: [i32; 2] = [-100_000, 100_000];

/// Instants, in milliseconds, that are between those years wherever windows begin.
const CERTAIN: Range<i64> = -1_000_000_000_000_000..1_000_000_000_000_000;

impl CalendarWindows {
    fn new(unit: Unit, length: u32) -> Self {
        Self { unit, length, anchor: EPOCH, zone: Tz::UTC }
    }

    /// Windows of `n` days, counted from 1970-01-01.
    pub fn days(n: u32) -> Self {
        Self::new(Unit::Day, n)
    }

    /// Windows of `n` weeks that begin on `first`.
    pub fn weeks(n: u32, first: Weekday) -> Self {
        let monday = EPOCH - Days::new(3);
        let anchor = monday + Days::new(first.num_days_from_monday().into());
        Self { anchor, ..Self::new(Unit::Day, n.saturating_mul(7)) }
    }

    /// Windows of `n` months, counted from January 1970.
    pub fn months(n: u32) -> Self {
        Self::new(Unit::Month, n)
    }

    /// Windows of `n` years, counted from 1970.
    pub fn years(n: u32) -> Self {
        Self::new(Unit::Month, n.saturating_mul(12))
    }

    /// In which time zone the days are counted; by default UTC.
    #[must_use]
    pub fn in_time_zone(mut self, zone: Tz) -> Self {
        self.zone = zone;
        self
    }

    /// Begins a window on this day, and others before and after it. A month without such a day begins its window on its
    /// last day.
    #[must_use]
    pub fn starting_on(mut self, day: NaiveDate) -> Self {
        self.anchor = day;
        self
    }

    /// The day on which window `n` begins, counted from the anchor.
    fn day(&self, n: i64) -> Option<NaiveDate> {
        let units = n.checked_mul(self.length.into())?;
        let steps = units.unsigned_abs();
        match self.unit {
            Unit::Day if units < 0 => self.anchor.checked_sub_days(Days::new(steps)),
            Unit::Day => self.anchor.checked_add_days(Days::new(steps)),
            Unit::Month if units < 0 => self.anchor.checked_sub_months(Months::new(steps.try_into().ok()?)),
            Unit::Month => self.anchor.checked_add_months(Months::new(steps.try_into().ok()?)),
        }
    }

    /// The number of the window that holds a day, or of a neighbor of that.
    fn number(&self, day: NaiveDate) -> i64 {
        let units = match self.unit {
            Unit::Day => (day - self.anchor).num_days(),
            Unit::Month => months(day) - months(self.anchor),
        };
        units.div_euclid(self.length.into())
    }

    /// The first instant of window `n`.
    fn start(&self, n: i64) -> Timestamp {
        match self.day(n) {
            Some(day) => Timestamp::from_millis(self.midnight(day)),
            None if n < 0 => Timestamp::MIN,
            None => end_of_time(),
        }
    }

    /// The first instant of a day, in milliseconds.
    fn midnight(&self, day: NaiveDate) -> i64 {
        let mut time = day.and_time(NaiveTime::MIN);
        loop {
            match self.zone.from_local_datetime(&time) {
                LocalResult::Single(instant) | LocalResult::Ambiguous(instant, _) => return instant.timestamp_millis(),
                // Clocks skip it.
                LocalResult::None => time += Duration::minutes(1),
            }
        }
    }

    fn window_of(&self, time: Timestamp) -> Window {
        if !CERTAIN.contains(&time.millis()) {
            let [first, last] = YEARS.map(|year| self.start(self.number(new_year(year))));
            if time < first {
                return Window { start: Timestamp::MIN, end: first };
            }
            if time >= last {
                return Window { start: last, end: end_of_time() };
            }
        }
        let instant = DateTime::from_timestamp_millis(time.millis()).expect("within years that chrono knows");
        self.window_around(time, self.number(instant.with_timezone(&self.zone).date_naive()))
    }

    /// The window of an instant, which is number `n` or near: within months, and where clocks are put back over
    /// midnight, the day alone does not decide.
    fn window_around(&self, time: Timestamp, mut n: i64) -> Window {
        let (mut start, mut end) = (self.start(n), self.start(n + 1));
        while time < start {
            n -= 1;
            (start, end) = (self.start(n), start);
        }
        while time >= end {
            n += 1;
            (start, end) = (end, self.start(n + 1));
        }
        Window { start, end }
    }
}

fn months(day: NaiveDate) -> i64 {
    use chrono::Datelike;
    i64::from(day.year()) * 12 + i64::from(day.month0())
}

fn new_year(year: i32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, 1, 1).expect("a year that chrono knows")
}

fn end_of_time() -> Timestamp {
    Timestamp::from_millis(Timestamp::END_OF_GLOBAL_WINDOW.millis() + 1)
}

impl WindowFn for CalendarWindows {
    fn assign(&self, time: Timestamp, windows: &mut WindowSet) {
        windows.push(self.window_of(time.min(Timestamp::END_OF_GLOBAL_WINDOW)));
    }

    fn is_compatible(&self, other: &dyn WindowFn) -> bool {
        (other as &dyn Any).downcast_ref::<Self>() == Some(self)
    }

    fn check(&self) -> Result<(), BoxError> {
        if self.length == 0 { Err("they have no length".into()) } else { Ok(()) }
    }
}

impl From<CalendarWindows> for AnyWindowFn {
    fn from(windows: CalendarWindows) -> Self {
        Self::custom(windows)
    }
}

impl fmt::Display for CalendarWindows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            Unit::Day => "days",
            Unit::Month => "months",
        };
        write!(f, "windows of {} {unit} in {}", self.length, self.zone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The window of an instant, as local times.
    fn local(windows: CalendarWindows, instant: &str) -> [String; 2] {
        let time = DateTime::parse_from_rfc3339(instant).unwrap().timestamp_millis();
        let window = windows.window_of(Timestamp::from_millis(time));
        [window.start, window.end].map(|at| {
            let at = DateTime::from_timestamp_millis(at.millis()).unwrap();
            at.with_timezone(&windows.zone).naive_local().to_string()
        })
    }

    #[test]
    fn calendars_are_counted_from_their_beginnings() {
        let tokyo = Tz::Asia__Tokyo;
        assert_eq!(
            local(CalendarWindows::days(1).in_time_zone(tokyo), "2024-05-05T16:00:00Z"),
            ["2024-05-06 00:00:00", "2024-05-07 00:00:00"]
        );
        assert_eq!(
            local(CalendarWindows::weeks(1, Weekday::Sun), "2024-05-09T00:00:00Z"),
            ["2024-05-05 00:00:00", "2024-05-12 00:00:00"]
        );
        assert_eq!(
            local(CalendarWindows::months(3), "1969-12-31T23:59:59Z"),
            ["1969-10-01 00:00:00", "1970-01-01 00:00:00"]
        );
        let fiscal = CalendarWindows::years(1).starting_on(NaiveDate::from_ymd_opt(2020, 4, 6).unwrap());
        assert_eq!(local(fiscal, "2024-04-05T12:00:00Z"), ["2023-04-06 00:00:00", "2024-04-06 00:00:00"]);
        let ultimo = CalendarWindows::months(1).starting_on(NaiveDate::from_ymd_opt(2023, 1, 31).unwrap());
        assert_eq!(local(ultimo, "2024-03-01T00:00:00Z"), ["2024-02-29 00:00:00", "2024-03-31 00:00:00"]);
    }

    #[test]
    fn clocks_are_put_forward_and_back() {
        let hours = |windows: CalendarWindows, instant: &str| {
            let time = DateTime::parse_from_rfc3339(instant).unwrap().timestamp_millis();
            let window = windows.window_of(Timestamp::from_millis(time));
            (window.end.millis() - window.start.millis()) / 3_600_000
        };
        let berlin = CalendarWindows::days(1).in_time_zone(Tz::Europe__Berlin);
        assert_eq!(hours(berlin, "2024-03-31T10:00:00Z"), 23);
        assert_eq!(hours(berlin, "2024-10-27T10:00:00Z"), 25);
        // Midnight is skipped: the day begins at one o'clock.
        let sao_paulo = CalendarWindows::days(1).in_time_zone(Tz::America__Sao_Paulo);
        assert_eq!(local(sao_paulo, "2018-11-04T12:00:00Z"), ["2018-11-04 01:00:00", "2018-11-05 00:00:00"]);
        // A minute after midnight it is 23:01 again.
        let newfoundland = CalendarWindows::days(1).in_time_zone(Tz::America__St_Johns);
        assert_eq!(local(newfoundland, "2006-10-29T03:00:00Z"), ["2006-10-29 00:00:00", "2006-10-30 00:00:00"]);
    }

    #[test]
    fn equal_windows_are_compatible() {
        let days = || AnyWindowFn::from(CalendarWindows::days(1));
        assert!(days().is_compatible(&days()));
        assert!(!days().is_compatible(&CalendarWindows::days(1).in_time_zone(Tz::Asia__Tokyo).into()));
        assert!(AnyWindowFn::from(CalendarWindows::months(0)).check().is_err());
    }

    proptest! {
        #[test]
        fn a_window_contains_its_element(
            millis in prop_oneof![any::<i64>(), -4_000_000_000_000..4_000_000_000_000i64],
            n in 1..40u32,
            kind in 0..4u8,
            zone in prop::sample::select(&chrono_tz::TZ_VARIANTS[..]),
        ) {
            let windows = match kind {
                0 => CalendarWindows::days(n),
                1 => CalendarWindows::weeks(n, Weekday::Wed),
                2 => CalendarWindows::months(n).starting_on(NaiveDate::from_ymd_opt(2024, 1, 30).unwrap()),
                _ => CalendarWindows::years(n),
            }.in_time_zone(zone);
            let time = Timestamp::from_millis(millis);
            let window = windows.window_of(time.min(Timestamp::END_OF_GLOBAL_WINDOW));
            prop_assert!(window.contains(time));
            let next = windows.window_of(window.end.min(Timestamp::END_OF_GLOBAL_WINDOW));
            prop_assert!(next.start == window.end || window.end == end_of_time());
        }
    }
}
