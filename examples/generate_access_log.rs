//! Makes up the log of a web server, for the programs that read one: `slow_requests` and `page_path`.
//!
//! ```text
//! $ cargo run --release --example generate_access_log -- --rate 1000 --take 3 | grep -o '"request":"[^"]*"'
//! "request":"GET / HTTP/1.1"
//! "request":"GET /about HTTP/1.1"
//! "request":"GET /shop?from=mail HTTP/1.1"
//! done in 0.01 s
//! ```
//!
//! The same seed gives the same log.

use beamline::clap::{self, Parser};
use beamline::prelude::*;
use beamline_bench_data::access_log::AccessLog;
use std::process::ExitCode;
use std::time::Duration;

/// Makes up the log of a web server, as lines of JSON.
#[derive(Parser)]
struct Args {
    /// Requests per second
    #[arg(long, default_value_t = 10.0)]
    rate: f64,
    /// Ends after so many lines
    #[arg(long, value_name = "LINES")]
    take: Option<u64>,
    /// What chance follows from
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// The time of the first request
    #[arg(long, value_name = "TIME", default_value = "2030-01-01")]
    start: Timestamp,
}

fn build(p: &Pipeline, args: Args) -> Result<(), BoxError> {
    let Args { rate, seed, start, .. } = args;
    let requests = AccessLog::new(seed);
    let log = generate(rate, move |n| {
        let mut line = Vec::new();
        requests.line(n, (start + Duration::from_secs_f64(n as f64 / rate)).millis(), &mut line);
        String::from_utf8(line).expect("lines are text")
    });
    let lines = match args.take {
        Some(count) => p.read(log.take(count)),
        None => p.read(log),
    };
    lines.for_each(|line| {
        println!("{line}");
        Ok(())
    });
    Ok(())
}

fn main() -> ExitCode {
    launch(build)
}
