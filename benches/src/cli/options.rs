//! The options of the suites.

use std::io;
use std::path::PathBuf;

use clap::Args;

use crate::harness::Selection;
use crate::suites::{Size, Suite, Workload};

/// How much work, how often, and by whom.
#[derive(Args, Debug)]
pub(super) struct Options {
    #[command(flatten)]
    pub(super) work: WorkOptions,
    /// How often each contestant runs, after one run that does not count.
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..))]
    rounds: u16,
    /// Runs these contestants alone.
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    only: Vec<String>,
    /// Compares with this contestant instead of the suite's first.
    #[arg(long, value_name = "NAME")]
    reference: Option<String>,
}

/// How much work, and where.
#[derive(Args, Debug)]
pub(super) struct WorkOptions {
    /// Where generated data and results are kept [default: `bench-data` in the target directory of this program].
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The size of the file that is read, in 10⁶ bytes [default: the suite's].
    #[arg(long, value_name = "MB", value_parser = clap::value_parser!(u64).range(1..))]
    megabytes: Option<u64>,
    /// How many elements a stream has [default: the suite's].
    #[arg(long, value_name = "N")]
    elements: Option<u64>,
    /// How many distinct keys they have [default: the suite's].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..1 << 50))]
    keys: Option<u64>,
}

impl Options {
    /// Who runs, how often, and against whom.
    pub(super) fn selection(&self) -> Selection {
        Selection { rounds: usize::from(self.rounds), only: self.only.clone(), reference: self.reference.clone() }
    }
}

impl WorkOptions {
    /// What the contestants of a suite work on.
    pub(super) fn workload(&self, suite: &Suite) -> io::Result<Workload> {
        let folder = self.data.clone().map_or_else(default_folder, Ok)?;
        Ok(Workload { folder, size: self.size(suite.size) })
    }

    fn size(&self, size: Size) -> Size {
        match size {
            Size::File { kind, megabytes } => Size::File { kind, megabytes: self.megabytes.unwrap_or(megabytes) },
            Size::Stream { elements, keys } => {
                Size::Stream { elements: self.elements.unwrap_or(elements), keys: self.keys.unwrap_or(keys) }
            }
        }
    }
}

/// `target/release/beamline-benches` keeps its data in `target/bench-data`.
pub(super) fn default_folder() -> io::Result<PathBuf> {
    let program = std::env::current_exe()?;
    let target =
        program.ancestors().nth(2).ok_or_else(|| io::Error::other("no folder to keep data in: give --data"))?;
    Ok(target.join("bench-data"))
}
