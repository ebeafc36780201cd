//! The command line.

mod contestant;
mod options;

use std::error::Error;

use clap::{Parser, Subcommand};

use self::contestant::Contestant;
use self::options::Options;
use crate::harness::run_suite;
use crate::instructions;
use crate::latency;
use crate::suites::{SUITES, Suite};

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
    /// Counts the words of a text file.
    Wordcount(Options),
    /// Reads the lines of a text file.
    Lines(Options),
    /// Sums a stream of pairs by key, all keys alike.
    Sums(Options),
    /// Sums a stream of pairs by key, few keys often.
    SumsZipf(Options),
    /// Counts events out of order by key, in windows and without: always 20 million events of 100,000 keys.
    Windows(Options),
    /// Passes numbers through twenty maps that the compiler cannot look into.
    Maps(Options),
    /// Passes numbers through twenty maps that the compiler can fuse and vectorise.
    MapsPlain(Options),
    /// Starts and ends a pipeline without elements.
    Nothing(Options),
    /// Measures how long it takes from an event to the results that it causes, at a steady rate.
    Latency(latency::Options),
    /// Counts instructions of small runs under callgrind, and fails when they are more than they were.
    Instructions(instructions::Options),
    /// Generates the text and does nothing else.
    Generate(Options),
    /// Runs one contestant's side of a suite in this process.
    #[command(hide = true, subcommand)]
    Contestant(Contestant),
}

impl Cli {
    /// Does what the command line says.
    ///
    /// # Errors
    ///
    /// When a contestant fails, when contestants disagree, and when the data folder cannot be used.
    pub fn run(self) -> Result<(), Box<dyn Error + Send + Sync>> {
        match self.command {
            Command::All(options) => SUITES.iter().try_for_each(|suite| run(suite, &options)),
            Command::Wordcount(options) => run_named("wordcount", &options),
            Command::Lines(options) => run_named("lines", &options),
            Command::Nothing(options) => run_named("nothing", &options),
            Command::Sums(options) => run_named("sums", &options),
            Command::SumsZipf(options) => run_named("sums-zipf", &options),
            Command::Maps(options) => run_named("maps", &options),
            Command::Windows(options) => run_named("windows", &options),
            Command::MapsPlain(options) => run_named("maps-plain", &options),
            Command::Latency(options) => options.run(),
            Command::Instructions(options) => options.run(),
            Command::Generate(options) => generate(&options),
            Command::Contestant(contestant) => contestant.run(),
        }
    }
}

fn run_named(name: &str, options: &Options) -> Result<(), Box<dyn Error + Send + Sync>> {
    let suite = SUITES.iter().find(|suite| suite.name == name).ok_or("no such suite")?;
    run(suite, options)
}

fn run(suite: &Suite, options: &Options) -> Result<(), Box<dyn Error + Send + Sync>> {
    run_suite(suite, &options.workload()?, &options.selection())
}

fn generate(options: &Options) -> Result<(), Box<dyn Error + Send + Sync>> {
    let text = options.workload()?.text();
    let made = if text.prepare()? { "generated" } else { "is there" };
    println!("{} {made}", text.path().display());
    Ok(())
}
