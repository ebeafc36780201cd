//! The arguments of the peers: those of the contestants that they run against.

use std::error::Error;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;

use beamline_bench_data::pairs::Keys;
use beamline_nexmark::arguments::StreamArgs;
use beamline_nexmark::events::Store;
use beamline_nexmark::queries::Query;

/// A file to read and a file to write.
#[derive(Args, Clone, Debug)]
pub struct Files {
    /// The text to read.
    #[arg(long)]
    pub input: PathBuf,
    /// The file to write, or what the names of several begin with.
    #[arg(long)]
    pub output: PathBuf,
    /// How many threads work.
    #[command(flatten)]
    pub threads: Threads,
}

/// A file to read.
#[derive(Args, Clone, Debug)]
pub struct Input {
    /// The text to read.
    #[arg(long)]
    pub input: PathBuf,
    /// How many threads work.
    #[command(flatten)]
    pub threads: Threads,
}

/// A stream of keyed elements.
#[derive(Args, Clone, Copy, Debug)]
pub struct Keyed {
    /// How many elements there are.
    #[arg(long)]
    pub elements: u64,
    /// How many distinct keys there are.
    #[arg(long)]
    pub keys: u64,
    /// Keys by Zipf's law.
    #[arg(long)]
    pub zipf: bool,
    /// How many threads work.
    #[command(flatten)]
    pub threads: Threads,
}

/// A stream of numbers.
#[derive(Args, Clone, Copy, Debug)]
pub struct Numbers {
    /// How many numbers there are, from zero on.
    #[arg(long)]
    pub elements: u64,
    /// Steps that the compiler can look into.
    #[arg(long)]
    pub plain: bool,
    /// How many threads work.
    #[command(flatten)]
    pub threads: Threads,
}

/// A query of NEXMark, and its events.
#[derive(Args, Clone, Debug)]
pub struct Nexmark {
    /// Which query.
    pub query: Query,
    /// The file that keeps the events, which is written if it is not there.
    #[arg(long)]
    store: PathBuf,
    /// Which events there are.
    #[command(flatten)]
    stream: StreamArgs,
    /// How many threads work.
    #[command(flatten)]
    pub threads: Threads,
}

/// How many threads work.
#[derive(Args, Clone, Copy, Debug)]
pub struct Threads {
    /// How many threads work.
    #[arg(long, default_value = "2")]
    threads: NonZeroUsize,
}

impl Threads {
    /// How many threads work: at least one.
    pub const fn count(self) -> usize {
        self.threads.get()
    }
}

impl Nexmark {
    /// The events.
    ///
    /// # Errors
    ///
    /// When the file cannot be written, or has other events.
    pub fn open(&self) -> Result<Store, Box<dyn Error + Send + Sync>> {
        Store::open_or_save(&self.stream.stream(), &self.store)
    }
}

impl Keyed {
    /// Which keys come how often.
    pub const fn distribution(self) -> Keys {
        if self.zipf { Keys::zipf(self.keys) } else { Keys::Uniform(self.keys) }
    }
}

/// Prints the line that the harness compares.
pub fn print_checksum(checksum: u64) {
    println!("checksum: {checksum:016x}");
}
