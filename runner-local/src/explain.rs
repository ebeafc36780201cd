//! The plan as text.

use crate::plan::{Plan, Stage, is_awaited};
use beamline_sdk::graph::{Body, Graph, NodeId};
use std::fmt::Write;

/// Describes the plan for a graph.
pub(crate) fn explain(graph: &Graph) -> String {
    let plan = Plan::new(graph);
    let mut text = String::new();
    for (i, stage) in plan.stages.iter().enumerate() {
        let _ = writeln!(text, "stage {}  ({})", i + 1, why(graph, &plan, stage));
        stage.nodes.iter().for_each(|id| describe(&mut text, graph, *id, stage.nodes[0] == *id));
        sends(&mut text, graph, &plan, i);
    }
    let left_out = graph.nodes.iter().enumerate().filter(|(n, _)| !plan.is_live(NodeId(*n as u32)));
    for (_, node) in left_out {
        let _ = writeln!(text, "left out: {} (nothing reads it)", node.step.name);
    }
    text
}

/// Why a stage begins where it does.
fn why(graph: &Graph, plan: &Plan, stage: &Stage) -> String {
    let Some(first) = stage.nodes.first().map(|id| (&graph.nodes[id.index()], id)) else { return String::new() };
    let (node, id) = first;
    let mut why = match &node.body {
        Body::Read(_) => "reads a source".to_owned(),
        Body::View(_) => "builds a side input".to_owned(),
        Body::Shuffle { .. } if node.inputs.len() > 1 => format!("shuffle of {} inputs", node.inputs.len()),
        Body::Shuffle { .. } => "shuffle".to_owned(),
        _ if plan.cut.contains(id) && node.side_inputs.is_empty() => "inputs come from several stages".to_owned(),
        _ => "input is held until the side input is complete".to_owned(),
    };
    for view in &stage.gates {
        let _ = write!(why, "; after side input {}", graph.nodes[view.index()].step.name);
    }
    why
}

fn describe(text: &mut String, graph: &Graph, id: NodeId, is_first: bool) {
    let how = if is_first { "  " } else { "  + " };
    let node = &graph.nodes[id.index()];
    let _ = write!(text, "{how}{}", node.step.name);
    for view in node.side_inputs.iter().filter(|view| !is_awaited(graph, **view)) {
        let _ = write!(text, "  (reads side input {} while it goes on)", graph.nodes[view.index()].step.name);
    }
    text.push('\n');
}

/// Where the stage's elements go.
fn sends(text: &mut String, graph: &Graph, plan: &Plan, stage: usize) {
    for (i, node) in graph.nodes.iter().enumerate() {
        let id = NodeId(i as u32);
        let begins = matches!(node.body, Body::Shuffle { .. } | Body::View(_)) || plan.cut.contains(&id);
        let from_here = |c: &_| plan.stage_of[graph.producer(*c).index()] == Some(stage);
        if let (true, Some(target)) = (begins && node.inputs.iter().any(from_here), plan.stage_of[i]) {
            let lifted = matches!(node.body, Body::Shuffle { liftable: true, .. });
            let how = if lifted { ", combined before they are sent" } else { "" };
            let _ = writeln!(text, "  -> stage {}{how}", target + 1);
        }
    }
}
