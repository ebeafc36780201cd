//! The program: a query as a pipeline that prints its results.

use std::path::PathBuf;
use std::time::Instant;

use beamline::clap::{self, Parser};
use beamline::prelude::*;

use crate::arguments::EventArgs;
use crate::events::Reading;
use crate::queries::Query;
use crate::results::Summary;

/// Runs a query of NEXMark, and shows its first results.
#[derive(Debug, Parser)]
pub struct Args {
    /// Which query
    query: Query,
    #[command(flatten)]
    events: EventArgs,
    /// How many results to show
    #[arg(long, value_name = "N", default_value_t = 10)]
    show: usize,
    /// The folder for the files of query 10
    #[arg(long, value_name = "FOLDER", required_if_eq("query", "q10"))]
    output: Option<PathBuf>,
}

/// Adds the query to a pipeline.
///
/// # Errors
/// Those of the source of the events.
pub fn build(p: &Pipeline, args: Args) -> Result<(), BoxError> {
    let source = args.events.source()?;
    let (begun, events) = (Instant::now(), source.stream().events);
    let summary = args.query.build(&Reading::new(p, source), &args.output.unwrap_or_default(), args.show);
    summary
        .for_each(move |summary| {
            print(summary, events, begun);
            Ok(())
        })
        .named("Print");
    Ok(())
}

fn print(Summary { results, checksum }: Summary, events: u64, begun: Instant) {
    let seconds = begun.elapsed().as_secs_f64();
    println!("{results} results of {events} events in {seconds:.2} s: {:.0} events a second", events as f64 / seconds);
    println!("checksum: {checksum:016x}");
}
