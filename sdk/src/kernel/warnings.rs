//! What goes wrong in a running pipeline and does not fail it.

use crate::{Error, Timestamp};
use parking_lot::Mutex;
use std::fmt::{self, Debug, Formatter};
use std::io::{Write, stderr};
use std::sync::Arc;

/// The most warnings with different texts that are kept.
const MOST: usize = 20;

/// Something that has gone wrong in a running pipeline, and does not fail it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunWarning {
    /// What has gone wrong, where, and what became of it.
    pub text: String,
    /// How often it has.
    pub times: u64,
    /// The processing time at which it did last.
    pub last_at: Timestamp,
}

impl fmt::Display for RunWarning {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { text, times, .. } = self;
        if *times > 1 { write!(f, "warning, {times} times: {text}") } else { write!(f, "warning: {text}") }
    }
}

/// What is done with the warnings of a run: they are written to standard error, unless somebody else takes them.
#[derive(Clone)]
pub struct WarningHandler(Arc<dyn Fn(&RunWarning) + Send + Sync>);

impl WarningHandler {
    /// Hands warnings to a function.
    pub fn new(handle: impl Fn(&RunWarning) + Send + Sync + 'static) -> Self {
        Self(Arc::new(handle))
    }
}

impl Default for WarningHandler {
    fn default() -> Self {
        // Who has closed it does not want to know.
        Self::new(|warning| drop(writeln!(stderr().lock(), "{warning}")))
    }
}

impl Debug for WarningHandler {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("WarningHandler")
    }
}

/// The warnings of a run. The last ones are kept, those with the same text as one.
#[derive(Default)]
pub struct Warnings {
    handler: WarningHandler,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    warnings: Vec<RunWarning>,
    total: u64,
}

impl Warnings {
    /// Those that are handed to `handler`.
    pub fn handled_by(handler: WarningHandler) -> Self {
        Self { handler, kept: Mutex::default() }
    }

    /// Warns of an error that is survived: `consequence` says how. Who handles warnings hears of one that comes again and
    /// again the first, second, fourth, eighth time and so on.
    pub(crate) fn add(&self, error: &Error, consequence: &str, now: Timestamp) {
        let warning = self.kept.lock().add(format!("{error}\n  {consequence}"), now);
        if warning.times.is_power_of_two() {
            (self.handler.0)(&warning);
        }
    }

    /// Those that are kept, the latest last.
    pub fn kept(&self) -> Vec<RunWarning> {
        self.kept.lock().warnings.clone()
    }

    /// How many there have been.
    pub fn total(&self) -> u64 {
        self.kept.lock().total
    }
}

impl Kept {
    fn add(&mut self, text: String, now: Timestamp) -> RunWarning {
        self.total += 1;
        let known = self.warnings.iter().position(|warning| warning.text == text);
        let before = known.map_or(0, |place| self.warnings.remove(place).times);
        if self.warnings.len() == MOST {
            self.warnings.remove(0);
        }
        let warning = RunWarning { text, times: before + 1, last_at: now };
        self.warnings.push(warning.clone());
        warning
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    fn warn(warnings: &Warnings, text: &str, millis: i64) {
        warnings.add(&Error::new(ErrorKind::User, text), "all goes on", Timestamp::from_millis(millis));
    }

    #[test]
    fn what_comes_again_is_counted_and_said_less_and_less_often() {
        let said = Arc::new(Mutex::new(Vec::new()));
        let heard = said.clone();
        let warnings = Warnings::handled_by(WarningHandler::new(move |warning| heard.lock().push(warning.to_string())));
        warn(&warnings, "a", 0);
        (1..=9).for_each(|millis| warn(&warnings, "b", millis));
        warn(&warnings, "a", 10);
        let times = |n: u64, text| format!("warning, {n} times: {text}\n  all goes on");
        let first = |text| format!("warning: {text}\n  all goes on");
        let expected = [first("a"), first("b"), times(2, "b"), times(4, "b"), times(8, "b"), times(2, "a")];
        assert_eq!(*said.lock(), expected);
        let [b, a] = &warnings.kept()[..] else { panic!("{:?}", warnings.kept()) };
        assert_eq!((b.times, b.last_at, a.times), (9, Timestamp::from_millis(9), 2));
        assert_eq!(warnings.total(), 11);
    }

    #[test]
    fn the_last_ones_are_kept() {
        let warnings = Warnings::handled_by(WarningHandler::new(|_| ()));
        (0..100).for_each(|n| warn(&warnings, &n.to_string(), n));
        let kept = warnings.kept();
        assert_eq!((kept.len(), warnings.total()), (MOST, 100));
        assert!(kept[0].text.starts_with("80\n") && kept[MOST - 1].text.starts_with("99\n"), "{kept:?}");
    }
}
