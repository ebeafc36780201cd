//! Runs the contestants of a suite in turn, checks that they agree, and reports.

mod machine;
mod outcome;
mod process;
mod programs;
mod report;
mod rounds;
mod selection;
mod stats;
mod table;

pub(crate) use self::programs::find;
pub use self::selection::Selection;

use std::error::Error;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::Command;

use self::report::Report;
use crate::suites::{Size, Suite, Workload};

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
    let chosen = selection.choose((suite.contestants)(workload))?;
    generate_apart(suite, workload)?;
    let load = machine::load();
    let runs = rounds::run(suite, workload, &chosen.contestants, selection.rounds)?;
    let report = Report::new(suite, workload, &chosen, &runs, load);
    println!("{}", table::render(&report));
    let path = save(&report, workload)?;
    println!("figures: {}\n", path.display());
    Ok(())
}

/// Generates the file that is read in another process: a child begins with the peak memory of its parent, so this one stays
/// small.
fn generate_apart(suite: &Suite, workload: &Workload) -> io::Result<()> {
    let Size::Text { megabytes } = workload.size else { return Ok(()) };
    if workload.input().is_none_or(|input| input.is_whole()) {
        return Ok(());
    }
    let status = Command::new(std::env::current_exe()?)
        .args(["generate", suite.name, "--megabytes", &megabytes.to_string(), "--data"])
        .arg(&workload.folder)
        .status()?;
    if status.success() { Ok(()) } else { Err(io::Error::other(format!("generating the data: {status}"))) }
}

fn save(report: &Report, workload: &Workload) -> Result<PathBuf, Box<dyn Error + Send + Sync>> {
    let folder = workload.folder.join("results");
    fs::create_dir_all(&folder)?;
    let path = folder.join(format!("{}.json", report.suite));
    fs::write(&path, serde_json::to_string_pretty(report)? + "\n")?;
    Ok(path)
}
