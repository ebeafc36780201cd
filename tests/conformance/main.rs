//! Windows, triggers and panes against facts: what Apache Beam does in the same situation (see `README.md`).
//!
//! `cargo test -p beamline-tests --test conformance [name…]` runs the cases of this folder, and those of every `.json` file in the folder
//! that `BEAMLINE_CONFORMANCE_DIR` names. It prints a line for each case that fails, and how many did.

mod case;
mod compare;
#[path = "../event_time/drivers/mod.rs"]
mod drivers;
mod units;

use case::{Case, Fact};
use drivers::{Driver, Model};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Case files that belong to the repository.
const OWN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/conformance");
const ELSEWHERE: &str = "BEAMLINE_CONFORMANCE_DIR";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|a| a == "--list") {
        return ExitCode::SUCCESS;
    }
    let names: Vec<String> = arguments.into_iter().filter(|a| !a.starts_with('-')).collect();
    let elsewhere = std::env::var_os(ELSEWHERE).map(PathBuf::from);
    let folders = [PathBuf::from(OWN)].into_iter().chain(elsewhere);
    let files: Vec<PathBuf> = folders.flat_map(|folder| case_files(&folder)).collect();
    let (mut passed, mut failed) = (0, 0);
    for file in files {
        for (name, fact) in case::read(&file) {
            if !names.is_empty() && !names.iter().any(|part| name.contains(part)) {
                continue;
            }
            match check(&fact) {
                Ok(()) => passed += 1,
                Err(difference) => {
                    failed += 1;
                    println!("FAILED {name}: {difference}");
                }
            }
        }
    }
    println!("{passed} passed, {failed} failed");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The case files of a folder; one that cannot be read is listed too, and fails.
fn case_files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return vec![folder.to_owned()] };
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut files: Vec<PathBuf> = paths.filter(|path| path.extension().is_some_and(|e| e == "json")).collect();
    files.sort();
    files
}

/// What carries out each case: all of them must agree with Beam.
fn all_drivers() -> Vec<Box<dyn Driver>> {
    let mut drivers = drivers::rules();
    drivers.push(Box::new(Model::usual()));
    drivers.extend(drivers::engines(1));
    drivers
}

fn check(fact: &Fact) -> Result<(), String> {
    match fact {
        Fact::Case(case) => check_case(case),
        Fact::Unit(unit) => units::check(unit),
        Fact::Unreadable(error) => Err(error.clone()),
    }
}

fn check_case(case: &Case) -> Result<(), String> {
    let script = case.script()?;
    all_drivers().iter().try_for_each(|driver| {
        let result = driver.run(&script).and_then(|outcome| compare::compare(case, &outcome));
        result.map_err(|difference| format!("{}: {difference}", driver.name()))
    })
}
