//! Running: what a runner takes and gives.

use crate::Result;
use crate::graph::Graph;
use crate::metrics::Metrics;
use std::fmt;

/// Runs pipelines.
pub trait Runner {
    /// Runs a pipeline to its end.
    ///
    /// # Errors
    /// The first failure of a step. What waits for the end of the pipeline to become visible never does then; what sinks show
    /// at once stays, such as complete files of windows and changes of tables.
    fn run(&self, graph: &Graph) -> Result<JobResult>;
}

/// What has come of a pipeline that has ended without an error.
#[derive(Clone, Debug, Default)]
pub struct JobResult {
    /// Committed metrics: those of bundles that succeeded, [lasting](crate::metrics::Counter::lasting) counters, and how many
    /// elements each step emitted.
    pub metrics: Metrics,
    /// How it came to its end.
    pub ending: Ending,
}

/// How a run without an error has ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Ending {
    /// Its sources came to their ends, by themselves or because it was drained: all windows are closed.
    #[default]
    Complete,
    /// It was stopped while time went on. What had been read is worked off, as far as that was possible; this is what is
    /// not, and is lost.
    Stopped(Vec<LeftBehind>),
}

impl Ending {
    /// What a run that was stopped has left behind; nothing of one that is complete.
    ///
    /// ```
    /// use beamline_sdk::Ending;
    ///
    /// assert!(Ending::Complete.left_behind().is_empty());
    /// ```
    pub fn left_behind(&self) -> &[LeftBehind] {
        match self {
            Self::Complete => &[],
            Self::Stopped(left) => left,
        }
    }
}

/// What a step had not finished when the run was stopped.
///
/// ```
/// use beamline_sdk::LeftBehind;
///
/// let (step, place) = ("Count".to_owned(), "src/main.rs:12".to_owned());
/// let left = LeftBehind { step, place, count: 120, what: "keys".to_owned(), windows: 3 };
/// assert_eq!(left.to_string(), "3 open windows of 'Count' (src/main.rs:12), with 120 keys");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftBehind {
    /// The name of the step.
    pub step: String,
    /// The place in the program that made the step, as `file:line`.
    pub place: String,
    /// How many there are.
    pub count: u64,
    /// What they are, such as `keys`.
    pub what: String,
    /// In how many windows they are, if they are in windows that had yet to show a result; otherwise 0.
    pub windows: u64,
}

impl fmt::Display for LeftBehind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { step, place, count, what, windows } = self;
        let count = counted(*count, what);
        if *windows == 0 {
            return write!(f, "{count} of '{step}' ({place})");
        }
        write!(f, "{} of '{step}' ({place}), with {count}", counted(*windows, "open windows"))
    }
}

/// So many of `what`, which begins with a plural or ends with one.
fn counted(count: u64, what: &str) -> String {
    if count != 1 {
        return format!("{count} {what}");
    }
    let mut words: Vec<&str> = what.split(' ').collect();
    if let Some(plural) = words.iter_mut().find(|word| word.ends_with('s')) {
        *plural = &plural[..plural.len() - 1];
    }
    format!("1 {}", words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::counted;

    #[test]
    fn one_is_no_plural() {
        let texts = ["keys", "open windows", "keys with state or timers"].map(|what| counted(1, what));
        assert_eq!(texts, ["1 key", "1 open window", "1 key with state or timers"]);
        assert_eq!(counted(2, "keys"), "2 keys");
    }
}
