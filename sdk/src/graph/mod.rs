//! The graph of a pipeline as plain data: all that a runner sees.
//!
//! A [`Node`] says what a step is (its URN, name, place, inputs and outputs) in the terms of Beam's pipeline proto,
//! and carries the factory of its typed operator.

pub(crate) mod builder;
mod explain;
mod warning;

pub use warning::Warning;

use crate::Step;
use crate::kernel::{ShuffleFactory, SinkControl, SourceFactory, StepFactory, StepId};
use crate::state::StateField;
use crate::window::WindowingStrategy;
use std::sync::Arc;

/// A step of the graph: its index in [`Graph::nodes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub StepId);

impl NodeId {
    /// The position in [`Graph::nodes`].
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A collection of the graph: its index in [`Graph::collections`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CollectionId(pub u32);

impl CollectionId {
    /// The position in [`Graph::collections`].
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A pipeline as it was built, which copies of this share. Nodes stand behind those whose outputs they read.
#[derive(Clone)]
pub struct Graph {
    /// The steps.
    pub nodes: Arc<[Node]>,
    /// What flows between them.
    pub collections: Arc<[Collection]>,
    /// What is allowed and may not be meant.
    pub warnings: Vec<Warning>,
}

/// What flows between steps.
#[derive(Clone, Debug)]
pub struct Collection {
    /// The step that makes it.
    pub producer: NodeId,
    /// Which of the step's outputs it is.
    pub output: usize,
    /// The Rust type of its elements.
    pub element_type: &'static str,
    /// How it is divided in event time.
    pub windowing: Arc<WindowingStrategy>,
    /// Whether it has an end. A collection has none if anything that it is made of has none.
    pub is_bounded: bool,
}

/// A step.
#[derive(Clone)]
pub struct Node {
    /// Its name and place.
    pub step: Arc<Step>,
    /// What it is, as Beam's pipeline proto calls it.
    pub urn: &'static str,
    /// The collections that it reads, in order.
    pub inputs: Vec<CollectionId>,
    /// The steps that build the side inputs that it reads.
    pub side_inputs: Vec<NodeId>,
    /// The collections that it makes, in order.
    pub outputs: Vec<CollectionId>,
    /// How it is executed.
    pub body: Body,
    /// What to do with the output of a writing step before and after the run.
    pub sink: Option<Arc<dyn SinkControl>>,
    /// What it keeps for each key and window; nothing for most steps.
    pub state: &'static [StateField],
}

/// How a step is executed.
#[derive(Clone)]
pub enum Body {
    /// It begins a stage by reading.
    Read(Arc<dyn SourceFactory>),
    /// It runs in the stage of its input.
    Fused {
        /// Builds the operator.
        operator: StepFactory,
        /// Separates it from the stage of an input where a runner has to.
        forward: ShuffleFactory,
    },
    /// It runs in the stage of its input, always: its input is of a type that nothing else can carry.
    Inseparable(StepFactory),
    /// It ends the stages of its inputs and begins one of its own.
    Shuffle {
        /// Builds both sides.
        shuffle: ShuffleFactory,
        /// Whether its senders may combine.
        liftable: bool,
    },
    /// A shuffle whose result is a side input.
    View(ShuffleFactory),
}

impl Graph {
    /// The steps that read a collection, a step once for each time that it does.
    pub fn readers(&self, collection: CollectionId) -> impl Iterator<Item = NodeId> + '_ {
        let reads = move |node: &Node| node.inputs.iter().filter(|input| **input == collection).count();
        self.nodes.iter().enumerate().flat_map(move |(i, node)| std::iter::repeat_n(NodeId(i as StepId), reads(node)))
    }

    /// The step that makes a collection.
    pub fn producer(&self, collection: CollectionId) -> NodeId {
        self.collections[collection.index()].producer
    }
}
