//! The slow requests of a web server's log by hand: how many there were of each page in each minute.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use serde::Deserialize;

use super::groups::Groups;
use ::beamline::BoxError;
use beamline_bench_data::access_log::parse_local;
use beamline_bench_data::digest::Digest;

const BUFFER: usize = 1 << 20;

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
pub fn parse(line: &str) -> Result<Request<'_>, BoxError> {
    let line: Line = serde_json::from_str(line)?;
    let path = line.request.split(' ').nth(1).ok_or("the request has no path")?;
    Ok(Request {
        millis: parse_local(line.time_local.as_bytes()).ok_or("the time is none")?,
        page: path.split('?').next().unwrap_or(path),
        seconds: line.request_time.parse()?,
    })
}

/// Counts the slow requests of each page in each minute.
///
/// # Errors
///
/// When the file cannot be read, or a line is not one of such a log.
pub fn count_slow(file: &Path) -> Result<u64, BoxError> {
    let mut reader = BufReader::with_capacity(BUFFER, File::open(file)?);
    let mut counts = Groups::<u64>::new();
    let mut line = String::new();
    while next_line(&mut reader, &mut line)? {
        let request = parse(&line)?;
        if request.seconds >= SLOW {
            *counts.of(request.page, request.millis.div_euclid(WINDOW)) += 1;
        }
    }
    Ok(counts.iter().fold(0, |sum: u64, (page, _, count)| sum.wrapping_add(digest(page, *count))))
}

/// What a page of a minute adds to the checksum.
pub fn digest(page: &str, count: u64) -> u64 {
    Digest::of(page.as_bytes()).wrapping_mul(count.wrapping_mul(count))
}

/// One line into a buffer that is used again.
fn next_line(reader: &mut impl BufRead, line: &mut String) -> io::Result<bool> {
    line.clear();
    let read = reader.read_line(line)?;
    line.truncate(line.trim_end_matches(['\r', '\n']).len());
    Ok(read > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_log_are_understood() {
        let mut line = Vec::new();
        beamline_bench_data::access_log::AccessLog::new(3).line(5, 1_709_287_200_000, &mut line);
        let request = parse(str::from_utf8(&line).unwrap()).unwrap();
        assert_eq!(request.millis, 1_709_287_200_000);
        assert!(request.page.starts_with('/') && !request.page.contains('?') && request.seconds > 0.004, "{request:?}");
        assert!(parse("{}").is_err());
        assert!(parse(r#"{"request":"GET","request_time":"1","time_local":""}"#).is_err());
    }
}
