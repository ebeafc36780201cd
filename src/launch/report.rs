//! What a run has done: for people at the end, for programs as JSON.

use super::exit;
use super::terminal::{say, seconds};
use crate::metrics::{Metrics, StepMetrics};
use crate::{Error, ErrorKind, Result};
use indicatif::{HumanBytes, HumanCount};
use serde_json::{Value, json};
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process;
use std::time::Duration;

/// What a run has done.
pub(super) struct Report {
    /// What was counted, or why it failed; the error knows what had been counted.
    pub(super) result: Result<Metrics>,
    pub(super) bytes_read: u64,
    pub(super) elapsed: Duration,
}

impl Report {
    pub(super) fn not_run(error: Error) -> Self {
        Self { result: Err(error), bytes_read: 0, elapsed: Duration::ZERO }
    }

    /// Tells the user, and returns the exit code.
    pub(super) fn say(&self, verbose: u8) -> u8 {
        match &self.result {
            Ok(metrics) => {
                say(format_args!("done in {}", self.work()));
                say_steps(metrics, verbose > 0);
            }
            Err(error) if error.kind() == ErrorKind::Cancelled => {
                say(format_args!("stopped after {}; no output file was written", self.work()));
                self.metrics().into_iter().for_each(|metrics| say_steps(metrics, true));
            }
            Err(error) => {
                say(format_args!("error: {error}"));
                self.metrics().filter(|_| verbose > 0).into_iter().for_each(|metrics| say_steps(metrics, true));
            }
        }
        self.code()
    }

    fn code(&self) -> u8 {
        self.result.as_ref().err().map_or(exit::SUCCESS, exit::code_of)
    }

    fn metrics(&self) -> Option<&Metrics> {
        self.result.as_ref().map_or_else(Error::metrics, Some)
    }

    fn work(&self) -> String {
        match self.bytes_read {
            0 => seconds(self.elapsed),
            bytes => format!("{}, {} read", seconds(self.elapsed), HumanBytes(bytes)),
        }
    }

    /// Writes it as JSON: the file is there with all of it, or as it was before.
    pub(super) fn save(&self, path: &Path) -> Result<()> {
        let text = format!("{:#}\n", self.to_json());
        let hidden = hidden_beside(path);
        let written = fs::write(&hidden, text).and_then(|()| fs::rename(&hidden, path));
        written.map_err(|cause| {
            let _ = fs::remove_file(&hidden);
            Error::new(ErrorKind::Io, format!("cannot write the metrics to {}: {cause}", path.display()))
        })
    }

    fn to_json(&self) -> Value {
        json!({
            "status": self.status(),
            "exit_code": self.code(),
            "error": self.result.as_ref().err().map(ToString::to_string),
            "elapsed_seconds": self.elapsed.as_secs_f64(),
            "bytes_read": self.bytes_read,
            "steps": self.metrics().map(|metrics| &metrics.steps[..]).unwrap_or_default(),
        })
    }

    fn status(&self) -> &'static str {
        match &self.result {
            Ok(_) => "succeeded",
            Err(error) if error.kind() == ErrorKind::Cancelled => "cancelled",
            Err(_) => "failed",
        }
    }
}

/// Finds out before the run whether its metrics can be written.
pub(super) fn check_target(path: Option<&Path>) -> Result<()> {
    let Some(path) = path else { return Ok(()) };
    let cannot = |cause: io::Error| {
        let text = format!("cannot write the metrics to {}: {cause}", path.display());
        Err(Error::new(ErrorKind::Options, text).help("give --metrics-out a file in a folder that can be written to"))
    };
    if path.is_dir() {
        return cannot(io::ErrorKind::IsADirectory.into());
    }
    let hidden = hidden_beside(path);
    fs::File::create(&hidden).and_then(|_| fs::remove_file(&hidden)).or_else(cannot)
}

fn hidden_beside(path: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".tmp-{}", process::id()));
    path.with_file_name(name)
}

/// What the program has counted, and with `all` what each step has emitted.
fn say_steps(metrics: &Metrics, all: bool) {
    let width = metrics.steps.iter().map(|step| step.step.chars().count()).max().unwrap_or_default();
    for step in metrics.steps.iter().filter(|step| all || !step.values.is_empty()) {
        say(describe(step, width, all));
    }
}

fn elements(count: u64) -> String {
    format!("{} element{}", HumanCount(count), if count == 1 { "" } else { "s" })
}

fn describe(step: &StepMetrics, width: usize, all: bool) -> String {
    let emitted = all.then(|| elements(step.emitted));
    let values = step.values.iter().map(|(name, value)| format!("{name} {value}"));
    let facts: Vec<_> = emitted.into_iter().chain(values).collect();
    format!("  {:width$}  {}", step.step, facts.join(", "))
}
