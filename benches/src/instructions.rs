//! How many instructions small runs take, as callgrind counts them: a gate for regressions that the noise of a machine
//! cannot touch: the clock stands still, as under callgrind everything takes fifty times as long, and on a slow machine
//! still longer.

use crate::harness::find;
use crate::suites::{Contestant, Suite, Workload, all};
use clap::Args;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::error::Error;
use std::io;
use std::num::NonZero;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, available_parallelism};

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// What a count may differ by.
const TOLERANCE: f64 = 0.05;

/// Another compiler makes other instructions of the same program.
const COMPILER: &str = env!("BEAMLINE_RUSTC");

type Counts = BTreeMap<String, u64>;

/// What is kept from run to run.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
struct Stored {
    compiler: String,
    counts: Counts,
}

/// What is counted, and compared with what.
#[derive(Args, Debug)]
pub struct Options {
    /// Where the counts are kept.
    #[arg(long, value_name = "FILE", default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/instructions.json"))]
    stored: PathBuf,
    /// Keep the counts of this run, whatever they are.
    #[arg(long)]
    update: bool,
    /// Where the text is kept that is read.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

impl Options {
    /// Counts, compares, and prints what came of it.
    ///
    /// # Errors
    ///
    /// When valgrind is missing, when a program fails, and when one takes more instructions than it did.
    pub fn run(&self) -> Result<()> {
        let stored = self.stored()?;
        if !self.update && stored.compiler != COMPILER {
            println!("NOT COUNTED: what is stored was counted with {}, and this is {COMPILER}", stored.compiler);
            return Ok(());
        }
        let counts = count_all(&self.folder(), &stored.counts)?;
        if self.update {
            return self.store(&Stored { compiler: COMPILER.to_owned(), counts });
        }
        let slack = slack(&counts, &stored.counts);
        if !slack.is_empty() {
            println!(
                "fewer instructions than before: {}; store them with `.ci/instructions --update`",
                slack.join(", ")
            );
        }
        check(&counts, &stored.counts)
    }

    fn stored(&self) -> Result<Stored> {
        match std::fs::read_to_string(&self.stored) {
            Ok(text) => {
                serde_json::from_str(&text).map_err(|error| format!("{}: {error}", self.stored.display()).into())
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound && self.update => Ok(Stored::default()),
            Err(error) => Err(format!("{}: {error}", self.stored.display()).into()),
        }
    }

    fn store(&self, stored: &Stored) -> Result<()> {
        let text = serde_json::to_string_pretty(stored)? + "\n";
        std::fs::write(&self.stored, text).map_err(|error| format!("{}: {error}", self.stored.display()).into())
    }

    fn folder(&self) -> PathBuf {
        self.data.clone().unwrap_or_else(|| std::env::temp_dir().join("beamline-instructions"))
    }
}

/// Counts small runs of each suite on one thread; some suites at a time, as they are not in each other's way.
fn count_all(folder: &Path, stored: &Counts) -> Result<Counts> {
    let suites: Vec<&Suite> = all().filter(|suite| !suite.counted.names.is_empty()).collect();
    let next = AtomicUsize::new(0);
    let count_some = |folder: &Path| -> Result<Counts> {
        let mut counts = Counts::new();
        while let Some(suite) = suites.get(next.fetch_add(1, Ordering::Relaxed)) {
            counts.extend(count_suite(suite, folder, stored)?);
        }
        Ok(counts)
    };
    let folders = (0..available_parallelism().map_or(1, NonZero::get)).map(|i| folder.join(i.to_string()));
    thread::scope(|scope| {
        let workers: Vec<_> = folders.map(|folder| scope.spawn(move || count_some(&folder))).collect();
        workers.into_iter().try_fold(Counts::new(), |mut counts, worker| {
            counts.extend(worker.join().unwrap_or_else(|panic| resume_unwind(panic))?);
            Ok(counts)
        })
    })
}

/// Counts small runs of a suite, whose data are in a folder.
fn count_suite(suite: &Suite, folder: &Path, stored: &Counts) -> Result<Counts> {
    let workload = Workload { folder: folder.to_owned(), size: suite.counted.size };
    if let Some(input) = workload.input() {
        input.prepare()?;
    }
    let mut counts = Counts::new();
    let contestants = (suite.contestants)(&workload).into_iter();
    for contestant in contestants.filter(|contestant| suite.counted.names.contains(&contestant.name)) {
        let (name, contestant) = (format!("{}/{}", suite.name, contestant.name), contestant.standing_still());
        // What is written only once is there when it counts, such as the events of NEXMark.
        workload.empty_output()?;
        run(Command::new(find(contestant.program)?), &contestant)?;
        workload.empty_output()?;
        let count = count(&contestant)?;
        println!("{name:30} {count:>15} {}", change(count, stored.get(&name).copied()));
        counts.insert(name, count);
    }
    Ok(counts)
}

/// Runs a program under callgrind.
fn count(contestant: &Contestant) -> Result<u64> {
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(find(contestant.program)?);
    let stderr = run(command, contestant)?;
    collected(&stderr).ok_or_else(|| format!("callgrind has not said what it counted:\n{stderr}").into())
}

/// Runs a command with the arguments of a contestant; says what it writes to standard error.
fn run(mut command: Command, contestant: &Contestant) -> Result<String> {
    let output = command.args(&contestant.arguments).stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("{}: {error}", command.get_program().display()))?;
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    if !output.status.success() {
        return Err(format!("{}: {}\n{stderr}", contestant.name, output.status).into());
    }
    Ok(stderr)
}

/// The count in the last lines of callgrind, `==1== Collected : 123`.
fn collected(text: &str) -> Option<u64> {
    text.lines().find_map(|line| line.split_once("Collected : ")?.1.trim().parse().ok())
}

fn change(count: u64, before: Option<u64>) -> String {
    before.map_or_else(|| "new".to_owned(), |before| format!("{:+.1} %", (ratio(count, before) - 1.0) * 100.0))
}

fn ratio(count: u64, before: u64) -> f64 {
    count as f64 / before.max(1) as f64
}

/// Whether everything is as it was, or less.
fn check(counts: &Counts, stored: &Counts) -> Result<()> {
    let is_more =
        |(name, count): &(&String, &u64)| stored.get(*name).is_none_or(|s| ratio(**count, *s) > 1.0 + TOLERANCE);
    let more: Vec<&str> = counts.iter().filter(is_more).map(|(name, _)| name.as_str()).collect();
    if more.is_empty() {
        return Ok(());
    }
    let names = more.join(", ");
    Err(format!(
        "more instructions than before: {names}; if that is meant, store them with `.ci/instructions --update`"
    )
    .into())
}

/// What has become so much cheaper that the stored counts would let it become as dear again.
fn slack<'a>(counts: &'a Counts, stored: &Counts) -> Vec<&'a str> {
    let is_less =
        |(name, count): &(&String, &u64)| stored.get(*name).is_some_and(|s| ratio(**count, *s) < 1.0 - TOLERANCE);
    counts.iter().filter(is_less).map(|(name, _)| name.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(counts: &[(&str, u64)]) -> Counts {
        counts.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
    }

    #[test]
    fn counts_are_read_from_what_callgrind_says() {
        let text = "==7== Events    : Ir\n==7== Collected : 3001200\n==7==\n";
        assert_eq!(collected(text), Some(3_001_200));
        assert_eq!(collected("==7== nothing"), None);
    }

    #[test]
    fn five_per_cent_more_are_too_much() {
        let stored = counts(&[("a", 100), ("b", 100)]);
        assert!(check(&counts(&[("a", 105), ("b", 10)]), &stored).is_ok());
        let error = check(&counts(&[("a", 106), ("b", 100), ("c", 1)]), &stored).unwrap_err().to_string();
        assert!(error.contains("before: a, c;"), "{error}");
        assert_eq!(slack(&counts(&[("a", 95), ("b", 94), ("c", 1)]), &stored), ["b"]);
        assert_eq!([change(106, Some(100)), change(1, None)], ["+6.0 %", "new"]);
    }
}
