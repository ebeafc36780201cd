//! Lines that are not text, as a collection of their own.

use super::line::RawLine;
use super::read::Read;
use beamline_sdk::{PTransform, Pipeline, Source, Tried};
use std::str::from_utf8;

/// Reads lines, and keeps those that are not UTF-8 apart: what [`Read::dead_letters`] returns.
#[derive(Clone, Debug)]
#[must_use = "a description reads nothing until it is applied to a pipeline"]
pub struct ReadTried(pub(super) Read<RawLine>);

impl PTransform<Pipeline> for ReadTried {
    type Out = Tried<String, RawLine>;

    fn label(&self) -> String {
        self.0.label()
    }

    fn is_opaque(&self) -> bool {
        true
    }

    fn expand(self, p: Pipeline) -> Self::Out {
        p.read(self.0).named("Read").try_map(decode).named("Decode")
    }
}

fn decode(line: &RawLine) -> Result<String, String> {
    from_utf8(&line.bytes).map(str::to_owned).map_err(|error| line.invalid(&error))
}
