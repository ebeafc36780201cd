//! Runs the contestants of a suite in turn, checks that they agree, and reports.

mod machine;
mod outcome;
mod process;
mod report;
mod rounds;
mod stats;
mod table;

pub(crate) use self::process::find;

use std::error::Error;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::Command;

use self::report::Report;
use crate::suites::{Contestant, Suite, Unit, Workload};

/// Who runs, how often, and against whom.
#[derive(Clone, Debug)]
pub struct Selection {
    /// How often each contestant runs, after one run that does not count.
    pub rounds: usize,
    /// The contestants that run, or none for all.
    pub only: Vec<String>,
    /// The contestant that the others are compared with, or none for the first.
    pub reference: Option<String>,
}

/// Runs a suite, prints its table and writes its figures to `results/<suite>.json` of the data folder.
///
/// # Errors
///
/// When a contestant fails or disagrees with the first, and when the data folder cannot be used.
pub fn run_suite(
    suite: &Suite,
    workload: &Workload,
    selection: &Selection,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let contestants = selection.choose((suite.contestants)(workload))?;
    let reference = selection.reference_among(&contestants)?;
    if suite.unit == Unit::Megabytes {
        generate_apart(workload)?;
    }
    let load = machine::load();
    let runs = rounds::run(suite, workload, &contestants, selection.rounds)?;
    let report = Report::new(suite, workload, &contestants, &runs, reference, load);
    println!("{}", table::render(&report));
    let path = save(&report, workload)?;
    println!("figures: {}\n", path.display());
    Ok(())
}

impl Selection {
    fn choose(&self, all: Vec<Contestant>) -> Result<Vec<Contestant>, String> {
        self.only.iter().try_for_each(|name| place(name, &all).map(drop))?;
        let chosen =
            |contestant: &Contestant| self.only.is_empty() || self.only.iter().any(|name| name == contestant.name);
        Ok(all.into_iter().filter(chosen).collect())
    }

    fn reference_among(&self, contestants: &[Contestant]) -> Result<usize, String> {
        self.reference.as_deref().map_or(Ok(0), |name| place(name, contestants))
    }
}

fn place(name: &str, contestants: &[Contestant]) -> Result<usize, String> {
    contestants.iter().position(|contestant| contestant.name == name).ok_or_else(|| {
        let names: Vec<&str> = contestants.iter().map(|contestant| contestant.name).collect();
        format!("no contestant is called {name}, only {}", names.join(", "))
    })
}

/// Generates the text in another process: a child begins with the peak memory of its parent, so this one stays small.
fn generate_apart(workload: &Workload) -> io::Result<()> {
    if workload.text().is_whole() {
        return Ok(());
    }
    let status = Command::new(std::env::current_exe()?)
        .args(["generate", "--megabytes", &workload.megabytes.to_string(), "--data"])
        .arg(&workload.folder)
        .status()?;
    if status.success() { Ok(()) } else { Err(io::Error::other(format!("generating the text: {status}"))) }
}

fn save(report: &Report, workload: &Workload) -> Result<PathBuf, Box<dyn Error + Send + Sync>> {
    let folder = workload.folder.join("results");
    fs::create_dir_all(&folder)?;
    let path = folder.join(format!("{}.json", report.suite));
    fs::write(&path, serde_json::to_string_pretty(report)? + "\n")?;
    Ok(path)
}
