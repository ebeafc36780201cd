//! Asks an HTTP service about every id of a file, and keeps those apart that it cannot answer for.
//!
//! No more than `--at-once` questions are asked at once, no more than `--rate` in a second, and the last
//! 10,000 answers are kept for ten minutes, so that an id is rarely asked about twice. A service that is busy or broken
//! is asked again, later and later. The ids that are left are dead letters, with the reason; when the service has been
//! mended, they are all that is asked about:
//!
//! ```text
//! $ cargo run --release --features async --example enrich -- --input ids.txt --service localhost:8000/items \
//!       --output out/items --letters out/letters.jsonl
//! $ cargo run --release --features async --example enrich -- --replay out/letters.jsonl --service localhost:8000/items \
//!       --output out/more --letters out/still.jsonl
//! ```
//!
//! The service is asked for `/items/ID`. The output has a line for each id: the id, a tab, and what the service said.
//!
//! A program of your own has `features = ["async"]` for beamline, and the client that it likes: here it is `beamline::tokio`.

mod http;

use beamline::AsyncOptions;
use beamline::clap::{self, Parser};
use beamline::prelude::*;
use http::{Refused, Service};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

/// Asks an HTTP service about every id of a file.
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Files with an id in each line
    #[arg(long, required_unless_present = "replay")]
    input: Option<String>,
    /// In place of an input: the letters of an earlier run, to ask about those ids again
    #[arg(long, value_name = "FILE", conflicts_with = "input")]
    replay: Option<PathBuf>,
    /// Whom to ask, such as localhost:8000/items
    #[arg(long, value_name = "HOST:PORT/PATH")]
    service: Service,
    /// How the names of the files to write begin
    #[arg(long)]
    output: PathBuf,
    /// The file for the ids that the service could not answer for
    #[arg(long, value_name = "FILE")]
    letters: PathBuf,
    /// How many questions are asked at once
    #[arg(long, default_value_t = 8)]
    at_once: usize,
    /// How many questions are asked in a second
    #[arg(long, default_value_t = 100)]
    rate: u32,
    /// How often to ask before an id is given up
    #[arg(long, default_value_t = 4)]
    attempts: u32,
    /// How long to wait before the second attempt, in milliseconds
    #[arg(long, default_value_t = 200)]
    backoff: u64,
    /// How long to wait for an answer, in milliseconds
    #[arg(long, default_value_t = 5_000)]
    timeout: u64,
    /// Give up when more ids than this could not be answered for
    #[arg(long)]
    most_letters: Option<u64>,
}

const FETCH: &str = "Fetch";

fn build(p: &Pipeline, args: Args) -> Result<(), BoxError> {
    let ids = match (&args.replay, &args.input) {
        (Some(letters), _) => p.create([]).replaying(FETCH, &p.apply(dead_letters::read(letters))),
        (None, input) => p.read(text::read(input.as_deref().unwrap_or("-"))).filter(|id| !id.trim().is_empty()),
    };
    let service = args.service.clone();
    let fetched = ids.par_do_async(options(&args), move |id: String| {
        let service = service.clone();
        async move {
            let item = service.get(id.trim()).await?;
            Ok::<_, BoxError>(format!("{id}\t{item}"))
        }
    });
    let fetched = fetched.named(FETCH);
    let fetched = match args.most_letters {
        Some(most) => fetched.fail_above(FailureLimit::count(most)),
        None => fetched,
    };
    fetched.ok.write(text::write(&args.output)).named("WriteItems");
    fetched.failed.write(dead_letters::write(&args.letters)).named("WriteLetters");
    Ok(())
}

fn options(args: &Args) -> AsyncOptions<String> {
    AsyncOptions::concurrency(args.at_once)
        .rate_limit(args.rate, Duration::from_secs(1))
        .timeout(Duration::from_millis(args.timeout))
        .attempts(args.attempts)
        .backoff(Duration::from_millis(args.backoff), Duration::from_secs(10))
        .retry_if(|error| error.downcast_ref().is_none_or(Refused::is_for_now))
        .cached_by(10_000, Duration::from_mins(10), String::clone)
}

fn main() -> ExitCode {
    launch(build)
}
