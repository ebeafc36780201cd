//! The graph as text and as a drawing.

use super::{Collection, CollectionId, Graph, Node};
use crate::window::{Accumulation, TimestampCombiner, Trigger};
use std::fmt::{self, Display, Write};

impl Graph {
    /// The steps in order, each with what it is, where it was made, and what it reads.
    ///
    /// ```
    /// use beamline_sdk::Pipeline;
    ///
    /// let p = Pipeline::new();
    /// p.create(["a", "b"].map(str::to_owned)).named("Letters").count_per_element();
    /// let text = p.graph()?.explain().to_string();
    /// assert!(text.starts_with("Letters"));
    /// # Ok::<(), beamline_sdk::Error>(())
    /// ```
    pub fn explain(&self) -> impl Display + '_ {
        Explained(self)
    }

    fn explain_node(&self, node: &Node, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}  [{}]  {}", node.step.name, short_urn(node.urn), short_place(node))?;
        let names = |ids: &[CollectionId]| ids.iter().map(|c| self.collection_name(*c)).collect::<Vec<_>>().join(", ");
        if !node.inputs.is_empty() {
            writeln!(f, "    reads {}", names(&node.inputs))?;
        }
        for side in &node.side_inputs {
            writeln!(f, "    side input {}", self.nodes[side.index()].step.name)?;
        }
        for field in node.state {
            writeln!(f, "    keeps {field}")?;
        }
        for output in &node.outputs {
            let collection = &self.collections[output.index()];
            writeln!(f, "    makes {}{}", short_type(collection.element_type), in_time(collection))?;
        }
        Ok(())
    }

    fn collection_name(&self, id: CollectionId) -> String {
        let collection = &self.collections[id.index()];
        let producer = &self.nodes[collection.producer.index()];
        match producer.outputs.len() {
            1 => producer.step.name.clone(),
            _ => format!("{}.{}", producer.step.name, collection.output),
        }
    }

    /// The graph in the language of Graphviz: `dot -Tsvg`.
    pub fn to_dot(&self) -> String {
        let mut dot = String::from("digraph pipeline {\n  rankdir=TB; node [shape=box, fontname=\"sans-serif\"];\n");
        for (i, node) in self.nodes.iter().enumerate() {
            let label = format!("{}\\n{}", escape(&node.step.name), short_urn(node.urn));
            let _ = writeln!(dot, "  n{i} [label=\"{label}\"];");
            for input in &node.inputs {
                let collection = &self.collections[input.index()];
                let kind = escape(&short_type(collection.element_type));
                let _ = writeln!(dot, "  n{} -> n{i} [label=\"{kind}\"];", collection.producer.0);
            }
            for side in &node.side_inputs {
                let _ = writeln!(dot, "  n{} -> n{i} [style=dashed];", side.0);
            }
        }
        dot.push_str("}\n");
        dot
    }
}

/// What a collection is like in event time, as far as it is not the usual: `, in fixed windows of 60s, unbounded`.
fn in_time(collection: &Collection) -> String {
    let windowing = &collection.windowing;
    let mut text = String::new();
    let mut add = |is_unusual: bool, what: &dyn Display| {
        if is_unusual {
            let _ = write!(text, ", {what}");
        }
    };
    add(!windowing.window_fn().is_global(), &format_args!("in {}", windowing.window_fn()));
    add(*windowing.trigger() != Trigger::Default, &format_args!("trigger {}", windowing.trigger()));
    add(windowing.accumulation() == Accumulation::Accumulating, &"accumulating");
    add(windowing.accumulation() == Accumulation::Retracting, &"retracting");
    add(windowing.may_retract(), &"with retractions");
    add(!windowing.allowed_lateness().is_zero(), &format_args!("{:?} late", windowing.allowed_lateness()));
    add(windowing.timestamp_combiner() == TimestampCombiner::Earliest, &"at the earliest timestamp");
    add(windowing.timestamp_combiner() == TimestampCombiner::Latest, &"at the latest timestamp");
    add(!collection.is_bounded, &"unbounded");
    text
}

/// The graph as text.
struct Explained<'a>(&'a Graph);

impl Display for Explained<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.nodes.iter().try_for_each(|node| self.0.explain_node(node, f))
    }
}

fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

/// `beam:transform:group_by_key:v1` is `group_by_key`.
pub(super) fn short_urn(urn: &str) -> &str {
    urn.split(':').nth(2).unwrap_or(urn)
}

/// File and line, without the folders that only this machine has.
fn short_place(node: &Node) -> String {
    let file = node.step.location.file();
    let tail = file.rsplit(['/', '\\']).next().unwrap_or(file);
    format!("{tail}:{}", node.step.location.line())
}

/// A type without the paths of its parts: `(String, Values<u64>)`.
pub(super) fn short_type(full: &str) -> String {
    let mut out = String::new();
    let mut word = String::new();
    for c in full.chars() {
        match c {
            ':' => word.clear(),
            c if c.is_alphanumeric() || c == '_' => word.push(c),
            c => {
                out.push_str(&word);
                word.clear();
                out.push(c);
            }
        }
    }
    out + &word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_lose_their_paths() {
        assert_eq!(short_type("(alloc::string::String, my::Values<u64>)"), "(String, Values<u64>)");
        assert_eq!(short_type("u8"), "u8");
    }
}
