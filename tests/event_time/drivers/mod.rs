//! What can carry out a case.

use crate::case::Case;
use crate::outcome::Outcome;

/// Carries out the events of a case, each to quiescence before the next.
pub(crate) trait Driver {
    /// What it is, for the report.
    fn name(&self) -> String;

    /// Carries out a case.
    ///
    /// # Errors
    /// Says what went wrong, beside panes that are not as they should be.
    fn run(&self, case: &Case) -> Result<Outcome, String>;
}
