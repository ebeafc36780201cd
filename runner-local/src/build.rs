//! Building a worker: operators for the steps of the plan, connected as the plan says.

use crate::exchange::{Claims, Exchange, Helper, HelperCell, LocalLink};
use crate::idleness::Idleness;
use crate::plan::{Plan, Stage, StageId};
use crate::stage::{Head, Port, Reads, StageRun, Standing, StepRun, blamed};
use crate::status::Desk;
use crate::wake::Wakers;
use crate::worker::Worker;
use beamline_sdk::graph::{Body, CollectionId, Graph, Node, NodeId};
use beamline_sdk::kernel::{
    Env, ErasedConsumer, Flow, Link, Op, Operator, ShuffleFactory, ShuffleMode, SourceHead, SourceRun, StepId, Wiring,
};
use beamline_sdk::{Result, Step};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

/// What the workers of a run have in common.
pub(crate) struct Job {
    pub(crate) graph: Graph,
    pub(crate) plan: Plan,
    pub(crate) sources: HashMap<NodeId, Arc<dyn SourceRun>>,
    /// An exchange for each input of a shuffle or of a step that is cut off.
    pub(crate) exchanges: HashMap<(NodeId, usize), Arc<Exchange>>,
    pub(crate) idleness: Arc<Idleness>,
    /// Stages that read a script.
    pub(crate) scripts: Vec<StageId>,
    pub(crate) wakers: Arc<Wakers>,
    pub(crate) desk: Desk,
    pub(crate) queue_limit: usize,
    /// How many there are.
    pub(crate) workers: usize,
}

impl Job {
    /// Whether a step makes what has no end of its own.
    pub(crate) fn is_endless(&self, node: NodeId) -> bool {
        let is_bounded = |collection: &CollectionId| self.graph.collections[collection.index()].is_bounded;
        self.plan.is_live(node) && !self.graph.nodes[node.index()].outputs.iter().all(is_bounded)
    }

    /// Whether a drain ends what a step does.
    pub(crate) fn stops_when_drained(&self, node: NodeId) -> bool {
        let is_beginning = || match &self.graph.nodes[node.index()].body {
            Body::Read(source) => source.stops_when_drained(),
            _ => false,
        };
        self.is_endless(node) || (self.plan.is_live(node) && is_beginning())
    }

    /// Builds the worker whose environment this is. On the worker's thread: operators never leave it.
    pub(crate) fn build(self: &Arc<Self>, env: Env) -> Result<Rc<Worker>> {
        let mut builder = Builder {
            job: self,
            env: Rc::new(env),
            consumers: self.graph.collections.iter().map(|_| Vec::new()).collect(),
            stages: self.plan.stages.iter().map(StageParts::new).collect(),
            flows: Vec::new(),
            helper: HelperCell::default(),
        };
        for (i, node) in self.graph.nodes.iter().enumerate().rev() {
            let id = NodeId(i as StepId);
            if self.plan.is_live(id) {
                // Takes copies of user code, and a `Clone` may panic.
                blamed(id.0, &node.step, || {
                    builder.add(id, node);
                    Ok(())
                })?;
            }
        }
        Ok(builder.finish())
    }
}

/// A stage in the making, its parts in reverse order.
struct StageParts<'a> {
    heads: Vec<Head>,
    steps: Vec<StepParts<'a>>,
    /// Ways to other stages.
    links: Vec<Rc<LocalLink>>,
    gates: Vec<StepId>,
    reads_live_views: bool,
}

/// A step in the making.
struct StepParts<'a> {
    id: NodeId,
    step: Arc<Step>,
    control: Rc<RefCell<dyn Operator>>,
    role: Role<'a>,
}

/// What a step is to its stage.
enum Role<'a> {
    /// It makes the outputs of its node of these collections.
    Makes(&'a [CollectionId]),
    /// It makes the outputs of its node, or a part of it, of what comes through the heads.
    Receives,
    /// It sends on what this node makes.
    Sends(NodeId),
}

impl StageParts<'_> {
    fn new(stage: &Stage) -> Self {
        let gates = stage.gates.iter().map(|view| view.0).collect();
        let links = Vec::new();
        Self { heads: Vec::new(), steps: Vec::new(), links, gates, reads_live_views: stage.reads_live_views }
    }

    fn finish(mut self, stage: StageId, makers: &mut [Option<usize>], env: &Env, job: &Job) -> RefCell<StageRun> {
        self.heads.reverse();
        self.steps.reverse();
        let reads = self.reads(makers, &job.graph);
        let step = |step: StepParts| StepRun::new(step.id.0, step.step, step.control, !step.role.makes_outputs());
        let steps = self.steps.into_iter().map(step).collect();
        let standing = Rc::new(Standing::new(job.idleness.clone(), &job.plan, stage, self.links));
        let clock = env.clock.clone();
        RefCell::new(StageRun::new(self.heads, steps, reads, self.gates, self.reads_live_views, standing, clock))
    }

    /// The places of the steps that make what each step reads; a source, or what comes from another stage, is a head. The
    /// `makers` of other stages are unknown before and after.
    fn reads(&self, makers: &mut [Option<usize>], graph: &Graph) -> Reads {
        let ids = || self.steps.iter().map(|step| (step.id.index(), step.role.makes_outputs()));
        // Of the steps of a node the last one makes what others read.
        for (place, (id, _)) in ids().enumerate().filter(|(_, (_, makes_outputs))| *makes_outputs) {
            makers[id] = Some(place);
        }
        let mut reads = Reads::default();
        for step in &self.steps {
            match step.role {
                Role::Makes(of) => reads.push(of.iter().filter_map(|input| makers[graph.producer(*input).index()])),
                Role::Sends(of) => reads.push(makers[of.index()].into_iter()),
                Role::Receives => reads.push(None.into_iter()),
            }
        }
        ids().for_each(|(id, _)| makers[id] = None);
        reads
    }
}

impl Role<'_> {
    fn makes_outputs(&self) -> bool {
        !matches!(self, Self::Sends(_))
    }
}

/// What flows through an output of a step.
pub(crate) struct OutputFlow {
    pub(crate) step: StepId,
    /// Which of the step's outputs it is; the first stands for what is written by a step that has none.
    pub(crate) output: usize,
    pub(crate) flow: Rc<Flow>,
}

struct Builder<'a> {
    job: &'a Arc<Job>,
    env: Rc<Env>,
    /// Those of each collection.
    consumers: Vec<Vec<ErasedConsumer>>,
    stages: Vec<StageParts<'a>>,
    flows: Vec<OutputFlow>,
    helper: HelperCell,
}

impl<'a> Builder<'a> {
    fn add(&mut self, id: NodeId, node: &'a Node) {
        let env = self.env.clone();
        let wiring = self.outputs(node, id).with(id, node, &env);
        match &node.body {
            Body::Read(_) => self.add_source(id, &wiring),
            Body::Inseparable(factory) => self.add_fused(id, node, factory(&wiring)),
            Body::Fused { operator, forward } if self.job.plan.cut.contains(&id) => {
                self.add_cut(id, node, operator(&wiring), forward);
            }
            Body::Fused { operator, .. } => self.add_fused(id, node, operator(&wiring)),
            Body::Shuffle { shuffle, .. } | Body::View(shuffle) => self.add_shuffle(id, node, shuffle, &wiring),
        }
    }

    /// The outputs of a step: its consumers, which have been built already.
    fn outputs(&mut self, node: &Node, id: NodeId) -> WiringParts {
        let outputs = node.outputs.iter().map(|c| std::mem::take(&mut self.consumers[c.index()])).collect();
        // A step without outputs counts what it writes.
        let counters = node.outputs.len().max(1);
        let flows: Vec<_> = (0..counters).map(|_| Rc::<Flow>::default()).collect();
        let flow = |(output, flow): (usize, &Rc<Flow>)| OutputFlow { step: id.0, output, flow: flow.clone() };
        self.flows.extend(flows.iter().enumerate().map(flow));
        WiringParts { outputs, flows }
    }

    fn stage(&mut self, id: NodeId) -> &mut StageParts<'a> {
        let stage = self.job.plan.stage_of[id.index()].expect("live steps have a stage");
        &mut self.stages[stage]
    }

    fn add_step(&mut self, stage: NodeId, id: NodeId, control: Rc<RefCell<dyn Operator>>, role: Role<'a>) {
        let step = self.job.graph.nodes[id.index()].step.clone();
        self.stage(stage).steps.push(StepParts { id, step, control, role });
    }

    fn consume(&mut self, collection: CollectionId, consumer: ErasedConsumer) {
        self.consumers[collection.index()].push(consumer);
    }

    fn add_source(&mut self, id: NodeId, wiring: &Wiring<'_>) {
        let head = self.job.sources[&id].clone().head(wiring);
        self.add_head(id, head);
    }

    fn add_head(&mut self, id: NodeId, head: Rc<RefCell<dyn SourceHead>>) {
        let blame = self.job.graph.nodes[id.index()].step.clone();
        self.stage(id).heads.push(Head::Source { step: id.0, blame, head, is_done: false });
    }

    fn add_fused(&mut self, id: NodeId, node: &'a Node, op: Op) {
        self.add_step(id, id, op.control, Role::Makes(&node.inputs));
        node.inputs.iter().zip(op.inputs).for_each(|(collection, consumer)| self.consume(*collection, consumer));
    }

    /// Puts a hand-over in front of every input of a step.
    fn add_cut(&mut self, id: NodeId, node: &Node, op: Op, forward: &ShuffleFactory) {
        let env = self.env.clone();
        self.add_step(id, id, op.control, Role::Receives);
        for (input, consumer) in op.inputs.into_iter().enumerate() {
            let wiring = WiringParts { outputs: vec![vec![consumer]], flows: vec![Rc::default()] };
            let wiring = wiring.with(id, node, &env);
            let receiver = forward.receiver(&wiring);
            let port = self.port(id, input);
            let inbox = receiver.inboxes[0].clone();
            self.stage(id).heads.push(Head::Port { step: id.0, inbox, port });
            self.add_step(id, id, receiver.control, Role::Receives);
            let sender = forward.sender(0, self.link(id, input), &wiring, ShuffleMode::default());
            self.add_sender(id, node, input, sender);
        }
    }

    fn add_shuffle(&mut self, id: NodeId, node: &Node, shuffle: &ShuffleFactory, wiring: &Wiring<'_>) {
        let receiver = shuffle.receiver(wiring);
        for (input, inbox) in receiver.inboxes.into_iter().enumerate().rev() {
            let port = self.port(id, input);
            self.stage(id).heads.push(Head::Port { step: id.0, inbox, port });
        }
        if let Some(head) = shuffle.head(wiring) {
            self.add_head(id, head);
        }
        self.add_step(id, id, receiver.control, Role::Receives);
        let mode = ShuffleMode { lifted: matches!(node.body, Body::Shuffle { liftable: true, .. }) };
        for input in 0..node.inputs.len() {
            let sender = shuffle.sender(input, self.link(id, input), wiring, mode);
            self.add_sender(id, node, input, sender);
        }
    }

    /// Ends the stage that makes the `input`-th input of a step.
    fn add_sender(&mut self, id: NodeId, node: &Node, input: usize, sender: Op) {
        let collection = node.inputs[input];
        let producer = self.job.graph.producer(collection);
        self.add_step(producer, id, sender.control, Role::Sends(producer));
        sender.inputs.into_iter().for_each(|consumer| self.consume(collection, consumer));
    }

    fn port(&self, id: NodeId, input: usize) -> Port {
        let (exchange, idleness) = (self.job.exchanges[&(id, input)].clone(), self.job.idleness.clone());
        Port::new(exchange, idleness, self.env.worker, self.job.queue_limit, self.job.wakers.clone())
    }

    fn link(&mut self, id: NodeId, input: usize) -> Rc<dyn Link> {
        let link = Rc::new(LocalLink {
            exchange: self.job.exchanges[&(id, input)].clone(),
            idleness: self.job.idleness.clone(),
            claims: Claims::default(),
            shared: self.env.shared.clone(),
            wakers: self.job.wakers.clone(),
            helper: self.helper.clone(),
            limit: self.job.queue_limit,
            worker: self.env.worker,
            target: self.job.plan.stage_of[id.index()].expect("live steps have a stage"),
        });
        let producer = self.job.graph.producer(self.job.graph.nodes[id.index()].inputs[input]);
        self.stage(producer).links.push(link.clone());
        link
    }

    fn finish(self) -> Rc<Worker> {
        let plan = &self.job.plan;
        let stages = self.stages.into_iter().enumerate();
        let mut makers = vec![None; self.job.graph.nodes.len()];
        let stages: Vec<_> = stages.map(|(id, stage)| stage.finish(id, &mut makers, &self.env, self.job)).collect();
        let mut sources: Vec<usize> = (0..stages.len()).filter(|stage| stages[*stage].borrow().is_source()).collect();
        let is_endless = |stage: &usize| plan.stages[*stage].nodes.iter().any(|n| self.job.is_endless(*n));
        let reads_on =
            |stage: usize| plan.stages[stage].feeds_view || (stages[stage].borrow().has_ports() && !is_endless(&stage));
        let reads_on = (0..stages.len()).map(reads_on).collect();
        sources.sort_by_key(|stage| (is_endless(stage), !plan.stages[*stage].feeds_view));
        let worker = Rc::new(Worker {
            index: self.env.worker,
            top: Cell::new(None),
            limited: (0..stages.len()).filter(|stage| stages[*stage].borrow().can_be_full()).collect(),
            outside: (0..stages.len()).filter(|stage| stages[*stage].borrow().calls_outside()).collect(),
            stages,
            stalls: plan.stages.iter().map(|stage| stage.stalls.iter().map(|view| view.0).collect()).collect(),
            reads_on,
            has_halted: Cell::new(false),
            bounded_sources: sources.iter().filter(|stage| !is_endless(stage)).count(),
            reads: Cell::new(0),
            view_sources: sources.iter().filter(|stage| plan.stages[**stage].feeds_view).count(),
            sources,
            view_readers: (0..plan.stages.len()).filter(|stage| plan.stages[*stage].reads_live_views).collect(),
            scripts: RefCell::new(self.job.scripts.clone()),
            shared: self.env.shared.clone(),
            clock: self.env.clock.clone(),
            wakers: self.job.wakers.clone(),
            job: self.job.clone(),
            answered: Cell::new(0),
            metrics: RefCell::default(),
            flows: self.flows,
        });
        let helper: Rc<dyn Helper> = worker.clone();
        *self.helper.borrow_mut() = Some(Rc::downgrade(&helper));
        worker
    }
}

/// The outputs of a step.
struct WiringParts {
    outputs: Vec<Vec<ErasedConsumer>>,
    flows: Vec<Rc<Flow>>,
}

impl WiringParts {
    fn with<'e>(self, id: NodeId, node: &Node, env: &'e Rc<Env>) -> Wiring<'e> {
        Wiring { id: id.0, step: node.step.clone(), env, outputs: self.outputs, flows: self.flows }
    }
}
