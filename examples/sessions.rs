//! The visits of each user to a site: sessions of a log of clicks, and what came too late for them.
//!
//! A visit is a run of clicks of one user, and ends when there is none for half an hour. Lines are in the order in which
//! the clicks came in, which is not that in which they were made: a telephone may have been without a network. The
//! program takes it that no click comes in more than so many minutes behind a later one, and puts those that do into a
//! file of their own.
//!
//! ```text
//! $ cargo run --release --example sessions -- --input examples/data/clicks.csv --output visits \
//!     --late late.txt --out-of-order 40
//! done in 0.01 s
//!   Count                         dropped_late 1
//! $ cat visits-*
//! ann from 2024-03-01T10:00:00Z to 2024-03-01T10:20:00Z: 3
//! ann from 2024-03-01T11:10:00Z to 2024-03-01T11:42:00Z: 3
//! bob from 2024-03-01T10:07:00Z to 2024-03-01T10:32:00Z: 3
//! bob from 2024-03-01T11:45:00Z to 2024-03-01T11:45:00Z: 1
//! cleo from 2024-03-01T10:50:00Z to 2024-03-01T10:50:00Z: 1
//! $ cat late.txt
//! ann was at boats at 2024-03-01T10:30:00Z
//! ```
//!
//! A line of the output is a user, a first and a last click, and how many there were. Lines come in no particular order.
//!
//! A file has an end, and nothing in it is late. So that the program does what it would do with a stream, it plays the
//! file line by line through a [`TestStream`]: the watermark follows the latest click so far, at a distance.

use beamline::clap::{self, Parser};
use beamline::prelude::*;
use beamline::testing::TestStream;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

/// Finds the visits of each user in a log of clicks.
#[derive(Parser)]
struct Args {
    /// Lines `user,time,page`, in the order in which they came in
    #[arg(long, value_name = "FILE")]
    input: PathBuf,
    /// How the names of the files to write begin, or - for standard output
    #[arg(long, value_name = "PREFIX")]
    output: PathBuf,
    /// The file for clicks that came too late to be counted
    #[arg(long, value_name = "FILE")]
    late: PathBuf,
    /// After how many minutes without a click a visit has ended
    #[arg(long, value_name = "MINUTES", default_value_t = 30)]
    gap: u64,
    /// How many minutes a click may come in behind a later one
    #[arg(long, value_name = "MINUTES", default_value_t = 5)]
    out_of_order: u64,
}

/// Who clicked, and where.
type Click = (String, String);

fn build(p: &Pipeline, args: Args) -> Result<(), BoxError> {
    let gap = Duration::from_mins(args.gap);
    let clicks = TestStream::when_run(move || play(&args.input, Duration::from_mins(args.out_of_order)));
    let visits = p.apply(clicks).window(Windowing::sessions(gap)).keeping_late_data().count_per_key();
    visits
        .results
        .reify_windows()
        .map(move |visit| {
            let ((user, clicks), window) = (visit.value, visit.window);
            format!("{user} from {} to {}: {clicks}", window.start, window.end - gap)
        })
        .write(text::write(&args.output));
    visits
        .late
        .reify_timestamps()
        .map(|((user, page), time)| format!("{user} was at {page} at {time}"))
        .write(text::write(&args.late).single_file());
    Ok(())
}

/// A stream of the clicks of a file, which come in one by one, each followed by the watermark.
fn play(file: &Path, out_of_order: Duration) -> Result<TestStream<Click>, BoxError> {
    let lines = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    lines.lines().try_fold(TestStream::new(), |stream, line| {
        let (time, click) = parse(line).map_err(|error| format!("{line}: {error}"))?;
        Ok(stream.element(time, click).advance_watermark_to_at_least(time - out_of_order))
    })
}

fn parse(line: &str) -> Result<(Timestamp, Click), BoxError> {
    let fields: Vec<_> = line.split(',').map(str::trim).collect();
    let [user, time, page] = fields[..] else {
        return Err(format!("{} fields where there should be 3", fields.len()).into());
    };
    Ok((time.parse()?, (user.to_owned(), page.to_owned())))
}

fn main() -> ExitCode {
    launch(build)
}
