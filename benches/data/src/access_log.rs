//! The log of a web server as lines of JSON, made up: a line is a pure function of its number.

use std::io::Write;

use crate::rng::nth;

const PAGES: [&str; 6] = ["/", "/shop", "/shop?from=mail", "/cart", "/checkout", "/about"];
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAY: i64 = 86_400_000;

/// The log that belongs to a seed.
#[derive(Clone, Copy, Debug)]
pub struct AccessLog {
    start: u64,
}

impl AccessLog {
    /// The log that belongs to `seed`.
    pub const fn new(seed: u64) -> Self {
        Self { start: nth(seed) }
    }

    /// Appends the line of the n-th request, answered at `millis` since the epoch, without a line end.
    pub fn line(self, n: u64, millis: i64, out: &mut Vec<u8>) {
        Request::new(nth(self.start.wrapping_add(n).wrapping_sub(1))).write(millis, out);
    }
}

/// What chance decides of a request.
struct Request {
    page: &'static str,
    /// How long it took, in milliseconds: one request in thirty takes seconds.
    took: u64,
    bytes: u64,
    host: u64,
}

impl Request {
    const fn new(chance: u64) -> Self {
        let slow = chance.is_multiple_of(30);
        let took = if slow { 1_000 + (chance >> 8) % 3_000 } else { 5 + (chance >> 8) % 500 };
        let page = PAGES[((chance >> 24) % 6) as usize];
        Self { page, took, bytes: (chance >> 32) % 100_000, host: 1 + (chance >> 56) % 20 }
    }

    fn write(&self, millis: i64, out: &mut Vec<u8>) {
        let Self { page, took, bytes, host } = self;
        let seconds = format_args!("{}.{:03}", took / 1_000, took % 1_000);
        write!(
            out,
            r#"{{"status":"200","body_bytes_sent":"{bytes}","remote_user":"-","request_time":"{seconds}","http_referer":"-","remote_addr":"10.0.0.{host}","request":"GET {page} HTTP/1.1","http_user_agent":"made up","upstream_response_time":"{seconds}","time_local":"{}"}}"#,
            local(millis)
        )
        .expect("memory can be written");
    }
}

/// A time as nginx writes it, by universal time: `01/Mar/2024:10:00:00 +0000`.
pub fn local(millis: i64) -> String {
    let (year, month, day) = civil(millis.div_euclid(DAY));
    let seconds = millis.rem_euclid(DAY) / 1_000;
    let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    format!("{day:02}/{}/{year:04}:{hour:02}:{minute:02}:{second:02} +0000", MONTHS[month as usize - 1])
}

/// A time as nginx writes it, by universal time, in milliseconds since the epoch.
pub fn parse_local(text: &[u8]) -> Option<i64> {
    let number = |range: std::ops::Range<usize>| str::from_utf8(text.get(range)?).ok()?.parse::<i64>().ok();
    let month = MONTHS.iter().position(|month| Some(month.as_bytes()) == text.get(3..6))? as i64 + 1;
    let days = days(number(7..11)?, month, number(0..2)?);
    let seconds = number(12..14)? * 3_600 + number(15..17)? * 60 + number(18..20)?;
    Some(days * DAY + seconds * 1_000)
}

/// The days from the epoch to a day. Years begin in March here, so that the odd day is the last one (Howard Hinnant,
/// *chrono-Compatible Low-Level Date Algorithms*).
const fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + day_of_year - 719_468
}

/// The year, month and day that are so many days after the epoch.
fn civil(days: i64) -> (i64, i64, i64) {
    let mut year = 1970 + days.div_euclid(366);
    while self::days(year + 1, 1, 1) <= days {
        year += 1;
    }
    let month = (1..=12).rev().find(|month| self::days(year, *month, 1) <= days).unwrap_or(1);
    (year, month, days - self::days(year, month, 1) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_nginx_does() {
        assert_eq!(local(0), "01/Jan/1970:00:00:00 +0000");
        assert_eq!(local(1_709_208_000_123), "29/Feb/2024:12:00:00 +0000");
        assert_eq!(local(1_709_251_199_000), "29/Feb/2024:23:59:59 +0000");
        assert_eq!(local(1_735_689_600_000), "01/Jan/2025:00:00:00 +0000");
    }

    #[test]
    fn times_are_read_as_they_are_written() {
        for day in (0..60_000).step_by(13) {
            let millis = day * DAY + day * 1_000;
            assert_eq!(parse_local(local(millis).as_bytes()), Some(millis));
        }
        assert_eq!(parse_local(b"29/Foo/2024:12:00:00 +0000"), None);
        assert_eq!(parse_local(b"29/Feb/2024"), None);
    }

    #[test]
    fn one_request_in_thirty_is_slow() {
        let slow = (0..30_000).filter(|n| Request::new(nth(*n)).took >= 1_000).count();
        assert!((900..1_100).contains(&slow), "{slow}");
    }

    #[test]
    fn is_the_same_forever() {
        let mut line = Vec::new();
        AccessLog::new(0).line(0, 1_893_456_000_000, &mut line);
        let text = String::from_utf8(line).unwrap();
        assert!(text.starts_with(r#"{"status":"200","body_bytes_sent":""#), "{text}");
        assert!(text.contains(r#""request":"GET / HTTP/1.1""#), "{text}");
        assert!(text.ends_with(r#""time_local":"01/Jan/2030:00:00:00 +0000"}"#), "{text}");
    }
}
