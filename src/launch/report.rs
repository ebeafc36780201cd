//! What a run has done: for people at the end, for programs as JSON.

use super::exit;
use super::terminal::{say, seconds};
use crate::metrics::{Metrics, StepMetrics};
use crate::{Ending, Error, ErrorKind, JobResult, LeftBehind, Result};
use beamline_local::DISCARDED_SHARDS;
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
    /// What has come of it, or why it failed; the error knows what had been counted.
    pub(super) result: Result<JobResult>,
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
            Ok(result) => {
                match &result.ending {
                    Ending::Complete => say(format_args!("done in {}", self.work())),
                    Ending::Stopped(left) => say_left(&self.work(), left),
                }
                say_steps(&result.metrics, verbose > 0);
            }
            Err(error) if error.kind() == ErrorKind::Cancelled => {
                say(format_args!("stopped after {}; {}", self.work(), self.files()));
                self.metrics().into_iter().for_each(|metrics| say_steps(metrics, true));
            }
            Err(error) => {
                say(format_args!("error: {error}"));
                if self.count("files_written") > 0 {
                    say(format_args!("note: {}", self.files()));
                }
                self.metrics().filter(|_| verbose > 0).into_iter().for_each(|metrics| say_steps(metrics, true));
            }
        }
        self.code()
    }

    fn code(&self) -> u8 {
        match &self.result {
            Ok(result) if result.ending.left_behind().is_empty() => exit::SUCCESS,
            Ok(_) => exit::UNFINISHED,
            Err(error) => exit::code_of(error),
        }
    }

    fn metrics(&self) -> Option<&Metrics> {
        self.result.as_ref().map_or_else(Error::metrics, |result| Some(&result.metrics))
    }

    /// What all steps have counted under a name.
    fn count(&self, name: &str) -> u64 {
        self.metrics().map_or(0, |metrics| metrics.counter(name))
    }

    /// What has become of the output of a run that did not succeed.
    fn files(&self) -> String {
        let published = match self.count("files_written") {
            0 => "no output file was written".to_owned(),
            1 => "1 complete file stays".to_owned(),
            files => format!("{} complete files stay", HumanCount(files)),
        };
        match self.count(DISCARDED_SHARDS) {
            0 => published,
            1 => format!("{published}; 1 unfinished one was removed"),
            shards => format!("{published}; {} unfinished ones were removed", HumanCount(shards)),
        }
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
            "left_behind": self.left_behind(),
            "elapsed_seconds": self.elapsed.as_secs_f64(),
            "bytes_read": self.bytes_read,
            "steps": self.metrics().map(|metrics| &metrics.steps[..]).unwrap_or_default(),
        })
    }

    /// What a run that was stopped had not finished; nothing of other runs.
    fn left_behind(&self) -> Option<Vec<Value>> {
        let Ok(JobResult { ending: Ending::Stopped(left), .. }) = &self.result else { return None };
        let json = |LeftBehind { step, place, count, what, windows }: &LeftBehind| json!({ "step": step, "place": place, "count": count, "what": what, "windows": windows });
        Some(left.iter().map(json).collect())
    }

    fn status(&self) -> &'static str {
        match &self.result {
            Ok(JobResult { ending: Ending::Complete, .. }) => "succeeded",
            Ok(_) => "stopped",
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

/// That a run was stopped, and what it has left behind.
fn say_left(work: &str, left: &[LeftBehind]) {
    if left.is_empty() {
        return say(format_args!("stopped after {work}; nothing is left behind"));
    }
    say(format_args!("stopped after {work}, with this left behind, which a drain would have finished:"));
    left.iter().for_each(|left| say(format_args!("  {left}")));
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
