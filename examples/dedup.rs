//! Drops events whose id has come before, within an hour: state with a time to live.
//!
//! A sender that gets no answer sends again, so the events of a day are in the log more than once. Each line is the time
//! of the event, its id, and what happened; lines are in no particular order.
//!
//! ```text
//! $ cargo run --release --example dedup -- --input examples/data/events.csv --output -
//! 08:00,a17,order 3 apples
//! 08:01,b02,order 1 pear
//! 09:10,a17,order 2 plums
//! 09:45,b02,order 4 pears
//! 09:50,c33,cancel 1 pear
//! done in 0.01 s, 217 B read
//! ```
//!
//! What came at 08:00 came again at 08:02 and at 08:59. At 09:10 the id is used for something new: an hour after an id
//! was first seen it is forgotten, so the memory of a log without an end is bounded.

use beamline::clap::{self, Parser};
use beamline::prelude::*;
use beamline::state::ValueState;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::process::ExitCode;

/// Drops events whose id has come before, within an hour.
#[derive(Parser)]
struct Args {
    /// Lines `time,id,text`, with times such as 08:30: a path, a pattern, or - for standard input
    #[arg(long, value_name = "FILE")]
    input: PathBuf,
    /// How the names of the files to write begin, or - for standard output
    #[arg(long, value_name = "PREFIX")]
    output: PathBuf,
}

#[derive(Clone, Serialize, Deserialize)]
struct Event {
    at: Timestamp,
    id: String,
    line: String,
}

fn parse(line: &str) -> Result<Event, BoxError> {
    let mut fields = line.splitn(3, ',');
    let (Some(time), Some(id), Some(_)) = (fields.next(), fields.next(), fields.next()) else {
        return Err("there should be a time, an id and a text".into());
    };
    let (hours, minutes) = time.split_once(':').ok_or("the time should be as 08:30 is")?;
    let minutes = 60 * hours.parse::<i64>()? + minutes.parse::<i64>()?;
    Ok(Event { at: Timestamp::from_millis(60_000 * minutes), id: id.to_owned(), line: line.to_owned() })
}

/// What is known of an id.
#[derive(StateSpec)]
#[state(ttl = "1h")]
struct Known {
    seen: ValueState<bool>,
}

/// Passes on the first event of an id.
#[derive(Clone)]
struct FirstOfEach;

impl StatefulDoFn<String, Event> for FirstOfEach {
    type State = Known;
    type Out = String;
    /// The first is the earliest, wherever it stands in the log.
    const REQUIRES_TIME_SORTED_INPUT: bool = true;

    fn process(
        &mut self,
        _id: &String,
        event: Event,
        known: &mut Known,
        cx: &mut StateCx<'_, String>,
    ) -> Result<(), BoxError> {
        if known.seen.is_empty() {
            known.seen.set(true);
            cx.emit(event.line);
        }
        Ok(())
    }
}

fn build(p: &Pipeline, args: Args) -> Result<(), BoxError> {
    let events = p.read(text::read(&args.input)).try_map(|line| parse(line)).named("Parse");
    events
        .ok
        .with_timestamps(|event| event.at)
        .key_by(|event| event.id.clone())
        .par_do_stateful(FirstOfEach)
        .named("FirstOfEach")
        .write(text::write(&args.output));
    Ok(())
}

fn main() -> ExitCode {
    launch(build)
}
