//! Times in names, in UTC.

use super::error::PatternError;
use beamline_sdk::Timestamp;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::str::FromStr;

/// A time as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TimeFormat(Vec<Item>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Item {
    Text(char),
    Field(Field),
}

/// A part of a time, from the largest to the smallest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Field {
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
    Milli,
}

const FIELDS: [(Field, &str, &str); 7] = [
    (Field::Year, "%Y", "years"),
    (Field::Month, "%m", "months"),
    (Field::Day, "%d", "days"),
    (Field::Hour, "%H", "hours"),
    (Field::Minute, "%M", "minutes"),
    (Field::Second, "%S", "seconds"),
    (Field::Milli, "%3f", "milliseconds"),
];

/// All parts, such as `20151116T162000.250Z`: without colons, which some systems do not allow in names.
impl Default for TimeFormat {
    fn default() -> Self {
        "%Y%m%dT%H%M%S.%3fZ".parse().expect("it is a format")
    }
}

impl FromStr for TimeFormat {
    type Err = PatternError;

    fn from_str(format: &str) -> Result<Self, PatternError> {
        let (mut items, mut rest) = (Vec::new(), format);
        while let Some(first) = rest.chars().next() {
            let field = FIELDS.iter().find(|(_, name, _)| rest.starts_with(name));
            let (item, length) = match field {
                Some((field, name, _)) => (Item::Field(*field), name.len()),
                None if rest.starts_with("%%") => (Item::Text('%'), 2),
                None if first == '%' => {
                    return Err(PatternError::BadFormat {
                        format: format.to_owned(),
                        at: rest.chars().take(2).collect(),
                    });
                }
                None => (Item::Text(first), first.len_utf8()),
            };
            items.push(item);
            rest = &rest[length..];
        }
        Ok(Self(items))
    }
}

impl TimeFormat {
    /// The parts that it shows.
    pub(super) fn fields(&self) -> impl Iterator<Item = Field> {
        self.0.iter().filter_map(|item| match item {
            Item::Field(field) => Some(*field),
            Item::Text(_) => None,
        })
    }

    pub(super) fn show(&self, time: Timestamp) -> String {
        let Some(parts) = Parts::of(time) else { return time.to_string() };
        let mut text = String::new();
        for item in &self.0 {
            match item {
                Item::Text(c) => text.push(*c),
                Item::Field(field) => text.push_str(parts.get(*field)),
            }
        }
        text
    }
}

/// The smallest part of a time that is not at its beginning, and that `shown` leaves out: times that are near and differ
/// there only would look the same. Larger parts than those that are shown may be left out: names then come again after a
/// day, or a year, which can be meant.
pub(super) fn first_lost(time: Timestamp, shown: &BTreeSet<Field>) -> Option<Field> {
    let (parts, largest) = (Parts::of(time)?, shown.first()?);
    let is_lost = |field: &Field| field > largest && !shown.contains(field) && !parts.is_first(*field);
    FIELDS.iter().rev().map(|(field, ..)| *field).find(is_lost)
}

/// How a part is written, and what it is called.
pub(super) fn describe(field: Field) -> (&'static str, &'static str) {
    let (_, format, name) = FIELDS[field as usize];
    (format, name)
}

/// The parts of a time as text, each with all of its digits.
struct Parts([String; 7]);

impl Parts {
    /// `None` for the ends of time, which have none.
    fn of(time: Timestamp) -> Option<Self> {
        let text = time.to_string();
        let (date, clock) = text.strip_suffix('Z')?.split_once('T')?;
        let (clock, milli) = clock.split_once('.').unwrap_or((clock, "000"));
        // A year may begin with a sign.
        let mut date = date.rsplitn(3, '-');
        let (day, month, year) = (date.next()?, date.next()?, date.next()?);
        let mut clock = clock.split(':');
        let (hour, minute, second) = (clock.next()?, clock.next()?, clock.next()?);
        Some(Self([year, month, day, hour, minute, second, milli].map(str::to_owned)))
    }

    fn get(&self, field: Field) -> &str {
        &self.0[field as usize]
    }

    /// Whether it is where time begins when a larger part has just changed. No year is.
    fn is_first(&self, field: Field) -> bool {
        match field {
            Field::Year => false,
            Field::Month | Field::Day => self.get(field) == "01",
            _ => self.get(field).bytes().all(|digit| digit == b'0'),
        }
    }
}

/// A span of time as text.
pub(super) fn show_span(start: Timestamp, end: Timestamp) -> String {
    let format = TimeFormat::default();
    let mut text = short(format.show(start));
    let _ = write!(text, "-{}", short(format.show(end)));
    text
}

/// Without milliseconds that are none.
pub(super) fn short(text: String) -> String {
    text.replace(".000Z", "Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn shown(format: &str, time: &str) -> String {
        format.parse::<TimeFormat>().unwrap().show(at(time))
    }

    #[test]
    fn parts_have_all_their_digits() {
        assert_eq!(shown("%Y/%m/%d/%H-%M-%S.%3f", "2015-11-06T06:02:03.004Z"), "2015/11/06/06-02-03.004");
        assert_eq!(shown("%%%d%Yh", "2015-11-16"), "%162015h");
        let far = Timestamp::from_millis(-62_167_219_200_001);
        assert_eq!("%Y-%m-%d".parse::<TimeFormat>().unwrap().show(far), "-1-12-31");
        assert_eq!(TimeFormat::default().show(Timestamp::MAX), "MAX");
    }

    #[test]
    fn spans_are_short() {
        assert_eq!(
            show_span(at("2015-11-16T16:20"), at("2015-11-16T16:20:00.250")),
            "20151116T162000Z-20151116T162000.250Z"
        );
    }

    #[test]
    fn what_a_format_leaves_out_is_found() {
        let lost = |format: &str, time: &str| {
            first_lost(at(time), &format.parse::<TimeFormat>().unwrap().fields().collect()).map(describe)
        };
        assert_eq!(lost("%Y-%m-%dT%H", "2015-11-16T16:00"), None);
        assert_eq!(lost("%Y-%m-%dT%H", "2015-11-16T16:30"), Some(("%M", "minutes")));
        assert_eq!(lost("%Y-%m", "2015-11-16T16:30"), Some(("%M", "minutes")));
        assert_eq!(lost("%Y-%m", "2015-11-01"), None);
        assert_eq!(lost("%m-%d", "2015-11-16"), None, "every year the same");
        assert_eq!(lost("%H", "2015-01-01T00:00:00.001"), Some(("%3f", "milliseconds")));
    }
}
