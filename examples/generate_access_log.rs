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

const PAGES: [&str; 6] = ["/", "/shop", "/shop?from=mail", "/cart", "/checkout", "/about"];
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A number that looks random, and follows from another (splitmix64: Steele, Lea and Flood, *Fast Splittable Pseudorandom
/// Number Generators*, 2014).
fn scramble(n: u64) -> u64 {
    let x = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// One request in thirty takes seconds, the others some milliseconds.
fn request(chance: u64, at: Timestamp) -> String {
    let below = |end: u64, shift: u32| (chance >> shift) % end;
    let millis = if below(30, 0) == 0 { 1_000 + below(3_000, 8) } else { 5 + below(500, 8) };
    let (seconds, page) = (format!("{}.{:03}", millis / 1_000, millis % 1_000), PAGES[below(6, 24) as usize]);
    format!(
        r#"{{"status":"200","body_bytes_sent":"{}","remote_user":"-","request_time":"{seconds}","http_referer":"-","remote_addr":"10.0.0.{}","request":"GET {page} HTTP/1.1","http_user_agent":"made up","upstream_response_time":"{seconds}","time_local":"{}"}}"#,
        below(100_000, 32),
        1 + below(20, 56),
        local(at)
    )
}

/// `01/Mar/2024:10:00:00 +0000`.
fn local(at: Timestamp) -> String {
    let text = at.to_string();
    let month = text[5..7].parse().map_or(0, |month: usize| month - 1);
    format!("{}/{}/{}:{} +0000", &text[8..10], MONTHS[month], &text[..4], &text[11..19])
}

fn build(p: &Pipeline, args: Args) -> Result<(), BoxError> {
    let Args { rate, seed, start, .. } = args;
    let log = generate(rate, move |n| {
        request(
            scramble(scramble(seed.wrapping_add(1)).wrapping_add(n)),
            start + Duration::from_secs_f64(n as f64 / rate),
        )
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
