//! The options of the suites.

use std::io;
use std::path::PathBuf;

use clap::Args;

use crate::harness::Selection;
use crate::suites::Workload;

/// How much work, how often, and by whom.
#[derive(Args, Debug)]
pub(super) struct Options {
    /// Where generated data and results are kept [default: `bench-data` in the target directory of this program].
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The size of the text, in 10⁶ bytes.
    #[arg(long, value_name = "MB", default_value_t = 500)]
    megabytes: u64,
    /// How many pairs or numbers a stream has.
    #[arg(long, value_name = "N", default_value_t = 50_000_000)]
    elements: u64,
    /// How many distinct keys the pairs have.
    #[arg(long, value_name = "N", default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(1..1 << 50))]
    keys: u64,
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

impl Options {
    /// What the contestants work on.
    pub(super) fn workload(&self) -> io::Result<Workload> {
        let folder = self.data.clone().map_or_else(default_folder, Ok)?;
        Ok(Workload { folder, megabytes: self.megabytes, elements: self.elements, keys: self.keys })
    }

    /// Who runs, how often, and against whom.
    pub(super) fn selection(&self) -> Selection {
        Selection { rounds: usize::from(self.rounds), only: self.only.clone(), reference: self.reference.clone() }
    }
}

/// `target/release/beamline-benches` keeps its data in `target/bench-data`.
fn default_folder() -> io::Result<PathBuf> {
    let program = std::env::current_exe()?;
    let target =
        program.ancestors().nth(2).ok_or_else(|| io::Error::other("no folder to keep data in: give --data"))?;
    Ok(target.join("bench-data"))
}
