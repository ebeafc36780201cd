//! Writing to a sink.

use crate::graph::builder::NodeSpec;
use crate::graph::{Body, NodeId};
use crate::kernel::ops::{SinkNode, WriteEverywhere, WriteShards};
use crate::kernel::{Op, SinkControl};
use crate::pipeline::{Template, fused};
use crate::{Element, PCollection, Pipeline, Result, Sink};
use std::marker::PhantomData;
use std::sync::Arc;

/// What writes to a sink.
pub(super) const WRITE: &str = "beamline:transform:write:v1";

/// What the runner sees of a sink.
pub(super) fn sink_control<T: Element, S: Sink<T>>(sink: &S) -> Arc<dyn SinkControl> {
    Arc::new(SinkNode::<T, S>::new(sink.clone()))
}

/// A step at the end of a pipeline.
pub struct Written {
    pipeline: Pipeline,
    node: NodeId,
}

impl Written {
    pub(super) fn new(pipeline: Pipeline, node: NodeId) -> Self {
        Self { pipeline, node }
    }

    /// Names the step.
    pub fn named(&self, label: &str) {
        self.pipeline.name_node(self.node, label);
    }

    /// Refuses the step if it cannot be as it is asked for.
    pub(super) fn check(self, checked: Result<()>) -> Self {
        checked.err().into_iter().for_each(|error| self.pipeline.fail(self.node, error));
        self
    }
}

impl<T: Element> PCollection<T> {
    /// Writes all elements to a sink. What has been written becomes visible when the whole pipeline has succeeded.
    ///
    /// That of a stream is when it is drained; what is to be seen before is written by
    /// [`for_each`](Self::for_each), a [`DoFn`](crate::DoFn), or a transform such as `text::write_files`.
    ///
    /// The first element that cannot be written fails the pipeline; [`try_write`](Self::try_write) tries again, and gives
    /// elements up.
    ///
    /// Sinks are made by connectors: `text::write("out/part")`, for example.
    #[track_caller]
    pub fn write<S: Sink<T>>(&self, sink: S) -> Written {
        let control = sink_control(&sink);
        let node = self.pipeline.add_node(NodeSpec {
            label: sink.label(),
            urn: WRITE,
            inputs: vec![self.id],
            side_inputs: Vec::new(),
            body: body(sink),
            sink: Some(control),
            windowing: None,
        });
        Written::new(self.pipeline.clone(), node).check(self.check_stays("a sink"))
    }
}

fn body<T: Element, S: Sink<T>>(sink: S) -> Body {
    if let Some(shards) = sink.shards() {
        let shuffle = WriteShards { sink, shards: shards.max(1), _elements: PhantomData::<fn(T)> };
        return Body::Shuffle { shuffle: Arc::new(shuffle), liftable: false };
    }
    let sink = Template::new(sink);
    fused::<T>(move |wiring| Op::single(wiring, WriteEverywhere::<T, S>::new(sink.copy(), wiring)))
}
