//! The tasks of the benches in renoir.

mod events;
mod hours;
mod joins;
mod maps;
mod nexmark;
mod operators;
mod overheads;
mod records;
mod rollup;
mod run;
mod sums;
mod timers;
mod wordcount;

use std::error::Error;

use clap::Parser;

use beamline_bench_data::steps::{Opaque, Plain};
use peer_tasks::arguments::{Files, Input, Keyed, Nexmark, Numbers, print_checksum};
use peer_tasks::records::{Accidents, SlowRequests};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The tasks of the benches in renoir.
#[derive(Debug, Parser)]
enum Task {
    /// Counts the words of a text.
    Wordcount(Files),
    /// Sums pairs by key: first each thread by itself.
    Sums(Keyed),
    /// Sums pairs by key, each pair by the owner of its key.
    SumsExchanged(Keyed),
    /// Counts events by key in windows of ten seconds, all at the end.
    Windows(Keyed),
    /// Counts events by key in windows of ten seconds, which end while events come.
    WindowsLive(Keyed),
    /// The same with the windows of the library.
    WindowsLibrary(Keyed),
    /// Counts events by key in windows of sixty periods, which end while events come.
    Sliding(Keyed),
    /// Makes sessions of clicks.
    Sessions(Keyed),
    /// Joins what is shown with what is done within ten minutes.
    IntervalJoin(Keyed),
    /// The same with the join of the library.
    IntervalJoinLibrary(Keyed),
    /// Groups pairs together with one row for each of their keys.
    CoGroup(Keyed),
    /// Twenty maps.
    Maps(Numbers),
    /// Counts the slow requests of each page and minute in a log of JSON lines.
    Json(Input),
    /// Counts accidents by borough and month in a table as CSV.
    Csv(Input),
    /// Rolls up visits in windows of ten seconds, which end while visits come.
    Rollup(Keyed),
    /// The same with sketches of each thread, which are merged.
    RollupApart(Keyed),
    /// The last hour of meters at every second, while readings come.
    Hours(Keyed),
    /// Timers that are all pending at once, and then come in the order of their time.
    Timers(Keyed),
    /// Small sums by key, one after the other.
    Pipelines(Numbers),
    /// A chain of two thousand maps.
    Steps(Numbers),
    /// Answers a query of NEXMark.
    Nexmark(Nexmark),
}

fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    print_checksum(match Task::parse() {
        Task::Wordcount(files) => return wordcount::run(&files),
        Task::Sums(work) => sums::run(work)?,
        Task::SumsExchanged(work) => sums::run_exchanged(work)?,
        Task::Windows(work) => events::windows_at_the_end(work)?,
        Task::WindowsLive(work) => events::windows(work)?,
        Task::WindowsLibrary(work) => events::windows_of_the_library(work)?,
        Task::Sliding(work) => events::sliding(work)?,
        Task::Sessions(work) => events::sessions(work)?,
        Task::IntervalJoin(work) => joins::interval(work)?,
        Task::IntervalJoinLibrary(work) => joins::interval_of_the_library(work)?,
        Task::CoGroup(work) => joins::co_group(work)?,
        Task::Maps(work) if work.plain => maps::run::<Plain>(work)?,
        Task::Maps(work) => maps::run::<Opaque>(work)?,
        Task::Json(file) => records::run::<SlowRequests>(&file)?,
        Task::Csv(file) => records::run::<Accidents>(&file)?,
        Task::Rollup(work) => rollup::run(work)?,
        Task::RollupApart(work) => rollup::run_apart(work)?,
        Task::Hours(work) => hours::run(work)?,
        Task::Timers(work) => timers::run(work)?,
        Task::Pipelines(work) => overheads::many(work)?,
        Task::Steps(work) => overheads::long_chain(work)?,
        Task::Nexmark(work) => nexmark::run(&work)?,
    });
    Ok(())
}
