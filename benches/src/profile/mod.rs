//! Where the time of a contestant goes: a flame graph of what `perf` sees.

mod flame;
mod fold;
mod perf;

use std::error::Error;
use std::fs;
use std::path::PathBuf;

use clap::Args;

use self::fold::Folded;
use crate::harness::{find, prepare};
use crate::suites::{Contestant, Suite, Workload};

/// Whose profile is made, and how.
#[derive(Args, Debug)]
pub struct Options {
    /// The contestant.
    #[arg(long, value_name = "NAME", default_value = "beamline")]
    pub contestant: String,
    /// Samples per second and thread.
    #[arg(long, value_name = "N", default_value_t = 499, value_parser = clap::value_parser!(u32).range(1..))]
    pub frequency: u32,
    /// The picture; by default `profiles/<suite>-<contestant>.svg` in the data folder.
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

impl Options {
    /// Runs the contestant of a suite under `perf`, and draws its stacks.
    ///
    /// # Errors
    ///
    /// When the suite has no such contestant or it is not built, when it fails, and when `perf` is missing or not permitted.
    pub fn run(&self, suite: &Suite, workload: &Workload) -> Result<(), Box<dyn Error + Send + Sync>> {
        let contestant = self.choose((suite.contestants)(workload))?;
        prepare(suite, workload)?;
        let folder = workload.folder.join("profiles");
        fs::create_dir_all(&folder)?;
        let stacks = perf::stacks(&find(contestant.program)?, &contestant.arguments, self.frequency, &folder)?;
        let folded = Folded::of(&stacks);
        let default = folder.join(format!("{}-{}.svg", suite.name, contestant.name));
        let picture = self.output.as_ref().unwrap_or(&default);
        fs::write(picture, flame::render(&format!("{}: {}", suite.name, contestant.name), &folded))?;
        println!("{} samples: {}", folded.samples(), picture.display());
        Ok(())
    }

    fn choose(&self, contestants: Vec<Contestant>) -> Result<Contestant, String> {
        let names: Vec<&str> = contestants.iter().map(|contestant| contestant.name).collect();
        let unknown = format!("no contestant is called {}, only {}", self.contestant, names.join(", "));
        contestants.into_iter().find(|contestant| contestant.name == self.contestant).ok_or(unknown)
    }
}
