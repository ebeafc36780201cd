//! Arguments that contestants of this program share.

use std::path::PathBuf;

use clap::Args;

use crate::contestants::pairs::Stream;
use crate::contestants::pipeline::Options;
use beamline_bench_data::pairs::Keys;

/// A file to read.
#[derive(Args, Debug)]
pub(super) struct Input {
    #[arg(long)]
    pub(super) input: PathBuf,
}

/// A file to read and a file to write.
#[derive(Args, Debug)]
pub(super) struct Files {
    #[arg(long)]
    pub(super) input: PathBuf,
    #[arg(long)]
    pub(super) output: PathBuf,
}

/// A stream of keyed elements.
#[derive(Args, Clone, Copy, Debug)]
pub(super) struct Keyed {
    #[arg(long)]
    pub(super) elements: u64,
    #[arg(long)]
    pub(super) keys: u64,
    #[arg(long)]
    pub(super) zipf: bool,
}

impl Keyed {
    /// Which keys come how often.
    pub(super) const fn distribution(self) -> Keys {
        if self.zipf { Keys::zipf(self.keys) } else { Keys::Uniform(self.keys) }
    }

    /// The pairs.
    pub(super) const fn pairs(self) -> Stream {
        Stream { keys: self.distribution(), distinct: self.keys as usize, pairs: self.elements }
    }
}

/// How a pipeline is run.
#[derive(Args, Clone, Copy, Debug)]
pub(super) struct Engine {
    #[arg(long, default_value_t = 2)]
    threads: usize,
    /// In MiB.
    #[arg(long)]
    memory: Option<usize>,
    /// Processing time does not move.
    #[arg(long)]
    stands_still: bool,
}

impl Engine {
    /// The options of the pipeline.
    pub(super) fn options(self) -> Options {
        let memory = self.memory.map(|mib| mib << 20);
        Options { threads: self.threads, memory, stands_still: self.stands_still }
    }
}

/// Work, and how it is run.
#[derive(Args, Clone, Copy, Debug)]
pub(super) struct WithEngine<T: Args> {
    #[command(flatten)]
    pub(super) work: T,
    #[command(flatten)]
    pub(super) engine: Engine,
}

/// Prints the line that the harness compares.
pub(super) fn print(checksum: u64) {
    println!("checksum: {checksum:016x}");
}
