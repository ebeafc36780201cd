//! Building the graph: labels, scopes and places.

use super::warning::warnings_of;
use super::{Body, Collection, CollectionId, Graph, Node, NodeId};
use crate::kernel::{SinkControl, StepId};
use crate::state::StateField;
use crate::window::WindowingStrategy;
use crate::{Error, ErrorKind, Result, Step};
use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashSet, HashTable};
use std::hash::BuildHasher;
use std::panic::Location;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

type Place = &'static Location<'static>;

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct ScopeId(usize);

const ROOT: ScopeId = ScopeId(0);

/// What a step or a composite is called, and who said so.
struct Label {
    text: String,
    is_explicit: bool,
    place: Place,
}

struct Scope {
    parent: ScopeId,
    label: Label,
}

/// What is known of a step before names are settled.
pub(crate) struct NodeSpec {
    pub(crate) label: String,
    pub(crate) urn: &'static str,
    pub(crate) inputs: Vec<CollectionId>,
    pub(crate) side_inputs: Vec<NodeId>,
    pub(crate) body: Body,
    pub(crate) sink: Option<Arc<dyn SinkControl>>,
    /// How its outputs are windowed; `None` for as its first input is.
    pub(crate) windowing: Option<Arc<WindowingStrategy>>,
}

struct Draft {
    spec: NodeSpec,
    label: Label,
    scope: ScopeId,
    outputs: Vec<CollectionId>,
    windowing: Arc<WindowingStrategy>,
    is_bounded: bool,
    state: &'static [StateField],
}

/// Tells pipelines of one process apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PipelineId(u64);

impl PipelineId {
    fn next() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// A graph in the making.
pub(crate) struct GraphBuilder {
    pub(crate) pipeline: PipelineId,
    drafts: Vec<Draft>,
    collections: Vec<Collection>,
    scopes: Vec<Scope>,
    open: Vec<ScopeId>,
    /// Where a composite of this crate was called: its steps were made there, in the user's eyes.
    builtin: Option<Place>,
    /// Steps that cannot be as they were asked for, and why.
    faults: Vec<(NodeId, Error)>,
    /// Steps that count on another one of a name.
    expectations: Vec<(NodeId, String)>,
}

impl GraphBuilder {
    pub(crate) fn new(place: Place) -> Self {
        let label = Label { text: String::new(), is_explicit: true, place };
        let root = Scope { parent: ROOT, label };
        Self {
            pipeline: PipelineId::next(),
            drafts: vec![],
            collections: vec![],
            scopes: vec![root],
            open: vec![ROOT],
            builtin: None,
            faults: vec![],
            expectations: vec![],
        }
    }

    fn current(&self) -> ScopeId {
        *self.open.last().expect("the root is never closed")
    }

    pub(crate) fn add(&mut self, mut spec: NodeSpec, place: Place) -> NodeId {
        let place = self.builtin.unwrap_or(place);
        let label = Label { text: std::mem::take(&mut spec.label), is_explicit: false, place };
        let (windowing, is_bounded) = (self.windowing_of(&spec), self.is_bounded(&spec));
        self.drafts.push(Draft {
            spec,
            label,
            scope: self.current(),
            outputs: Vec::new(),
            windowing,
            is_bounded,
            state: &[],
        });
        NodeId((self.drafts.len() - 1) as StepId)
    }

    /// The collections that a step reads, without those of other pipelines, for which it is refused.
    fn inputs<'a>(&'a self, spec: &'a NodeSpec) -> impl Iterator<Item = &'a Collection> {
        spec.inputs.iter().filter_map(|id| self.collections.get(id.index()))
    }

    fn windowing_of(&self, spec: &NodeSpec) -> Arc<WindowingStrategy> {
        let inherited = || self.inputs(spec).next().map(|input| input.windowing.clone());
        spec.windowing.clone().or_else(inherited).unwrap_or_default()
    }

    fn is_bounded(&self, spec: &NodeSpec) -> bool {
        match &spec.body {
            Body::Read(source) => source.is_bounded(),
            Body::Shuffle { shuffle, .. } if !shuffle.ends_with_inputs() => false,
            _ => self.inputs(spec).all(|input| input.is_bounded),
        }
    }

    pub(crate) fn collection(&self, id: CollectionId) -> &Collection {
        &self.collections[id.index()]
    }

    /// How a side input is windowed: as what it is made of.
    pub(crate) fn windowing_of_view(&self, view: NodeId) -> Arc<WindowingStrategy> {
        self.drafts[view.index()].windowing.clone()
    }

    pub(crate) fn add_output(&mut self, node: NodeId, element_type: &'static str) -> CollectionId {
        let id = CollectionId(self.collections.len() as u32);
        let Draft { outputs, windowing, is_bounded, .. } = &mut self.drafts[node.index()];
        self.collections.push(Collection {
            producer: node,
            output: outputs.len(),
            element_type,
            windowing: windowing.clone(),
            is_bounded: *is_bounded,
        });
        outputs.push(id);
        id
    }

    pub(crate) fn set_windowing(&mut self, collection: CollectionId, windowing: Arc<WindowingStrategy>) {
        self.collections[collection.index()].windowing = windowing;
    }

    /// Opens the scope of a composite; one of this crate hides the places of its own steps.
    pub(crate) fn open(&mut self, label: String, place: Place, is_builtin: bool) -> Option<Place> {
        let before = self.builtin;
        let place = before.unwrap_or(place);
        let label = Label { text: label, is_explicit: false, place };
        self.scopes.push(Scope { parent: self.current(), label });
        self.open.push(ScopeId(self.scopes.len() - 1));
        if is_builtin {
            self.builtin = Some(place);
        }
        before
    }

    pub(crate) fn close(&mut self, before: Option<Place>) {
        self.open.pop();
        self.builtin = before;
    }

    /// Names the step that makes a collection, or the outermost composite that has been applied to make it.
    pub(crate) fn name(&mut self, collection: CollectionId, text: &str, place: Place) {
        let node = self.collections[collection.index()].producer;
        let label = self.label_of(node);
        let place = if label.is_explicit { place } else { label.place };
        *label = Label { text: text.to_owned(), is_explicit: true, place };
    }

    /// Names a step without outputs.
    pub(crate) fn name_node(&mut self, node: NodeId, text: &str) {
        let label = self.label_of(node);
        label.is_explicit = true;
        text.clone_into(&mut label.text);
    }

    fn label_of(&mut self, node: NodeId) -> &mut Label {
        let current = self.current();
        let (mut scope, mut composite) = (self.drafts[node.index()].scope, None);
        while scope != current && scope != ROOT {
            composite = Some(scope);
            scope = self.scopes[scope.0].parent;
        }
        match composite {
            Some(composite) => &mut self.scopes[composite.0].label,
            None => &mut self.drafts[node.index()].label,
        }
    }

    pub(crate) fn declare_state(&mut self, collection: CollectionId, state: &'static [StateField]) {
        let node = self.collection(collection).producer;
        self.drafts[node.index()].state = state;
    }

    /// Whether the user has named a step, or a composite around it.
    fn is_named(&self, node: usize) -> bool {
        let Draft { label, scope, .. } = &self.drafts[node];
        let mut scope = *scope;
        while scope != ROOT && !self.scopes[scope.0].label.is_explicit {
            scope = self.scopes[scope.0].parent;
        }
        label.is_explicit || scope != ROOT
    }

    /// Remembers that a step cannot be as it is asked for.
    pub(crate) fn fail(&mut self, node: NodeId, error: Error) {
        self.faults.push((node, error));
    }

    /// Remembers that the step that makes a collection counts on another one of this name.
    pub(crate) fn expect_step(&mut self, collection: CollectionId, name: &str) {
        let node = self.collection(collection).producer;
        self.expectations.push((node, name.to_owned()));
    }

    /// How many steps are of a kind.
    pub(crate) fn count_of(&self, urn: &str) -> usize {
        self.drafts.iter().filter(|draft| draft.spec.urn == urn).count()
    }

    /// The step that makes a collection as it is known now: `'Words/Map' (src/main.rs:7)`.
    pub(crate) fn describe(&self, collection: CollectionId) -> String {
        let draft = &self.drafts[self.collections[collection.index()].producer.index()];
        let mut name = draft.label.text.clone();
        let mut scope = draft.scope;
        while scope != ROOT {
            let Scope { parent, label } = &self.scopes[scope.0];
            name = format!("{}/{name}", label.text);
            scope = *parent;
        }
        let place = draft.label.place;
        format!("'{name}' ({}:{})", place.file(), place.line())
    }

    /// The finished graph, or the first thing that is wrong with it.
    pub(crate) fn finish(&self) -> Result<Graph> {
        let names = Names::settle(self)?.into_iter().zip(&self.drafts);
        let step = |(name, draft): (String, &Draft)| Arc::new(Step { name, location: draft.label.place });
        let steps: Vec<_> = names.map(step).collect();
        if let Some((node, error)) = self.faults.first() {
            return Err(error.clone().in_step(&steps[node.index()]));
        }
        let is_missing = |name: &String| steps.iter().all(|step| step.name != *name);
        if let Some((node, name)) = self.expectations.iter().find(|(_, name)| is_missing(name)) {
            let error = Error::new(ErrorKind::Graph, format!("no step of this pipeline is named '{name}'"));
            return Err(error.in_step(&steps[node.index()]).help("give the full name of a step, as errors show it"));
        }
        let node = |(draft, step): (&Draft, &Arc<Step>)| Node {
            step: step.clone(),
            urn: draft.spec.urn,
            inputs: draft.spec.inputs.clone(),
            side_inputs: draft.spec.side_inputs.clone(),
            outputs: draft.outputs.clone(),
            body: draft.spec.body.clone(),
            sink: draft.spec.sink.clone(),
            state: draft.state,
        };
        let nodes = self.drafts.iter().zip(&steps).map(node).collect();
        let collections = self.collections.iter().cloned().collect();
        let mut graph = Graph { nodes, collections, warnings: Vec::new() };
        graph.warnings = warnings_of(&graph, |node| self.is_named(node));
        graph.nodes.iter().try_for_each(|node| check_exclusive(&graph, node))?;
        Ok(graph)
    }
}

/// What a step must have for itself has no other reader.
fn check_exclusive(graph: &Graph, node: &Node) -> Result<()> {
    let Body::Inseparable(_) = node.body else { return Ok(()) };
    let input = node.inputs[0];
    let readers: Vec<_> = graph.readers(input).map(|id| graph.nodes[id.index()].step.to_string()).collect();
    if readers.len() == 1 {
        return Ok(());
    }
    let text =
        format!("a collection that is split has no other reader, and this one is read by {}", readers.join(" and "));
    let help = "split it once, and read the parts as often as needed";
    Err(Error::new(ErrorKind::Graph, text).in_step(&graph.nodes[graph.producer(input).index()].step).help(help))
}

fn hash_of(name: &str) -> u64 {
    FixedState::default().hash_one(name)
}

/// Unique names of all scopes and steps.
struct Names<'a> {
    /// Those of scopes, and behind them those of steps, in their orders; the first one is that of no scope.
    settled: Vec<(String, Place)>,
    /// The places of all that have a name, by that.
    taken: HashTable<usize>,
    /// Names given by the user: they are kept as they are, and must differ.
    reserved: HashSet<(ScopeId, &'a str), FixedState>,
    /// The last number that has been put behind a default name.
    numbers: HashMap<String, usize, FixedState>,
}

impl<'a> Names<'a> {
    /// The names of all steps.
    fn settle(builder: &'a GraphBuilder) -> Result<Vec<String>> {
        let count = builder.scopes.len() + builder.drafts.len();
        let mut names = Self {
            settled: Vec::with_capacity(count),
            taken: HashTable::with_capacity(count),
            reserved: builder.explicit_labels().collect(),
            numbers: HashMap::default(),
        };
        names.settled.push((String::new(), builder.scopes[ROOT.0].label.place));
        for scope in &builder.scopes[1..] {
            names.add(scope.parent, &scope.label)?;
        }
        for draft in &builder.drafts {
            names.add(draft.scope, &draft.label)?;
        }
        Ok(names.settled.drain(builder.scopes.len()..).map(|(name, _)| name).collect())
    }

    fn add(&mut self, parent: ScopeId, label: &Label) -> Result<()> {
        let name =
            if label.is_explicit { self.inside(parent, &label.text) } else { self.numbered(parent, &label.text) };
        if let Some((name, other)) = self.find(&name) {
            return Err(duplicate(name, other, label.place));
        }
        let Self { settled, taken, .. } = self;
        taken.insert_unique(hash_of(&name), settled.len(), |i| hash_of(&settled[*i].0));
        settled.push((name, label.place));
        Ok(())
    }

    /// A name that is taken, and where.
    fn find(&self, name: &str) -> Option<(&str, Place)> {
        let found = self.taken.find(hash_of(name), |i| self.settled[*i].0 == name)?;
        let (name, place) = &self.settled[*found];
        Some((name, place))
    }

    /// A default name, with a number behind it if it is taken.
    fn numbered(&mut self, parent: ScopeId, text: &str) -> String {
        let first = self.inside(parent, text);
        if self.is_free(parent, text, &first) {
            return first;
        }
        let mut number = self.numbers.get(&first).copied().unwrap_or(1);
        loop {
            number += 1;
            let text = format!("{text}#{number}");
            let name = self.inside(parent, &text);
            if self.is_free(parent, &text, &name) {
                self.numbers.insert(first, number);
                return name;
            }
        }
    }

    fn is_free(&self, parent: ScopeId, text: &str, name: &str) -> bool {
        self.find(name).is_none() && !self.reserved.contains(&(parent, text))
    }

    fn inside(&self, parent: ScopeId, text: &str) -> String {
        match self.settled[parent.0].0.as_str() {
            "" => text.to_owned(),
            scope => format!("{scope}/{text}"),
        }
    }
}

impl GraphBuilder {
    fn explicit_labels(&self) -> impl Iterator<Item = (ScopeId, &str)> {
        let scopes = self.scopes.iter().skip(1).map(|scope| (scope.parent, &scope.label));
        let steps = self.drafts.iter().map(|draft| (draft.scope, &draft.label));
        scopes.chain(steps).filter(|(_, label)| label.is_explicit).map(|(parent, label)| (parent, label.text.as_str()))
    }
}

fn duplicate(name: &str, first: Place, second: Place) -> Error {
    let text = format!(
        "two steps are named '{name}': at {}:{} and at {}:{}",
        first.file(),
        first.line(),
        second.file(),
        second.line()
    );
    Error::new(ErrorKind::Graph, text).help("names identify steps in errors, metrics and saved state: make them differ")
}
