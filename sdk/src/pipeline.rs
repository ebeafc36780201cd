//! The pipeline: where building begins.

use crate::graph::builder::{GraphBuilder, NodeSpec, PipelineId};
use crate::graph::{Body, CollectionId, Graph, NodeId};
use crate::kernel::ops::Forward;
use crate::kernel::{Op, ShuffleFactory, Wiring};
use crate::pcollection::PCollection;
use crate::ptransform::PTransform;
use crate::runner::{JobResult, Runner};
use crate::state::StateField;
use crate::window::WindowingStrategy;
use crate::{Element, Error, Result};
use std::cell::RefCell;
use std::panic::Location;
use std::rc::Rc;
use std::sync::{Arc, Mutex};

/// A program of collections and transforms, to be run by a [`Runner`].
///
/// Building it does nothing but build: files are opened and functions called when it runs.
///
/// ```
/// use beamline_sdk::Pipeline;
///
/// let p = Pipeline::new();
/// let squares = p.create(1..=3i64).map(|n| n * n);
/// assert_eq!(p.graph()?.nodes.len(), 2);
/// # Ok::<(), beamline_sdk::Error>(())
/// ```
#[derive(Clone)]
pub struct Pipeline {
    builder: Rc<RefCell<GraphBuilder>>,
}

/// A step without its outputs: what all transforms are reduced to.
pub(crate) struct StepSpec {
    pub(crate) label: String,
    pub(crate) urn: &'static str,
    pub(crate) inputs: Vec<CollectionId>,
    pub(crate) body: Body,
}

impl From<StepSpec> for NodeSpec {
    fn from(spec: StepSpec) -> Self {
        let StepSpec { label, urn, inputs, body } = spec;
        Self { label, urn, inputs, side_inputs: Vec::new(), body, sink: None, windowing: None }
    }
}

impl Default for Pipeline {
    #[track_caller]
    fn default() -> Self {
        Self::new()
    }
}

impl Pipeline {
    /// An empty pipeline.
    #[track_caller]
    pub fn new() -> Self {
        Self { builder: Rc::new(RefCell::new(GraphBuilder::new(Location::caller()))) }
    }

    /// Applies a transform that reads from outside, such as a composite of several sources.
    #[track_caller]
    pub fn apply<X: PTransform<Self>>(&self, transform: X) -> X::Out {
        self.apply_to(self.clone(), transform)
    }

    /// Applies a transform to anything that it takes: to several collections as a tuple, for example.
    #[track_caller]
    pub fn apply_to<I, X: PTransform<I>>(&self, input: I, transform: X) -> X::Out {
        let scope = self.open_scope(transform.label(), transform.is_opaque());
        let out = transform.expand(input);
        drop(scope);
        out
    }

    /// The graph as it is now.
    ///
    /// # Errors
    /// What is wrong with the pipeline, such as two steps of one name.
    pub fn graph(&self) -> Result<Graph> {
        self.builder.borrow().finish()
    }

    /// Runs the pipeline to its end.
    ///
    /// # Errors
    /// What is wrong with the pipeline, or the first failure of a step.
    pub fn run_with(&self, runner: &impl Runner) -> Result<JobResult> {
        runner.run(&self.graph()?)
    }

    /// Opens the scope of a composite, which is closed when the result is dropped.
    #[track_caller]
    pub(crate) fn open_scope(&self, label: String, is_builtin: bool) -> OpenScope {
        self.open_scope_at(label, is_builtin, Location::caller())
    }

    /// Opens a scope that was asked for elsewhere.
    pub(crate) fn open_scope_at(
        &self,
        label: String,
        is_builtin: bool,
        place: &'static Location<'static>,
    ) -> OpenScope {
        let before = self.builder.borrow_mut().open(label, place, is_builtin);
        OpenScope { pipeline: self.clone(), before }
    }

    #[track_caller]
    pub(crate) fn add(&self, spec: StepSpec) -> NodeId {
        self.add_node(spec.into())
    }

    /// Adds a step whose outputs are not windowed as its first input is. If they cannot be windowed as they are asked for
    /// the step is refused.
    #[track_caller]
    pub(crate) fn add_windowed(&self, spec: StepSpec, windowing: Result<Arc<WindowingStrategy>>) -> NodeId {
        let (windowing, refusal) = match windowing {
            Ok(windowing) => (Some(windowing), None),
            Err(error) => (None, Some(error)),
        };
        let node = self.add_node(NodeSpec { windowing, ..spec.into() });
        refusal.into_iter().for_each(|error| self.fail(node, error));
        node
    }

    #[track_caller]
    pub(crate) fn add_node(&self, spec: NodeSpec) -> NodeId {
        self.builder.borrow_mut().add(spec, Location::caller())
    }

    pub(crate) fn add_output<T: 'static>(&self, node: NodeId) -> PCollection<T> {
        let id = self.builder.borrow_mut().add_output(node, std::any::type_name::<T>());
        PCollection::new(self.clone(), id)
    }

    /// An output that is not windowed as the others of its step are.
    pub(crate) fn add_output_in<T: 'static>(&self, node: NodeId, windowing: Arc<WindowingStrategy>) -> PCollection<T> {
        let output = self.add_output(node);
        self.builder.borrow_mut().set_windowing(output.id, windowing);
        output
    }

    #[track_caller]
    pub(crate) fn name(&self, collection: CollectionId, label: &str) {
        self.builder.borrow_mut().name(collection, label, Location::caller());
    }

    pub(crate) fn name_node(&self, node: NodeId, label: &str) {
        self.builder.borrow_mut().name_node(node, label);
    }

    /// Remembers what the step that makes a collection keeps for its keys.
    pub(crate) fn declare_state(&self, collection: CollectionId, state: &'static [StateField]) {
        self.builder.borrow_mut().declare_state(collection, state);
    }

    /// Remembers that a step cannot be as it is asked for.
    pub(crate) fn fail(&self, node: NodeId, error: Error) {
        self.builder.borrow_mut().fail(node, error);
    }

    /// Remembers that the step that makes a collection counts on another one of this name.
    pub(crate) fn expect_step(&self, collection: CollectionId, name: &str) {
        self.builder.borrow_mut().expect_step(collection, name);
    }

    /// Tells it from all other pipelines of this process.
    pub(crate) fn id(&self) -> PipelineId {
        self.builder.borrow().pipeline
    }

    pub(crate) fn with_builder<R>(&self, f: impl FnOnce(&GraphBuilder) -> R) -> R {
        f(&self.builder.borrow())
    }

    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.id() == other.id()
    }
}

/// The scope of a composite while its steps are added.
pub(crate) struct OpenScope {
    pipeline: Pipeline,
    before: Option<&'static Location<'static>>,
}

impl Drop for OpenScope {
    fn drop(&mut self) {
        self.pipeline.builder.borrow_mut().close(self.before);
    }
}

/// User code in the graph, from which each worker takes a copy. The lock allows code that is not `Sync`.
pub(crate) struct Template<F>(Mutex<F>);

impl<F: Clone> Template<F> {
    pub(crate) fn new(f: F) -> Self {
        Self(Mutex::new(f))
    }

    pub(crate) fn copy(&self) -> F {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }
}

/// The body of a step that runs in the stage of its input.
pub(crate) fn fused<I: Element>(operator: impl Fn(&Wiring<'_>) -> Op + Send + Sync + 'static) -> Body {
    let forward: ShuffleFactory = Arc::new(Forward::<I>::new());
    Body::Fused { operator: Arc::new(operator), forward }
}
