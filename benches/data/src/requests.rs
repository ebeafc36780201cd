//! The slow requests of an access log: what a line says, and how many there were of each page in each minute.

use std::error::Error;

use serde::Deserialize;

use crate::access_log::parse_local;
use crate::digest::Digest;
use crate::groups::Groups;

/// The length of windows in milliseconds.
pub const WINDOW: i64 = 60_000;
/// What is slow, in seconds.
pub const SLOW: f64 = 0.25;

/// What is of interest in a line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Request<'a> {
    /// When it was answered, in milliseconds since the epoch.
    pub millis: i64,
    /// The path, without its query.
    pub page: &'a str,
    /// How long it took, in seconds.
    pub seconds: f64,
}

#[derive(Deserialize)]
struct Line<'a> {
    request: &'a str,
    request_time: &'a str,
    time_local: &'a str,
}

/// What a line says.
///
/// # Errors
///
/// When it is not a line of such a log.
pub fn parse(line: &str) -> Result<Request<'_>, Box<dyn Error + Send + Sync>> {
    let line: Line = serde_json::from_str(line)?;
    let path = line.request.split(' ').nth(1).ok_or("the request has no path")?;
    Ok(Request {
        millis: parse_local(line.time_local.as_bytes()).ok_or("the time is none")?,
        page: path.split('?').next().unwrap_or(path),
        seconds: line.request_time.parse()?,
    })
}

/// Counts the request of a line by page and minute, if it was slow.
///
/// # Errors
///
/// When it is not a line of such a log.
pub fn count(counts: &mut Groups<u64>, line: &str) -> Result<(), Box<dyn Error + Send + Sync>> {
    let request = parse(line)?;
    if request.seconds >= SLOW {
        *counts.of(request.page, request.millis.div_euclid(WINDOW)) += 1;
    }
    Ok(())
}

/// What a page of a minute adds to the checksum.
pub fn digest(page: &str, count: u64) -> u64 {
    Digest::of(page.as_bytes()).wrapping_mul(count.wrapping_mul(count))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access_log::AccessLog;

    const TEN: i64 = 1_709_287_200_000;

    fn line(millis: i64) -> String {
        let mut line = Vec::new();
        AccessLog::new(3).line(5, millis, &mut line);
        String::from_utf8(line).unwrap()
    }

    #[test]
    fn lines_of_the_log_are_understood() {
        let line = line(TEN);
        let request = parse(&line).unwrap();
        assert_eq!(request.millis, TEN);
        assert!(request.page.starts_with('/') && !request.page.contains('?') && request.seconds > 0.004, "{request:?}");
        assert!(parse("{}").is_err());
        assert!(parse(r#"{"request":"GET","request_time":"1","time_local":""}"#).is_err());
    }

    #[test]
    fn slow_requests_are_counted_by_minute() {
        let request = |seconds| {
            format!(r#"{{"request":"GET /a?b","request_time":"{seconds}","time_local":"01/Mar/2024:10:00:07 +0000"}}"#)
        };
        let mut counts = Groups::default();
        for seconds in ["0.249", "0.250", "3.000"] {
            count(&mut counts, &request(seconds)).unwrap();
        }
        let all: Vec<_> = counts.into_iter().map(|(group, count)| (group.name, group.number, count)).collect();
        assert_eq!(all, [("/a".into(), TEN / WINDOW, 2)]);
    }
}
