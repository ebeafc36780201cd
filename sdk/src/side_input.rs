//! Side inputs: collections in the hands of every worker.
//!
//! Every window of a side input has a value. That of a bounded collection is known when all of the collection is there,
//! and the stages that read it begin then. That of a collection that goes on is what its window has shown last; elements
//! of the main input wait, one window by the other, until there is one.

use crate::Result;
use crate::graph::NodeId;
use crate::graph::builder::PipelineId;
use crate::kernel::Shared;
use crate::kernel::keyed::{AnyPublished, Published};
use crate::window::Window;
use foldhash::fast::FixedState;
use std::collections::HashMap;
use std::marker::PhantomData;
use std::sync::Arc;

/// What [`as_map`](crate::PCollection::as_map) and [`as_multimap`](crate::PCollection::as_multimap) make: a map of the standard library
/// that hashes as the engine does, which is faster for short keys than the standard library's way. It has no seed that differs from run
/// to run: filled in the same order, it is iterated in the same order.
///
/// Keys that someone has chosen to collide are not defended against, as in all that is grouped by key.
///
/// ```
/// use beamline_sdk::{Pipeline, SideMap, View};
///
/// let p = Pipeline::new();
/// let rates: View<SideMap<String, f64>> = p.create([("EUR".to_owned(), 1.1)]).as_map();
/// ```
pub type SideMap<K, V> = HashMap<K, V, FixedState>;

/// A collection made ready to be looked at by the functions of another one.
///
/// Made by [`as_singleton`](crate::PCollection::as_singleton), [`as_list`](crate::PCollection::as_list),
/// [`as_map`](crate::PCollection::as_map) and [`as_multimap`](crate::PCollection::as_multimap); read by
/// [`with_side`](crate::PCollection::with_side). All workers share one copy, which counts against the memory budget.
///
/// # Windows
///
/// A side input is windowed as the collection that it is made of. An element in a window reads what the side input has in
/// the window that [its window function](crate::window::WindowFn::side_input_window) names: most often the one that holds
/// the last instant of the element's window. In the global window, all elements read the same. A window without elements
/// has an empty list or map, or the default of a singleton.
///
/// # Time
///
/// A bounded collection is read when it is complete. One without an end is read while it goes on: what a window shows by
/// its [trigger](crate::window::Trigger) becomes its value, and takes the place of what it has shown before, also when it
/// comes late. With [`Accumulating`](crate::window::Accumulation) that is all of the window so far, with `Discarding` what
/// is new. An element waits until there is a value for its window, or the watermark of the side input has passed that
/// window, so that it has no elements; with several side inputs it waits for all of them. What waits holds the watermark
/// back: nobody downstream takes it for late. What does not fit into memory waits on disk.
///
/// The values of a window are forgotten when no element can ask for them any more. So an element that comes when the
/// watermark is past its window by more than the allowed lateness is dropped, and counted as `dropped_late`, or
/// [kept](crate::KeepingLateData::with_side), unless all side inputs are in the global window. What comes too late for its
/// window in the side input is in none of its values, and is counted, or [kept](crate::KeepingLateData::as_list), too.
///
/// Here prices are converted at the rate that was reported last, whatever their own time:
///
/// ```
/// use beamline_sdk::testing::{TestStream, assert_that};
/// use beamline_sdk::window::{Accumulation, Trigger, Windowing};
/// use beamline_sdk::{Pipeline, Timestamp};
///
/// let at = Timestamp::from_millis;
/// let p = Pipeline::new();
/// let prices = p.apply(TestStream::new().element(at(5), 10).elements([]).element(at(9), 20));
/// let rates = p.apply(TestStream::new().element(at(7), 3).element(at(8), 4));
///
/// let latest = Windowing::global().trigger(Trigger::repeatedly(Trigger::after_count(1)), Accumulation::Discarding);
/// let rate = rates.window(latest).as_singleton();
/// let converted = prices.with_side(rate).map(|price, rate| price * rate);
/// // The first one has waited for the first rate; then there was another.
/// assert_that(&converted).contains_in_any_order([30, 80]);
/// ```
///
/// (Beam programming guide, *Side inputs* and *Slowly updating global window side inputs*.)
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
    /// What a worker holds of all windows.
    #[doc(hidden)]
    type Published: 'static;
    /// What elements of one window see.
    #[doc(hidden)]
    type Values: 'static;
    #[doc(hidden)]
    fn nodes(&self) -> Vec<(PipelineId, NodeId)>;
    #[doc(hidden)]
    fn published(&self, shared: &Shared) -> Self::Published;
    /// Calls a function with each of them.
    #[doc(hidden)]
    fn each(published: &Self::Published, f: &mut dyn FnMut(&dyn AnyPublished));
    /// What elements in the window `main` see; `None` if that is not known yet of one of them.
    #[doc(hidden)]
    fn values(published: &Self::Published, main: Window) -> Option<Result<Self::Values>>;
    #[doc(hidden)]
    fn refs(values: &Self::Values) -> Self::Refs<'_>;
}

impl SideInputs for () {
    type Refs<'a> = ();
    type Published = ();
    type Values = ();
    fn nodes(&self) -> Vec<(PipelineId, NodeId)> {
        Vec::new()
    }
    fn published(&self, _shared: &Shared) {}
    fn each((): &(), _f: &mut dyn FnMut(&dyn AnyPublished)) {}
    fn values((): &(), _main: Window) -> Option<Result<()>> {
        Some(Ok(()))
    }
    fn refs((): &()) {}
}

impl<V: Send + Sync + 'static> SideInputs for View<V> {
    type Refs<'a> = &'a V;
    type Published = Arc<Published<V>>;
    type Values = Arc<V>;
    fn nodes(&self) -> Vec<(PipelineId, NodeId)> {
        vec![(self.pipeline, self.node)]
    }
    fn published(&self, shared: &Shared) -> Arc<Published<V>> {
        shared.view(self.node.0)
    }
    fn each(published: &Arc<Published<V>>, f: &mut dyn FnMut(&dyn AnyPublished)) {
        f(&**published);
    }
    fn values(published: &Arc<Published<V>>, main: Window) -> Option<Result<Arc<V>>> {
        published.read(main)
    }
    fn refs(value: &Arc<V>) -> &V {
        value
    }
}

macro_rules! side_inputs {
    ($($V:ident $index:tt),+) => {
        impl<$($V: Send + Sync + 'static),+> SideInputs for ($(View<$V>,)+) {
            type Refs<'a> = ($(&'a $V,)+);
            type Published = ($(Arc<Published<$V>>,)+);
            type Values = ($(Arc<$V>,)+);
            fn nodes(&self) -> Vec<(PipelineId, NodeId)> {
                vec![$((self.$index.pipeline, self.$index.node)),+]
            }
            fn published(&self, shared: &Shared) -> Self::Published {
                ($(self.$index.published(shared),)+)
            }
            fn each(published: &Self::Published, f: &mut dyn FnMut(&dyn AnyPublished)) {
                $(f(&*published.$index);)+
            }
            fn values(published: &Self::Published, main: Window) -> Option<Result<Self::Values>> {
                // That one of them has nothing for a window may change while another is waited for.
                let values = ($(published.$index.read(main)?,)+);
                Some((|| Ok(($(values.$index?,)+)))())
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
