//! What comparing takes beside the pipelines: events in a file, and queries by hand.

use std::path::PathBuf;
use std::process::ExitCode;

use beamline::BoxError;
use beamline_nexmark::arguments::StreamArgs;
use beamline_nexmark::events::{Event, Store, save};
use beamline_nexmark::handwritten;
use beamline_nexmark::queries::Query;
use clap::Parser;
use mimalloc::MiMalloc;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Saves the events of NEXMark, and answers queries by hand.
#[derive(Parser)]
enum Command {
    /// Writes events to a file, which `beamline-nexmark --input` and `handwritten` read
    Save {
        /// The file
        file: PathBuf,
        #[command(flatten)]
        stream: StreamArgs,
    },
    /// Answers a query without an engine
    Handwritten {
        /// Which query
        query: Query,
        /// A file of events
        #[arg(long, value_name = "FILE")]
        input: PathBuf,
    },
}

fn run(command: Command) -> Result<(), BoxError> {
    match command {
        Command::Save { file, stream } => save(&stream.stream(), &file),
        Command::Handwritten { query, input } => answer(query, &Store::open(&input)?),
    }
}

fn answer(query: Query, store: &Store) -> Result<(), BoxError> {
    if store.stream().disorder != 1 {
        return Err("queries by hand need events in order: save them without --disorder".into());
    }
    let mut damage = None;
    let events = store.events()?.map_while(|event: Result<Event, BoxError>| event.map_err(|e| damage = Some(e)).ok());
    let summary = handwritten::run(query, events)?;
    if let Some(error) = damage {
        return Err(error);
    }
    println!("{} results of {} events", summary.results, store.stream().events);
    println!("checksum: {:016x}", summary.checksum);
    Ok(())
}

fn main() -> ExitCode {
    match run(Command::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
