//! The score of each team in each hour of a game: fixed windows.
//!
//! Each line of the log says who scored how much, when, for which team. Lines are in no particular order. What counts
//! is when a point was made, not when its line was written or read.
//!
//! ```text
//! $ cargo run --release --example hourly_team_score -- --input examples/data/game-scores.csv \
//!     --start 2015-11-16T16:00 --stop 2015-11-16T18:00 --output scores --dead-letters malformed.txt
//! done in 0.01 s, 604 B read
//! $ cat scores-*
//! 2015-11-16T16:00:00Z blue 9
//! 2015-11-16T16:00:00Z red 15
//! 2015-11-16T17:00:00Z blue 11
//! 2015-11-16T17:00:00Z red 10
//! $ cat malformed.txt
//! bob,blue: 2 fields where there should be 5
//! dan,blue,many,1447693200000,2015-11-16 17:00:00: invalid digit found in string
//! ```
//!
//! A line of the output is the beginning of the hour, the team and its points. Lines come in no particular order.

use beamline::clap::{self, Parser};
use beamline::prelude::*;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

/// Sums up the score of each team in each hour.
#[derive(Parser)]
struct Args {
    /// Lines `user,team,score,milliseconds since 1970,time to read`: a path, a pattern, or - for standard input
    #[arg(long, value_name = "FILE")]
    input: PathBuf,
    /// How the names of the files to write begin, or - for standard output
    #[arg(long, value_name = "PREFIX")]
    output: PathBuf,
    /// The file for lines that are malformed
    #[arg(long, value_name = "FILE")]
    dead_letters: PathBuf,
    /// Leave out what happened before, such as 2015-11-16T16:00 (UTC)
    #[arg(long, value_name = "TIME", default_value = "1970-01-01")]
    start: Timestamp,
    /// Leave out what happened then or later
    #[arg(long, value_name = "TIME", default_value = "2100-01-01")]
    stop: Timestamp,
    /// The length of a window in minutes
    #[arg(long, value_name = "MINUTES", default_value_t = 60)]
    window: u64,
}

#[derive(Clone, Serialize, Deserialize)]
struct Score {
    team: String,
    points: i64,
    at: Timestamp,
}

fn build(p: &Pipeline, args: Args) -> Result<(), BoxError> {
    let scores = p.read(text::read(&args.input)).try_map(|line| parse(line)).named("Parse");
    scores
        .ok
        .filter(move |score| args.start <= score.at && score.at < args.stop)
        .with_timestamps(|score| score.at)
        .window(Windowing::fixed(Duration::from_mins(args.window)))
        .map(|score| (score.team, score.points))
        .combine_per_key(Sum)
        .reify_windows()
        .map(|sum| format!("{} {} {}", sum.window.start, sum.value.0, sum.value.1))
        .write(text::write(&args.output));
    scores
        .failed
        .map(|failure| format!("{}: {}", failure.element, failure.error))
        .write(text::write(&args.dead_letters).single_file());
    Ok(())
}

fn parse(line: &str) -> Result<Score, BoxError> {
    let fields: Vec<_> = line.split(',').map(str::trim).collect();
    let [_user, team, points, millis, _time] = fields[..] else {
        return Err(format!("{} fields where there should be 5", fields.len()).into());
    };
    Ok(Score { team: team.to_owned(), points: points.parse()?, at: Timestamp::from_millis(millis.parse()?) })
}

fn main() -> ExitCode {
    launch(build)
}
