//! The command line.

mod options;
mod suites;

use std::error::Error;

use clap::{Args, Parser, Subcommand};

use self::options::Options;
use self::suites::SuiteRun;
use crate::backpressure;
use crate::harness::run_suite;
use crate::instructions;
use crate::latency;
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
    /// Generates the file that a suite reads, and does nothing else.
    Generate(Generate),
    /// Runs one contestant's side of a suite in this process.
    #[command(hide = true)]
    Contestant(Contestant),
}

#[derive(Args, Debug)]
struct Generate {
    /// The suite.
    #[arg(default_value = "wordcount")]
    suite: String,
    #[command(flatten)]
    options: Options,
}

#[derive(Args, Debug)]
struct Contestant {
    family: String,
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

impl Cli {
    /// Does what the command line says.
    ///
    /// # Errors
    ///
    /// When a contestant fails, when contestants disagree, and when the data folder cannot be used.
    pub fn run(self) -> Result<()> {
        match self.command {
            Command::All(options) => all().try_for_each(|suite| run(suite, &options)),
            Command::Suite(SuiteRun { suite, options }) => run(suite, &options),
            Command::Latency(options) => options.run(),
            Command::Backpressure(options) => options.run(),
            Command::Instructions(options) => options.run(),
            Command::Generate(generate) => generate.run(),
            Command::Contestant(contestant) => contestant.run(),
        }
    }
}

fn run(suite: &Suite, options: &Options) -> Result<()> {
    run_suite(suite, &options.workload(suite)?, &options.selection())
}

impl Generate {
    fn run(&self) -> Result<()> {
        let suite = find(&self.suite).ok_or_else(|| format!("no suite is called {}", self.suite))?;
        let file = self.options.workload(suite)?.input();
        let file = file.ok_or_else(|| format!("{} reads no file", suite.name))?;
        let made = if file.prepare()? { "generated" } else { "is there" };
        println!("{} {made}", file.path().display());
        Ok(())
    }
}

impl Contestant {
    fn run(&self) -> Result<()> {
        let family = FAMILIES.iter().find(|family| family.name == self.family);
        let family = family.ok_or_else(|| format!("no suites are called {}", self.family))?;
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
        options.workload(suite).unwrap().size
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
        assert_eq!(workload(&["wordcount", "--megabytes", "2"]), Size::Text { megabytes: 2 });
    }

    #[test]
    fn the_command_line_is_sound() {
        <Cli as clap::CommandFactory>::command().debug_assert();
    }
}
