//! The log of a web server, as lines of JSON that come while the program runs.
//!
//! nginx writes it with
//!
//! ```text
//! log_format json escape=json '{"status":"$status","body_bytes_sent":"$body_bytes_sent","remote_user":"$remote_user",'
//!     '"request_time":"$request_time","http_referer":"$http_referer","remote_addr":"$remote_addr",'
//!     '"request":"$request","http_user_agent":"$http_user_agent",'
//!     '"upstream_response_time":"$upstream_response_time","time_local":"$time_local"}';
//! ```

use beamline::clap::{self, Args};
use beamline::io::net;
use beamline::io::text::InvalidUtf8::Lossy;
use beamline::prelude::*;
use beamline::{Source, Untimed};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::time::Duration;

/// Where the log comes from: a file that grows, connections, or standard input.
#[derive(Args)]
#[group(multiple = false)]
pub(crate) struct Input {
    /// The log: a file that grows, and may be rotated; standard input if neither this nor --tcp is given
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// An address to listen at, such as 0.0.0.0:9000, for programs that send the log
    #[arg(long, value_name = "ADDRESS")]
    tcp: Option<String>,
}

/// A number of minutes, for options.
pub(crate) fn minutes(text: &str) -> Result<Duration, BoxError> {
    let seconds = text.parse::<u64>()?.checked_mul(60).ok_or("nobody will live to see that")?;
    Ok(Duration::from_secs(seconds))
}

/// What a line says.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Request {
    /// When it was answered.
    pub(crate) at: Timestamp,
    pub(crate) address: String,
    /// The path, without its query.
    pub(crate) page: String,
    pub(crate) took: Duration,
}

/// Reads the requests as they come, or only so many lines. Lines that are none are shown on standard error. Whoever sends a
/// request may put any bytes into it, so those that are no text are replaced.
pub(crate) fn read(p: &Pipeline, input: &Input, take: Option<u64>) -> PCollection<Request> {
    let lines = match (&input.file, &input.tcp) {
        (Some(file), _) => read_from(p, text::tail(file).invalid_utf8(Lossy), take),
        (None, Some(address)) => read_from(p, net::accept_lines(address).invalid_utf8(Lossy), take),
        (None, None) => read_from(p, text::read("-").invalid_utf8(Lossy).as_stream(), take),
    };
    let requests = lines.try_map(|line| parse(line)).named("Parse");
    requests.failed.for_each(|failed| {
        eprintln!("no request: {}: {}", failed.element, failed.error);
        Ok(())
    });
    requests.ok
}

/// Lines have the times of their requests, and come at most five seconds behind later ones.
fn read_from(p: &Pipeline, source: impl Source<Out = String>, take: Option<u64>) -> PCollection<String> {
    let time_of = |line: &String| parse(line).map(|request| request.at);
    let in_time = source.with_timestamps(time_of, BoundedOutOfOrderness::new(Duration::from_secs(5)));
    let in_time = in_time.untimed(Untimed::AtWatermark);
    match take {
        Some(count) => p.read(in_time.take(count)),
        None => p.read(in_time),
    }
}

/// The fields of a line that are of interest.
#[derive(Deserialize)]
struct Line {
    remote_addr: String,
    request: String,
    request_time: Seconds,
    time_local: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Seconds {
    Number(f64),
    Text(String),
}

fn parse(line: &str) -> Result<Request, BoxError> {
    let line: Line = serde_json::from_str(line)?;
    let seconds = match line.request_time {
        Seconds::Number(seconds) => seconds,
        Seconds::Text(text) => text.parse()?,
    };
    let path = line.request.split(' ').nth(1).ok_or("the request has no path")?;
    Ok(Request {
        at: parse_time(&line.time_local)?,
        address: line.remote_addr,
        page: path.split('?').next().unwrap_or(path).to_owned(),
        took: Duration::try_from_secs_f64(seconds)?,
    })
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A time such as `01/Mar/2024:10:00:00 +0100`.
fn parse_time(text: &str) -> Result<Timestamp, BoxError> {
    let wrong = || format!("{text} is no time such as 01/Mar/2024:10:00:00 +0100");
    let (local, zone) = text.split_once(' ').ok_or_else(wrong)?;
    let (date, time) = local.split_once(':').ok_or_else(wrong)?;
    let [day, month, year] = date.split('/').collect::<Vec<_>>()[..] else { return Err(wrong().into()) };
    let month = MONTHS.iter().position(|name| *name == month).ok_or_else(wrong)? + 1;
    let local: Timestamp = format!("{year}-{month:02}-{day}T{time}").parse()?;
    let zone: i64 = zone.parse().map_err(|_| wrong())?;
    let minutes = zone / 100 * 60 + zone % 100;
    Ok(Timestamp::from_millis(local.millis() - minutes * 60_000))
}
