//! What one driver gives against what another gives.

use crate::drivers::{Driver, Outcome, Script};
use proptest::test_runner::TestCaseError;
use std::fmt::Write;

/// Expects the same panes, in the same order within each key and window, and the same counts of dropped elements.
pub(crate) fn assert_agree(script: &Script, model: &dyn Driver, driver: &dyn Driver) -> Result<(), TestCaseError> {
    let run = |driver: &dyn Driver| {
        driver.run(script).map(sorted).map_err(|error| TestCaseError::fail(format!("{}: {error}", driver.name())))
    };
    let (expected, actual) = (run(model)?, run(driver)?);
    if expected == actual {
        return Ok(());
    }
    let (model, driver) = (model.name(), driver.name());
    Err(TestCaseError::fail(format!("{model}:\n{}{driver}:\n{}", printed(&expected), printed(&actual))))
}

/// Between keys and windows the order does not count.
fn sorted(mut outcome: Outcome) -> Outcome {
    outcome.panes.sort_by(|a, b| (&a.key, a.window).cmp(&(&b.key, b.window)));
    outcome
}

fn printed(outcome: &Outcome) -> String {
    let mut text = String::new();
    for pane in &outcome.panes {
        writeln!(text, "  {} in {}: {pane}", pane.key, pane.window).expect("a string takes all");
    }
    let Outcome { dropped_late, dropped_closed, dropped_unmatched, .. } = outcome;
    writeln!(text, "  dropped: {dropped_late} late, {dropped_closed} closed, {dropped_unmatched} unmatched")
        .expect("a string takes all");
    text
}
