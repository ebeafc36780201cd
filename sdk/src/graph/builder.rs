//! Building the graph: labels, scopes and places.

use super::{Body, Collection, CollectionId, Graph, Node, NodeId};
use crate::kernel::{SinkControl, StepId};
use crate::{Error, ErrorKind, Result, Step};
use std::collections::HashMap;
use std::panic::Location;
use std::sync::Arc;

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
}

struct Draft {
    spec: NodeSpec,
    label: Label,
    scope: ScopeId,
    outputs: Vec<CollectionId>,
}

/// A graph in the making.
pub(crate) struct GraphBuilder {
    drafts: Vec<Draft>,
    collections: Vec<Collection>,
    scopes: Vec<Scope>,
    open: Vec<ScopeId>,
    /// Where a composite of this crate was called: its steps were made there, in the user's eyes.
    builtin: Option<Place>,
    errors: Vec<Error>,
}

impl GraphBuilder {
    pub(crate) fn new(place: Place) -> Self {
        let label = Label { text: String::new(), is_explicit: true, place };
        let root = Scope { parent: ROOT, label };
        Self {
            drafts: vec![],
            collections: vec![],
            scopes: vec![root],
            open: vec![ROOT],
            builtin: None,
            errors: vec![],
        }
    }

    fn current(&self) -> ScopeId {
        *self.open.last().expect("the root is never closed")
    }

    pub(crate) fn add(&mut self, spec: NodeSpec, place: Place) -> NodeId {
        let place = self.builtin.unwrap_or(place);
        let label = Label { text: spec.label.clone(), is_explicit: false, place };
        self.drafts.push(Draft { spec, label, scope: self.current(), outputs: Vec::new() });
        NodeId((self.drafts.len() - 1) as StepId)
    }

    pub(crate) fn add_output(&mut self, node: NodeId, element_type: &'static str) -> CollectionId {
        let id = CollectionId(self.collections.len() as u32);
        let outputs = &mut self.drafts[node.index()].outputs;
        self.collections.push(Collection { producer: node, output: outputs.len(), element_type });
        outputs.push(id);
        id
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

    pub(crate) fn fail(&mut self, error: Error) {
        self.errors.push(error);
    }

    pub(crate) fn read_count(&self, collection: CollectionId) -> usize {
        self.drafts.iter().flat_map(|d| &d.spec.inputs).filter(|input| **input == collection).count()
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
    pub(crate) fn finish(&mut self) -> Result<Graph> {
        if let Some(error) = self.errors.pop() {
            self.errors.clear();
            return Err(error);
        }
        let names = Names::settle(self)?;
        let node = |(i, draft): (usize, &Draft)| Node {
            step: Arc::new(Step { name: names.nodes[i].clone(), location: draft.label.place }),
            urn: draft.spec.urn,
            inputs: draft.spec.inputs.clone(),
            side_inputs: draft.spec.side_inputs.clone(),
            outputs: draft.outputs.clone(),
            body: draft.spec.body.clone(),
            sink: draft.spec.sink.clone(),
        };
        let nodes = self.drafts.iter().enumerate().map(node).collect();
        Ok(Graph { nodes, collections: self.collections.clone() })
    }
}

/// Unique names of all scopes and steps.
struct Names {
    scopes: Vec<String>,
    nodes: Vec<String>,
    taken: HashMap<String, Place>,
}

impl Names {
    /// Names given by the user first: they are kept as they are, and must differ.
    fn settle(builder: &GraphBuilder) -> Result<Self> {
        let mut names = Self {
            scopes: vec![String::new(); builder.scopes.len()],
            nodes: vec![String::new(); builder.drafts.len()],
            taken: HashMap::new(),
        };
        for (i, scope) in builder.scopes.iter().enumerate().skip(1) {
            let siblings = builder.siblings(scope.parent);
            names.scopes[i] = names.unique(scope.parent, &scope.label, siblings)?;
        }
        for (i, draft) in builder.drafts.iter().enumerate() {
            let siblings = builder.siblings(draft.scope);
            names.nodes[i] = names.unique(draft.scope, &draft.label, siblings)?;
        }
        Ok(names)
    }

    fn unique(&mut self, parent: ScopeId, label: &Label, siblings: Vec<&Label>) -> Result<String> {
        let prefix = &self.scopes[parent.0];
        let full = if prefix.is_empty() { label.text.clone() } else { format!("{prefix}/{}", label.text) };
        let is_reserved = |text: &str| siblings.iter().any(|l| l.is_explicit && l.text == text);
        if label.is_explicit {
            return match self.taken.insert(full.clone(), label.place) {
                Some(other) => Err(duplicate(&full, other, label.place)),
                None => Ok(full),
            };
        }
        let numbered = |n: usize| if n == 1 { String::new() } else { format!("#{n}") };
        let suffix = (1..)
            .map(numbered)
            .find(|s| !self.taken.contains_key(&format!("{full}{s}")) && !is_reserved(&format!("{}{s}", label.text)));
        let name = format!("{full}{}", suffix.unwrap_or_default());
        self.taken.insert(name.clone(), label.place);
        Ok(name)
    }
}

impl GraphBuilder {
    fn siblings(&self, scope: ScopeId) -> Vec<&Label> {
        let scopes = self.scopes.iter().skip(1).filter(|s| s.parent == scope).map(|s| &s.label);
        scopes.chain(self.drafts.iter().filter(|d| d.scope == scope).map(|d| &d.label)).collect()
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
