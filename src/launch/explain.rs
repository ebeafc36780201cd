//! What a pipeline would do.

use super::options::Explain;
use crate::LocalRunner;
use crate::graph::Graph;

pub(super) fn explain(graph: &Graph, how: Explain) -> String {
    match how {
        Explain::Text => format!("graph\n\n{}\nplan\n\n{}{}", graph.explain(), plan(graph), warnings(graph)),
        Explain::Dot => graph.to_dot(),
    }
}

pub(super) fn plan(graph: &Graph) -> String {
    LocalRunner::explain(graph).to_string()
}

fn warnings(graph: &Graph) -> String {
    if graph.warnings.is_empty() {
        return String::new();
    }
    let all: Vec<_> = graph.warnings.iter().map(|warning| format!("{warning}\n")).collect();
    format!("\nwarnings\n\n{}", all.concat())
}
