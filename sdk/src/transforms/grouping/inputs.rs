//! Collections that come together in one step.

use crate::graph::CollectionId;
use crate::window::WindowingStrategy;
use crate::{Error, ErrorKind, Pipeline, Result};
use std::sync::Arc;

/// The windowing that collections of `pipeline` have in common.
///
/// # Errors
/// When they have none, or belong to other pipelines.
pub(in crate::transforms) fn windowing_of_all<'a>(
    inputs: impl Iterator<Item = (CollectionId, &'a Pipeline)>,
    pipeline: &Pipeline,
) -> Result<Arc<WindowingStrategy>> {
    let windowing_of = |(id, owner): (CollectionId, &Pipeline)| {
        if !owner.is_same(pipeline) {
            return Err(Error::new(ErrorKind::Graph, "its inputs belong to different pipelines"));
        }
        Ok(pipeline.with_builder(|builder| builder.collection(id).windowing.clone()))
    };
    let all: Vec<_> = inputs.map(windowing_of).collect::<Result<_>>()?;
    let all: Vec<&WindowingStrategy> = all.iter().map(|windowing| &**windowing).collect();
    if all.is_empty() { Ok(Arc::default()) } else { WindowingStrategy::flatten(&all).map(Arc::new) }
}
