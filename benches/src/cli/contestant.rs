//! The contestants' own entries, run by the harness as processes.

use std::error::Error;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::contestants::wordcount::packed::PackedTable;
use crate::contestants::wordcount::table::WordTable;
use crate::contestants::wordcount::{handwritten, naive};
use crate::contestants::{beamline, events, lines, maps, pairs, sessions, timers};
use beamline_bench_data::pairs::Keys;
use beamline_bench_data::steps::{Opaque, Plain};

#[derive(Debug, Subcommand)]
pub(super) enum Contestant {
    /// Words as slices.
    WordcountHandwritten(Files),
    /// Words as integers.
    WordcountPacked(Files),
    /// Words as slices, on two threads.
    WordcountTwoThreads(Files),
    /// Words as integers, on two threads.
    WordcountPackedTwoThreads(Files),
    /// Words as owned strings.
    WordcountNaive(Files),
    /// One table of sums.
    SumsHandwritten(Pairs),
    /// Two tables of sums.
    SumsTwoThreads(Pairs),
    /// A table of groups.
    SumsGrouped(Pairs),
    /// The standard library's table.
    SumsNaive(Pairs),
    /// A pipeline with a combiner.
    SumsBeamline(WithThreads<Pairs>),
    /// A pipeline with groups.
    GroupsBeamline(WithThreads<Pairs>),
    /// A pipeline of maps.
    MapsBeamline(WithThreads<Numbers>),
    /// A pipeline without elements.
    NothingBeamline(Threads),
    /// Lines as strings.
    LinesHandwritten(Input),
    /// A pipeline of lines.
    LinesBeamline(WithThreads<Input>),
    /// One table of counts.
    CountHandwritten(Pairs),
    /// A table of counts for each window.
    WindowsHandwritten(Pairs),
    /// A pipeline that counts.
    CountBeamline(WithThreads<Pairs>),
    /// A pipeline that counts in fixed windows at the end.
    WindowsBeamline(WithThreads<Pairs>),
    /// A pipeline that counts in fixed windows while events come.
    WindowsBeamlineLive(WithThreads<Pairs>),
    /// A pipeline that counts in windows of sixty periods while events come.
    SlidingBeamlineLive(WithThreads<Pairs>),
    /// A pipeline that counts in windows of sixty periods at the end.
    SlidingBeamline(WithThreads<Pairs>),
    /// The sessions of each user in a table.
    SessionsHandwritten(Pairs),
    /// A pipeline of sessions while clicks come.
    SessionsBeamlineLive(WithThreads<Pairs>),
    /// Timers in a heap.
    TimersHandwritten(Pairs),
    /// Timers in a tree, and in a table.
    TimersTree(Pairs),
    /// A pipeline with a timer for each element.
    TimersBeamlineLive(WithThreads<Pairs>),
    /// One iterator chain.
    MapsFused(Numbers),
    /// Batches through steps known at run time.
    MapsInBatches(Numbers),
}

#[derive(Args, Debug)]
pub(super) struct Files {
    #[arg(long)]
    input: PathBuf,
    #[arg(long)]
    output: PathBuf,
}

#[derive(Args, Debug)]
pub(super) struct Input {
    #[arg(long)]
    input: PathBuf,
}

#[derive(Args, Clone, Copy, Debug)]
pub(super) struct WithThreads<T: Args> {
    #[command(flatten)]
    work: T,
    #[command(flatten)]
    threads: Threads,
}

#[derive(Args, Clone, Copy, Debug)]
pub(super) struct Threads {
    #[arg(long, default_value_t = 2)]
    threads: usize,
    /// In MiB.
    #[arg(long)]
    memory: Option<usize>,
}

#[derive(Args, Clone, Copy, Debug)]
pub(super) struct Pairs {
    #[arg(long)]
    elements: u64,
    #[arg(long)]
    keys: u64,
    #[arg(long)]
    zipf: bool,
}

#[derive(Args, Clone, Copy, Debug)]
pub(super) struct Numbers {
    #[arg(long)]
    elements: u64,
    #[arg(long)]
    plain: bool,
}

impl Contestant {
    pub(super) fn run(self) -> Result<(), Box<dyn Error + Send + Sync>> {
        match self {
            Self::WordcountHandwritten(files) => handwritten::run::<WordTable>(&files.input, &files.output)?,
            Self::WordcountPacked(files) => handwritten::run::<PackedTable>(&files.input, &files.output)?,
            Self::WordcountTwoThreads(files) => {
                handwritten::run_on_two_threads::<WordTable>(&files.input, &files.output)?;
            }
            Self::WordcountPackedTwoThreads(files) => {
                handwritten::run_on_two_threads::<PackedTable>(&files.input, &files.output)?;
            }
            Self::WordcountNaive(files) => naive::run(&files.input, &files.output)?,
            Self::SumsHandwritten(pairs) => print(pairs::sum(pairs.stream())),
            Self::SumsTwoThreads(pairs) => print(pairs::sum_on_two_threads(pairs.stream())),
            Self::SumsGrouped(pairs) => print(pairs::group_then_sum(pairs.stream())),
            Self::SumsNaive(pairs) => print(pairs::sum_naively(pairs.stream())),
            Self::SumsBeamline(run) => print(beamline::sum(run.work.stream(), run.threads.options())?),
            Self::GroupsBeamline(run) => print(beamline::group_then_sum(run.work.stream(), run.threads.options())?),
            Self::MapsBeamline(run) => print(run.work.beamline(run.threads.options())?),
            Self::LinesHandwritten(input) => print(lines::measure(&input.input)?),
            Self::LinesBeamline(run) => print(beamline::lines(&run.work.input, run.threads.options())?),
            Self::CountHandwritten(pairs) => print(events::count(pairs.events())),
            Self::WindowsHandwritten(pairs) => print(events::count_in_windows(pairs.events())),
            Self::CountBeamline(run) => print(beamline::count(run.work.events(), run.threads.options())?),
            Self::WindowsBeamline(run) => {
                print(beamline::count_in_windows(run.work.events(), beamline::fixed(), run.threads.options())?);
            }
            Self::WindowsBeamlineLive(run) => {
                print(beamline::count_while_they_come(run.work.events(), beamline::fixed(), run.threads.options())?);
            }
            Self::SlidingBeamlineLive(run) => {
                print(beamline::count_while_they_come(run.work.events(), beamline::sliding(), run.threads.options())?);
            }
            Self::SlidingBeamline(run) => {
                print(beamline::count_in_windows(run.work.events(), beamline::sliding(), run.threads.options())?);
            }
            Self::SessionsHandwritten(pairs) => print(sessions::sessions(pairs.clicks())),
            Self::SessionsBeamlineLive(run) => print(beamline::sessions(run.work.clicks(), run.threads.options())?),
            Self::TimersHandwritten(pairs) => print(timers::handwritten::in_a_heap(pairs.reminders())),
            Self::TimersTree(pairs) => print(timers::handwritten::in_a_tree(pairs.reminders())),
            Self::TimersBeamlineLive(run) => print(timers::timers(run.work.reminders(), run.threads.options())?),
            Self::NothingBeamline(threads) => print(beamline::nothing(threads.options())?),
            Self::MapsFused(Numbers { elements, plain: true }) => print(maps::fused::<Plain>(elements)),
            Self::MapsFused(Numbers { elements, plain: false }) => print(maps::fused::<Opaque>(elements)),
            Self::MapsInBatches(Numbers { elements, plain: true }) => print(maps::in_batches::<Plain>(elements)),
            Self::MapsInBatches(Numbers { elements, plain: false }) => print(maps::in_batches::<Opaque>(elements)),
        }
        Ok(())
    }
}

impl Pairs {
    fn events(self) -> events::Events {
        let pairs::Stream { keys, pairs, .. } = self.stream();
        events::Events { keys, count: pairs }
    }

    fn clicks(self) -> sessions::Clicks {
        sessions::Clicks { users: self.keys, count: self.elements }
    }

    fn reminders(self) -> timers::Reminders {
        timers::Reminders { users: self.keys, count: self.elements }
    }

    fn stream(self) -> pairs::Stream {
        let keys = if self.zipf { Keys::zipf(self.keys) } else { Keys::Uniform(self.keys) };
        pairs::Stream { keys, distinct: self.keys as usize, pairs: self.elements }
    }
}

impl Numbers {
    fn beamline(self, options: beamline::Options) -> Result<u64, Box<dyn Error + Send + Sync>> {
        if self.plain {
            beamline::maps::<Plain>(self.elements, options)
        } else {
            beamline::maps::<Opaque>(self.elements, options)
        }
    }
}

impl Threads {
    fn options(self) -> beamline::Options {
        beamline::Options { threads: self.threads, memory: self.memory.map(|mib| mib << 20) }
    }
}

/// The line that the harness compares.
fn print(checksum: u64) {
    println!("checksum: {checksum:016x}");
}
