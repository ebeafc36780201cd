//! The words of a file that grows, counted every ten seconds.
//!
//! ```text
//! cargo run --release --example tail_wordcount -- --file notes.txt
//! ```
//!
//! With another terminal:
//!
//! ```text
//! echo to be or not to be >> notes.txt
//! ```
//!
//! When the ten seconds are over, lines such as `2030-01-01T10:00:10Z to: 2` say until when words were counted, and how many
//! there were. Ctrl-C ends it, with the counts of the seconds that have begun.

use beamline::clap::{self, Parser};
use beamline::io::text::InvalidUtf8::Lossy;
use beamline::prelude::*;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

/// Counts the words that are appended to a file.
#[derive(Parser)]
struct Args {
    /// The file, which need not be there yet
    #[arg(long, value_name = "FILE")]
    file: PathBuf,
    /// Ends after so many lines
    #[arg(long, value_name = "LINES")]
    take: Option<u64>,
    /// How often to say what has been counted, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    every: u64,
}

fn build(p: &Pipeline, args: Args) -> Result<(), BoxError> {
    if args.every == 0 {
        return Err("--every 0 would be all the time: at least 1".into());
    }
    // A byte that is no text, and comes after days, is not to end it.
    let tail = text::tail(&args.file).invalid_utf8(Lossy);
    let lines = match args.take {
        Some(count) => p.read(tail.take(count)),
        None => p.read(tail),
    };
    lines
        .flat_map_with(|line, out| line.split_whitespace().for_each(|word| out.emit(word.to_lowercase())))
        .named("Words")
        .window(Windowing::fixed(Duration::from_secs(args.every)))
        .count_per_element()
        .for_each_in_window(|counted| {
            let (word, count) = counted.value;
            println!("{} {word}: {count}", counted.window.end);
            Ok(())
        });
    Ok(())
}

fn main() -> ExitCode {
    launch(build)
}
