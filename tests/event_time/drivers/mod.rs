//! What can carry out a script: all of them must agree.

mod engine;
mod model;
mod outcome;
mod rules;
mod script;
#[path = "../../support/mod.rs"]
mod support;

use engine::Engine;
#[allow(unused_imports, reason = "the conformance tests leave nothing to a runner")]
pub(crate) use model::Latitude;
pub(crate) use model::Model;
pub(crate) use outcome::{Outcome, Produced};
use rules::RulesDriver;
pub(crate) use script::{Element, Event, Script, condensed};

/// Carries out the events of a script, each to quiescence before the next.
pub(crate) trait Driver {
    /// What it is, for the report.
    fn name(&self) -> String;

    /// Carries out a script.
    ///
    /// # Errors
    /// Says what went wrong, beside panes that are not as they should be.
    fn run(&self, script: &Script) -> Result<Outcome, String>;
}

/// The rules as the engine has them, by themselves.
pub(crate) fn rules() -> Vec<Box<dyn Driver>> {
    vec![
        Box::new(RulesDriver::lists()),
        Box::new(RulesDriver::lists().saving_all_state()),
        Box::new(RulesDriver::accumulators()),
    ]
}

/// The engine, with one worker and with several, with the elements of an event together or each in a batch, and in an
/// order that follows from a seed.
pub(crate) fn engines(seed: u64) -> Vec<Box<dyn Driver>> {
    vec![
        Box::new(Engine::new(1, 1)),
        Box::new(Engine::new(1, 1024)),
        Box::new(Engine::new(4, 1)),
        Box::new(Engine::new(4, 1024)),
        Box::new(Engine::replay(seed)),
        Box::new(Engine::new(1, 1024).combining()),
        Box::new(Engine::replay(seed).combining()),
    ]
}
