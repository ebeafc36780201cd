//! Runs the contestants of a suite in turn, checks that they agree, and reports.

mod chart;
mod document;
mod glance;
mod machine;
mod memory;
mod outcome;
mod process;
mod programs;
mod report;
mod rounds;
mod selection;
mod stats;
mod table;

pub use self::document::Document;
pub(crate) use self::memory::touch;
pub(crate) use self::programs::find;
pub use self::selection::Selection;

use std::error::Error;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use self::report::Report;
use crate::suites::{Size, Suite, Workload};

/// Runs a suite, prints its table and writes its figures and its chart to `results/<suite>.json` and `.svg` of the
/// data folder.
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
    prepare(suite, workload)?;
    let load = machine::load();
    let runs = rounds::run(suite, workload, &chosen.contestants, selection.rounds)?;
    let report = Report::new(suite, workload, &chosen, &runs, load);
    println!("{}", table::render(&report));
    let path = save(&report, workload)?;
    println!("figures: {}\n", path.display());
    Ok(())
}

/// Generates the file that is read, if it is not there. Another process does it: a child begins with the peak memory of its
/// parent, so this one stays small.
pub(crate) fn prepare(suite: &Suite, workload: &Workload) -> io::Result<()> {
    let Size::File { megabytes, .. } = workload.size else { return Ok(()) };
    if workload.input().is_none_or(|input| input.is_whole()) {
        return Ok(());
    }
    let status = Command::new(std::env::current_exe()?)
        .args(["generate", suite.name, "--megabytes", &megabytes.to_string(), "--data"])
        .arg(&workload.folder)
        .status()?;
    if status.success() { Ok(()) } else { Err(io::Error::other(format!("generating the data: {status}"))) }
}

/// Writes the figures and the chart. Returns where the figures are.
fn save(report: &Report, workload: &Workload) -> Result<PathBuf, Box<dyn Error + Send + Sync>> {
    let folder = results(&workload.folder);
    fs::create_dir_all(&folder)?;
    fs::write(folder.join(format!("{}.svg", report.suite)), chart::render(report))?;
    let path = folder.join(format!("{}.json", report.suite));
    fs::write(&path, serde_json::to_string_pretty(report)? + "\n")?;
    Ok(path)
}

/// Where the figures and charts of a data folder are.
fn results(data: &Path) -> PathBuf {
    data.join("results")
}
