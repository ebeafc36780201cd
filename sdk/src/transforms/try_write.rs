//! Writing to a sink that may refuse some elements.

use super::try_map::{Limit, Tried};
use super::write::{WRITE, sink_control};
use crate::graph::Body;
use crate::graph::builder::NodeSpec;
use crate::kernel::ops::{TryWriteShards, try_write_everywhere};
use crate::pipeline::{Template, fused};
use crate::{Element, PCollection, Retry, Sink};
use std::marker::PhantomData;
use std::sync::Arc;

impl<T: Element> PCollection<T> {
    /// [`write`](Self::write), which goes on when elements cannot be written: they are tried again as `retry` says, and
    /// then given up, as [dead letters](crate::DeadLetter) in [`failed`](Tried::failed). If nothing reads that, the first
    /// element that is given up fails the pipeline.
    ///
    /// An element is given up by itself if the sink refuses it, such as one that cannot be printed. Where many go
    /// together, over a connection, those that it has not taken are tried and given up together; what it has taken is not
    /// sent again. Elements are tried in their order: those that come meanwhile wait, and hold the watermark. What
    /// [`bundles_of`](Retry::bundles_of) says is after how many elements at most they are
    /// [sent](crate::Writer::finish_bundle); by default it is a batch. A sink that tries again by itself
    /// [leaves it to the step](crate::Writer::leave_retries).
    ///
    /// Other errors fail the pipeline as ever: those after which nobody knows what has been written, such as those of a full
    /// disk, those of a shard that cannot be opened, prepared or committed, and panics. What becomes visible when, and what
    /// is taken back if the pipeline fails, is as by [`write`](Self::write): nothing of an element that was given up is
    /// among it.
    ///
    /// In [`ok`](Tried::ok) there is something for each element that was taken, as soon as the sink has brought it where it
    /// belongs: for files that is before they are visible.
    ///
    /// Letters go back to the step by [`replaying`](Self::replaying). The sink's [`Writer`](crate::Writer) says which
    /// elements an error is about, with a [`WriteFault`](crate::WriteFault) if these are more than the one in hand.
    ///
    /// ```
    /// # use beamline_sdk::{BoxError, PCollection, Pipeline, Retry, Shard, Sink, Writer};
    /// use std::time::Duration;
    /// # #[derive(Clone)] struct Queue;
    /// # impl Sink<String> for Queue {
    /// #     type Writer = Self;
    /// #     type Commit = ();
    /// #     fn label(&self) -> String { "queue".into() }
    /// #     fn open(&self, _: Shard) -> Result<Self, BoxError> { Ok(Self) }
    /// #     fn commit(&self, _: Vec<()>) -> Result<(), BoxError> { Ok(()) }
    /// #     fn abort(&self, _: Vec<()>) {}
    /// # }
    /// # impl Writer<String> for Queue {
    /// #     type Commit = ();
    /// #     fn write(&mut self, _: String) -> Result<(), BoxError> { Ok(()) }
    /// #     fn prepare(self) -> Result<(), BoxError> { Ok(()) }
    /// # }
    ///
    /// fn send(messages: &PCollection<String>, queue: impl Sink<String>) -> PCollection<String> {
    ///     let retry = Retry::attempts(5).backoff(Duration::from_millis(200), Duration::from_secs(30));
    ///     let sent = messages.try_write(queue, retry).named("Send");
    ///     sent.failed.map(|letter| format!("{}: {}", letter.element, letter.error))
    /// }
    /// # send(&Pipeline::new().create(["a".to_owned()]), Queue);
    /// ```
    #[track_caller]
    pub fn try_write<S: Sink<T>>(&self, sink: S, retry: impl Into<Retry>) -> Tried<(), T> {
        let (retry, limit) = (retry.into(), Limit::default());
        let node = self.pipeline.add_node(NodeSpec {
            label: sink.label(),
            urn: WRITE,
            inputs: vec![self.id],
            side_inputs: Vec::new(),
            sink: Some(sink_control(&sink)),
            body: body(sink, retry, &limit),
            windowing: None,
        });
        let checked = self.check_stays("a sink").and(retry.check());
        checked.err().into_iter().for_each(|error| self.pipeline.fail(node, error));
        Tried { ok: self.pipeline.add_output(node), failed: self.pipeline.add_output(node), limit }
    }
}

fn body<T: Element, S: Sink<T>>(sink: S, retry: Retry, limit: &Limit) -> Body {
    let limit = limit.clone();
    if let Some(shards) = sink.shards() {
        let shards = shards.max(1);
        let shuffle = TryWriteShards { sink, shards, retry, limit, _elements: PhantomData::<fn(T)> };
        return Body::Shuffle { shuffle: Arc::new(shuffle), liftable: false };
    }
    let sink = Template::new(sink);
    fused::<T>(move |wiring| try_write_everywhere::<T, S>(sink.copy(), wiring, retry, limit.get().copied()))
}
