//! Reading from a source.

use crate::graph::Body;
use crate::pipeline::StepSpec;
use crate::{PCollection, Pipeline, Source};

impl Pipeline {
    /// Reads a source, with all workers as far as it can be split.
    ///
    /// Sources are made by connectors: `text::read("in/*.txt")`, for example.
    #[track_caller]
    pub fn read<S: Source>(&self, source: S) -> PCollection<S::Out> {
        let label = source.label();
        let body = Body::Read(source.into_factory());
        let node = self.add(StepSpec { label, urn: "beam:transform:read:v1", inputs: vec![], body });
        self.add_output(node)
    }
}
