//! What is allowed and may not be meant.

use super::{Graph, Node};
use crate::Step;
use crate::state::{StateField, TimeToLive};
use std::fmt;
use std::sync::Arc;

/// Something in a pipeline that works, and may not do what is wanted in the long run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The step that it is about.
    pub step: Arc<Step>,
    /// What may be wrong.
    pub message: String,
    /// What to do about it.
    pub help: &'static str,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "step {}: {}\n  help: {}", self.step, self.message, self.help)
    }
}

/// All warnings of a graph, of which the user has named some steps.
pub(super) fn warnings_of(graph: &Graph, is_named: impl Fn(usize) -> bool) -> Vec<Warning> {
    let stateful = graph.nodes.iter().enumerate().filter(|(_, node)| !node.state.is_empty());
    stateful.flat_map(|(i, node)| [unnamed(node, is_named(i)), only_grows(graph, node)]).flatten().collect()
}

fn unnamed(node: &Node, is_named: bool) -> Option<Warning> {
    let message = "it keeps state and has no name of its own, so its state cannot be found again when the program has \
                   been changed";
    (!is_named).then(|| Warning {
        step: node.step.clone(),
        message: message.to_owned(),
        help: "name it: `.named(\"…\")`",
    })
}

/// In the global window of an unbounded collection there is a state for every key that was ever seen, if nothing ends it.
fn only_grows(graph: &Graph, node: &Node) -> Option<Warning> {
    let input = &graph.collections[node.inputs.first()?.index()];
    if input.is_bounded || !input.windowing.window_fn().is_global() || has_timer(node.state) {
        return None;
    }
    let endless = node.state.iter().filter(|field| field.ttl == TimeToLive::Unsaid);
    let names: Vec<_> = endless.map(|field| format!("'{}'", field.name)).collect();
    (!names.is_empty()).then(|| Warning {
        step: node.step.clone(),
        message: format!("the input has no end, and nothing ends the state of a key: {}", names.join(", ")),
        help: "give it a time to live, `#[state(ttl = \"1d\")]`, a timer that clears it, or windows; or say that it \
               shall stay: `#[state(ttl = \"forever\")]`",
    })
}

/// A timer can clear state, and most often does.
fn has_timer(state: &[StateField]) -> bool {
    state.iter().any(|field| field.kind.is_timer())
}
