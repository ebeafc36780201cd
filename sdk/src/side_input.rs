//! Side inputs: whole collections in the hands of every worker.

use crate::graph::NodeId;
use crate::graph::builder::PipelineId;
use crate::kernel::Shared;
use std::marker::PhantomData;
use std::sync::Arc;

/// A collection made ready to be looked at by the functions of another one.
///
/// Made by [`as_singleton`](crate::PCollection::as_singleton), [`as_list`](crate::PCollection::as_list),
/// [`as_map`](crate::PCollection::as_map) and [`as_multimap`](crate::PCollection::as_multimap); read by
/// [`with_side`](crate::PCollection::with_side). All workers share one copy, which counts against the memory budget.
pub struct View<V> {
    pipeline: PipelineId,
    node: NodeId,
    _value: PhantomData<fn() -> V>,
}

impl<V> View<V> {
    pub(crate) fn new(pipeline: PipelineId, node: NodeId) -> Self {
        Self { pipeline, node, _value: PhantomData }
    }
}

impl<V> Clone for View<V> {
    fn clone(&self) -> Self {
        Self::new(self.pipeline, self.node)
    }
}

/// One [`View`], or a tuple of up to four: what [`with_side`](crate::PCollection::with_side) takes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a side input",
    label = "expected a `View` or a tuple of `View`s",
    note = "make one of a collection with `as_singleton()`, `as_list()`, `as_map()` or `as_multimap()`"
)]
pub trait SideInputs: Clone + Send + Sync + 'static {
    /// What user code sees: a reference, or a tuple of references.
    type Refs<'a>;
    /// What a worker holds.
    #[doc(hidden)]
    type Values: 'static;
    #[doc(hidden)]
    fn nodes(&self) -> Vec<(PipelineId, NodeId)>;
    #[doc(hidden)]
    fn values(&self, shared: &Shared) -> Self::Values;
    #[doc(hidden)]
    fn refs(values: &Self::Values) -> Self::Refs<'_>;
}

impl SideInputs for () {
    type Refs<'a> = ();
    type Values = ();
    fn nodes(&self) -> Vec<(PipelineId, NodeId)> {
        Vec::new()
    }
    fn values(&self, _shared: &Shared) {}
    fn refs((): &()) {}
}

impl<V: Send + Sync + 'static> SideInputs for View<V> {
    type Refs<'a> = &'a V;
    type Values = Arc<V>;
    fn nodes(&self) -> Vec<(PipelineId, NodeId)> {
        vec![(self.pipeline, self.node)]
    }
    fn values(&self, shared: &Shared) -> Arc<V> {
        shared.view(self.node.0)
    }
    fn refs(value: &Arc<V>) -> &V {
        value
    }
}

macro_rules! side_inputs {
    ($($V:ident $index:tt),+) => {
        impl<$($V: Send + Sync + 'static),+> SideInputs for ($(View<$V>,)+) {
            type Refs<'a> = ($(&'a $V,)+);
            type Values = ($(Arc<$V>,)+);
            fn nodes(&self) -> Vec<(PipelineId, NodeId)> {
                vec![$((self.$index.pipeline, self.$index.node)),+]
            }
            fn values(&self, shared: &Shared) -> Self::Values {
                ($(shared.view(self.$index.node.0),)+)
            }
            fn refs(values: &Self::Values) -> Self::Refs<'_> {
                ($(&*values.$index,)+)
            }
        }
    };
}

side_inputs!(A 0);
side_inputs!(A 0, B 1);
side_inputs!(A 0, B 1, C 2);
side_inputs!(A 0, B 1, C 2, D 3);
