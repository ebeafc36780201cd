//! The command line.

mod options;
mod suites;

use std::error::Error;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use self::options::{Options, WorkOptions, default_folder};
use self::suites::SuiteRun;
use crate::backpressure;
use crate::harness::{Document, run_suite, touch};
use crate::instructions;
use crate::latency;
use crate::profile;
use crate::suites::{FAMILIES, Suite, all, find};

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// Runs the measured claims of beamline against their peers.
#[derive(Debug, Parser)]
#[command(name = "beamline-benches")]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs every suite.
    All(Options),
    #[command(flatten)]
    Suite(SuiteRun),
    /// Measures how long it takes from an event to the results that it causes, at a steady rate.
    Latency(latency::Options),
    /// Measures memory while a source is faster than its sink.
    Backpressure(backpressure::Options),
    /// Counts instructions of small runs under callgrind, and fails when they are more than they were.
    Instructions(instructions::Options),
    /// Draws where the time of a contestant goes, by samples of `perf`.
    Profile(Profile),
    /// Puts the figures and charts of the last runs into the README of the benches.
    Report(Report),
    /// Generates the file that a suite reads, and does nothing else.
    Generate(Generate),
    /// Runs one contestant's side of a suite in this process.
    #[command(hide = true)]
    Contestant(Contestant),
    /// Has so much memory for a moment.
    #[command(hide = true)]
    Touch(Touch),
}

#[derive(Args, Debug)]
struct Generate {
    /// The suite.
    #[arg(default_value = "wordcount")]
    suite: String,
    #[command(flatten)]
    work: WorkOptions,
}

#[derive(Args, Debug)]
struct Profile {
    /// The suite.
    suite: String,
    #[command(flatten)]
    work: WorkOptions,
    #[command(flatten)]
    how: profile::Options,
}

#[derive(Args, Debug)]
struct Report {
    /// Where results are kept [default: `bench-data` in the target directory of this program].
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The document. Its charts are in the folder `charts` beside it.
    #[arg(long, value_name = "FILE", default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md"))]
    readme: PathBuf,
}

#[derive(Args, Debug)]
struct Contestant {
    family: String,
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

#[derive(Args, Debug)]
struct Touch {
    /// How much.
    #[arg(long)]
    bytes: u64,
}

impl Cli {
    /// Does what the command line says.
    ///
    /// # Errors
    ///
    /// When a contestant fails, when contestants disagree, and when the data folder cannot be used.
    pub fn run(self) -> Result<()> {
        match self.command {
            Command::All(options) => run_all(&options),
            Command::Suite(SuiteRun { suite, options }) => run(suite, &options),
            Command::Latency(options) => options.run(),
            Command::Backpressure(options) => options.run(),
            Command::Instructions(options) => options.run(),
            Command::Profile(profile) => profile.run(),
            Command::Report(report) => report.run(),
            Command::Generate(generate) => generate.run(),
            Command::Contestant(contestant) => contestant.run(),
            Command::Touch(Touch { bytes }) => {
                touch(bytes);
                Ok(())
            }
        }
    }
}

/// Runs every suite, those behind one that fails as well.
fn run_all(options: &Options) -> Result<()> {
    let failed = all().filter_map(|suite| run(suite, options).err().map(|error| format!("{}: {error}", suite.name)));
    let failed: Vec<String> = failed.inspect(|failure| eprintln!("failed: {failure}")).collect();
    if failed.is_empty() { Ok(()) } else { Err(failed.join("\n").into()) }
}

fn run(suite: &Suite, options: &Options) -> Result<()> {
    run_suite(suite, &options.work.workload(suite)?, &options.selection())
}

fn named(name: &str) -> Result<&'static Suite> {
    let names = || all().map(|suite| suite.name).collect::<Vec<_>>().join(", ");
    find(name).ok_or_else(|| format!("no suite is called {name}, only {}", names()).into())
}

impl Profile {
    fn run(&self) -> Result<()> {
        let suite = named(&self.suite)?;
        self.how.run(suite, &self.work.workload(suite)?)
    }
}

impl Report {
    fn run(&self) -> Result<()> {
        let data = self.data.clone().map_or_else(default_folder, Ok)?;
        Document { readme: self.readme.clone() }.update(&data)?;
        println!("{} has the figures of {}", self.readme.display(), data.display());
        Ok(())
    }
}

impl Generate {
    fn run(&self) -> Result<()> {
        let suite = named(&self.suite)?;
        let file = self.work.workload(suite)?.input();
        let file = file.ok_or_else(|| format!("{} reads no file", suite.name))?;
        let made = if file.prepare()? { "generated" } else { "is there" };
        println!("{} {made}", file.path().display());
        Ok(())
    }
}

impl Contestant {
    fn run(&self) -> Result<()> {
        let family = FAMILIES.iter().find(|family| family.name == self.family);
        let family = family.ok_or_else(|| {
            let names: Vec<&str> = FAMILIES.iter().map(|family| family.name).collect();
            format!("no family of contestants is called '{}'; there are {}", self.family, names.join(", "))
        })?;
        (family.parse)(&self.arguments).unwrap_or_else(|error| error.exit()).enter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suites::Size;

    fn workload(arguments: &[&str]) -> Size {
        let cli = Cli::parse_from(["beamline-benches"].iter().chain(arguments));
        let Command::Suite(SuiteRun { suite, options }) = cli.command else { panic!("{arguments:?} is no suite") };
        assert_eq!(suite.name, arguments[0]);
        options.work.workload(suite).unwrap().size
    }

    #[test]
    fn every_suite_is_a_command() {
        for suite in all() {
            assert_eq!(workload(&[suite.name]), suite.size);
        }
    }

    #[test]
    fn the_command_line_says_how_much_there_is_to_do() {
        assert_eq!(workload(&["sums", "--elements", "7"]), Size::Stream { elements: 7, keys: 1_000_000 });
        assert_eq!(workload(&["sessions", "--keys", "3"]), Size::Stream { elements: 20_000_000, keys: 3 });
        assert_eq!(workload(&["wordcount", "--megabytes", "2"]), Size::words(2));
    }

    #[test]
    fn the_command_line_is_sound() {
        <Cli as clap::CommandFactory>::command().debug_assert();
    }
}
