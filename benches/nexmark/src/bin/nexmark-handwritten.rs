//! Answers a query of NEXMark without an engine, to compare.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use beamline::BoxError;
use beamline_nexmark::arguments::StreamArgs;
use beamline_nexmark::events::{Event, Store};
use beamline_nexmark::handwritten;
use beamline_nexmark::queries::Query;
use clap::Parser;
use mimalloc::MiMalloc;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Answers a query of NEXMark without an engine, to compare.
#[derive(Parser)]
struct Args {
    /// Which query
    query: Query,
    /// The file that keeps the events, which is written if it is not there
    #[arg(long, value_name = "FILE")]
    store: PathBuf,
    /// The folder for the files of query 10
    #[arg(long, value_name = "FOLDER", required_if_eq("query", "q10"))]
    output: Option<PathBuf>,
    #[command(flatten)]
    stream: StreamArgs,
}

fn answer(args: &Args) -> Result<(), BoxError> {
    let stream = args.stream.stream();
    if stream.disorder != 1 {
        return Err("queries by hand need events in order: leave out --disorder".into());
    }
    let mut damage = None;
    let store = Store::open_or_save(&stream, &args.store)?;
    let events = store.events()?.map_while(|event: Result<Event, BoxError>| event.map_err(|e| damage = Some(e)).ok());
    let summary = handwritten::run(args.query, events, args.output.as_deref().unwrap_or(Path::new("")))?;
    if let Some(error) = damage {
        return Err(error);
    }
    println!("{} results of {} events", summary.results, stream.events);
    println!("checksum: {:016x}", summary.checksum);
    Ok(())
}

fn main() -> ExitCode {
    match answer(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
