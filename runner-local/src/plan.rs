//! The plan: which steps run together, what is cut, combined early, or left out.
//!
//! Steps are fused into stages as far as elements can go by a function call. A stage ends at a shuffle. A step also
//! begins a stage of its own when its inputs come from different ones, or when waiting for its side inputs would stop
//! the very stages that make them; its input is then held for it, on disk if need be.

use beamline_sdk::graph::{Body, CollectionId, Graph, Node, NodeId};
use std::collections::HashSet;

/// A stage's index in [`Plan::stages`]; a stage only reads from stages before it.
pub(crate) type StageId = usize;

/// How a graph is executed.
pub(crate) struct Plan {
    pub(crate) stages: Vec<Stage>,
    /// The stage of each step; `None` for those that are left out.
    pub(crate) stage_of: Vec<Option<StageId>>,
    /// Steps whose inputs are held in front of them.
    pub(crate) cut: HashSet<NodeId>,
}

/// Steps that run together, batch by batch.
#[derive(Clone, Default)]
pub(crate) struct Stage {
    /// In the order of the graph.
    pub(crate) nodes: Vec<NodeId>,
    /// The stages that it reads from.
    inputs: Vec<StageId>,
    /// Whether its inputs are held without limit in front of it.
    holds_input: bool,
    /// The side inputs that must be complete before it runs: those of bounded collections.
    pub(crate) gates: Vec<NodeId>,
    /// Whether it reads side inputs that change meanwhile. Elements wait for them in the steps that read them.
    pub(crate) reads_live_views: bool,
    /// The side inputs that it waits for when it is in the middle of something: its own, and, once the space between
    /// them is full, those of the stages that read from it.
    pub(crate) stalls: HashSet<NodeId>,
    /// Whether a side input is made of what it makes: such stages go first.
    pub(crate) feeds_view: bool,
}

impl Stage {
    /// The stages that it reads from.
    pub(crate) fn inputs(&self) -> &[StageId] {
        &self.inputs
    }
}

impl Plan {
    pub(crate) fn new(graph: &Graph) -> Self {
        let live = live_nodes(graph);
        let mut planner = Planner { graph, live: &live, plan: Self::empty(graph.nodes.len()) };
        for (i, node) in graph.nodes.iter().enumerate() {
            if live[i] {
                planner.place(NodeId(i as u32), node);
            }
        }
        let mut plan = planner.plan;
        plan.mark_view_feeders(graph);
        plan.spread_stalls();
        plan
    }

    /// Stalls go upwards, from a stage to those that it reads from.
    fn spread_stalls(&mut self) {
        for stage in (0..self.stages.len()).rev() {
            let Stage { gates, inputs, holds_input, .. } = &self.stages[stage];
            let (gates, inputs, holds_input) = (gates.clone(), inputs.clone(), *holds_input);
            self.stages[stage].stalls.extend(gates);
            if !holds_input {
                let mine = self.stages[stage].stalls.clone();
                inputs.into_iter().for_each(|input| self.stages[input].stalls.extend(&mine));
            }
        }
    }

    /// The stages to which what a stage makes may come, itself included, in their order.
    pub(crate) fn reached_from(&self, stage: StageId) -> Vec<StageId> {
        let mut reached = vec![stage];
        for later in stage + 1..self.stages.len() {
            if self.stages[later].inputs.iter().any(|input| reached.contains(input)) {
                reached.push(later);
            }
        }
        reached
    }

    fn empty(nodes: usize) -> Self {
        Self { stages: Vec::new(), stage_of: vec![None; nodes], cut: HashSet::new() }
    }

    pub(crate) fn is_live(&self, node: NodeId) -> bool {
        self.stage_of[node.index()].is_some()
    }

    fn mark_view_feeders(&mut self, graph: &Graph) {
        for stage in (0..self.stages.len()).rev() {
            let is_view = |n: &NodeId| matches!(graph.nodes[n.index()].body, Body::View(_)) && is_awaited(graph, *n);
            self.stages[stage].feeds_view |= self.stages[stage].nodes.iter().any(is_view);
            if self.stages[stage].feeds_view {
                let gates = self.stages[stage].gates.iter().filter_map(|view| self.stage_of[view.index()]);
                let before: Vec<_> = self.stages[stage].inputs.iter().copied().chain(gates).collect();
                before.into_iter().for_each(|s| self.stages[s].feeds_view = true);
            }
        }
    }
}

/// The steps that must run: those that write or call user code, and what they need. Groupings, side inputs and sources
/// that nothing reads have no effect, and are left out.
fn live_nodes(graph: &Graph) -> Vec<bool> {
    let mut live = vec![false; graph.nodes.len()];
    let mut is_needed = vec![false; graph.collections.len()];
    let mut needed_views: HashSet<NodeId> = HashSet::new();
    for (i, node) in graph.nodes.iter().enumerate().rev() {
        let is_read = node.outputs.iter().any(|c| is_needed[c.index()]) || needed_views.contains(&NodeId(i as u32));
        if is_read || has_effect(node) {
            live[i] = true;
            node.inputs.iter().for_each(|input| is_needed[input.index()] = true);
            needed_views.extend(&node.side_inputs);
        }
    }
    live
}

fn has_effect(node: &Node) -> bool {
    let is_function = node.urn == "beam:transform:pardo:v1";
    let calls_user_code = is_function || matches!(node.body, Body::Fused { .. } | Body::Inseparable(_));
    let writes = node.sink.is_some() || node.urn == "beamline:transform:write_upserts:v1";
    writes || (calls_user_code && node.urn != "beam:transform:flatten:v1")
}

/// Whether a side input is complete at some time, so that readers can wait for that.
pub(crate) fn is_awaited(graph: &Graph, view: NodeId) -> bool {
    graph.nodes[view.index()].inputs.iter().all(|input| graph.collections[input.index()].is_bounded)
}

struct Planner<'a> {
    graph: &'a Graph,
    live: &'a [bool],
    plan: Plan,
}

impl Planner<'_> {
    fn place(&mut self, id: NodeId, node: &Node) {
        let stage = match node.body {
            Body::Read(_) => self.open(&[], false),
            Body::Shuffle { .. } | Body::View(_) => self.open(&self.producers(node), false),
            Body::Inseparable(_) => self.producers(node)[0],
            Body::Fused { .. } => self.fuse(id, node),
        };
        self.plan.stages[stage].nodes.push(id);
        self.plan.stage_of[id.index()] = Some(stage);
    }

    /// The stages that make the inputs of a step.
    fn producers(&self, node: &Node) -> Vec<StageId> {
        let stage = |c: &CollectionId| {
            let producer = self.graph.producer(*c);
            debug_assert!(self.live[producer.index()], "what is read is live");
            self.plan.stage_of[producer.index()].expect("producers come first")
        };
        let mut stages: Vec<_> = node.inputs.iter().map(stage).collect();
        stages.sort_unstable();
        stages.dedup();
        stages
    }

    fn open(&mut self, inputs: &[StageId], holds_input: bool) -> StageId {
        self.plan.stages.push(Stage { inputs: inputs.to_vec(), holds_input, ..Stage::default() });
        self.plan.stages.len() - 1
    }

    fn fuse(&mut self, id: NodeId, node: &Node) -> StageId {
        let (gates, live): (Vec<_>, Vec<_>) = node.side_inputs.iter().partition(|view| is_awaited(self.graph, **view));
        let stage = self.stage_behind(id, node, gates);
        self.plan.stages[stage].reads_live_views |= !live.is_empty();
        stage
    }

    /// The stage of the inputs, if it can wait for what a step waits for; else one of its own.
    fn stage_behind(&mut self, id: NodeId, node: &Node, gates: Vec<NodeId>) -> StageId {
        let producers = self.producers(node);
        if let [stage] = producers[..]
            && self.gate(stage, &gates)
        {
            return stage;
        }
        self.plan.cut.insert(id);
        let stage = self.open(&producers, true);
        self.plan.stages[stage].gates = gates;
        stage
    }

    /// Lets a stage wait for side inputs, unless somebody would then wait for himself.
    fn gate(&mut self, stage: StageId, views: &[NodeId]) -> bool {
        let before = self.plan.stages[stage].gates.len();
        self.plan.stages[stage].gates.extend_from_slice(views);
        let ok = views.is_empty() || self.is_acyclic();
        if !ok {
            self.plan.stages[stage].gates.truncate(before);
        }
        ok
    }

    /// Whether no stage waits for itself. A stage waits for those that it reads from, and for what it stalls on.
    fn is_acyclic(&self) -> bool {
        let mut plan = Plan { stages: self.plan.stages.clone(), ..Plan::empty(0) };
        plan.spread_stalls();
        let waits_for = |stage: &Stage| {
            let views = stage.stalls.iter().filter_map(|view| self.plan.stage_of[view.index()]);
            views.chain(stage.inputs.iter().copied()).collect()
        };
        let waits_for: Vec<HashSet<StageId>> = plan.stages.iter().map(waits_for).collect();
        let mut state = vec![0u8; waits_for.len()];
        (0..waits_for.len()).all(|stage| no_cycle_from(stage, &waits_for, &mut state))
    }
}

/// Depth first without recursion; `state` is 0 for new, 1 for open, 2 for done.
fn no_cycle_from(start: StageId, edges: &[HashSet<StageId>], state: &mut [u8]) -> bool {
    let mut stack = vec![(start, edges[start].iter())];
    if state[start] == 2 {
        return true;
    }
    state[start] = 1;
    while let Some((stage, next)) = stack.last_mut() {
        match next.next() {
            Some(next) if state[*next] == 1 => return false,
            Some(next) if state[*next] == 0 => {
                state[*next] = 1;
                stack.push((*next, edges[*next].iter()));
            }
            Some(_) => {}
            None => {
                state[*stage] = 2;
                stack.pop();
            }
        }
    }
    true
}
