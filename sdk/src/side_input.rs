//! Side inputs: whole collections in the hands of every worker.

use crate::Result;
use crate::graph::NodeId;
use crate::graph::builder::PipelineId;
use crate::kernel::Shared;
use crate::window::{AnyWindowFn, Window};
use std::collections::HashMap;
use std::marker::PhantomData;
use std::sync::Arc;

/// A collection made ready to be looked at by the functions of another one.
///
/// Made by [`as_singleton`](crate::PCollection::as_singleton), [`as_list`](crate::PCollection::as_list),
/// [`as_map`](crate::PCollection::as_map) and [`as_multimap`](crate::PCollection::as_multimap); read by
/// [`with_side`](crate::PCollection::with_side). All workers share one copy, which counts against the memory budget.
///
/// A side input is windowed as the collection that it is made of. An element in a window reads what the side input has in
/// the window that [its window function](crate::window::WindowFn::side_input_window) names: most often the one that holds
/// the last instant of the element's window. In the global window, all elements read the same.
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
    type Windows: 'static;
    /// What elements of one window see.
    #[doc(hidden)]
    type Values: 'static;
    #[doc(hidden)]
    fn nodes(&self) -> Vec<(PipelineId, NodeId)>;
    #[doc(hidden)]
    fn windows(&self, shared: &Shared) -> Self::Windows;
    /// Whether elements of all windows see the same.
    #[doc(hidden)]
    fn is_global(windows: &Self::Windows) -> bool;
    #[doc(hidden)]
    fn values(windows: &Self::Windows, main: Window) -> Result<Self::Values>;
    #[doc(hidden)]
    fn refs(values: &Self::Values) -> Self::Refs<'_>;
}

impl SideInputs for () {
    type Refs<'a> = ();
    type Windows = ();
    type Values = ();
    fn nodes(&self) -> Vec<(PipelineId, NodeId)> {
        Vec::new()
    }
    fn windows(&self, _shared: &Shared) {}
    fn is_global((): &()) -> bool {
        true
    }
    fn values((): &(), _main: Window) -> Result<()> {
        Ok(())
    }
    fn refs((): &()) {}
}

impl<V: Send + Sync + 'static> SideInputs for View<V> {
    type Refs<'a> = &'a V;
    type Windows = Arc<InWindows<V>>;
    type Values = Arc<V>;
    fn nodes(&self) -> Vec<(PipelineId, NodeId)> {
        vec![(self.pipeline, self.node)]
    }
    fn windows(&self, shared: &Shared) -> Arc<InWindows<V>> {
        shared.view(self.node.0)
    }
    fn is_global(windows: &Arc<InWindows<V>>) -> bool {
        windows.window_fn.is_global()
    }
    fn values(windows: &Arc<InWindows<V>>, main: Window) -> Result<Arc<V>> {
        windows.read(main)
    }
    fn refs(value: &Arc<V>) -> &V {
        value
    }
}

macro_rules! side_inputs {
    ($($V:ident $index:tt),+) => {
        impl<$($V: Send + Sync + 'static),+> SideInputs for ($(View<$V>,)+) {
            type Refs<'a> = ($(&'a $V,)+);
            type Windows = ($(Arc<InWindows<$V>>,)+);
            type Values = ($(Arc<$V>,)+);
            fn nodes(&self) -> Vec<(PipelineId, NodeId)> {
                vec![$((self.$index.pipeline, self.$index.node)),+]
            }
            fn windows(&self, shared: &Shared) -> Self::Windows {
                ($(self.$index.windows(shared),)+)
            }
            fn is_global(windows: &Self::Windows) -> bool {
                true $(&& windows.$index.window_fn.is_global())+
            }
            fn values(windows: &Self::Windows, main: Window) -> Result<Self::Values> {
                Ok(($(windows.$index.read(main)?,)+))
            }
            fn refs(values: &Self::Values) -> Self::Refs<'_> {
                ($(&*values.$index,)+)
            }
        }
    };
}

/// A side input in all of its windows.
pub struct InWindows<V> {
    window_fn: AnyWindowFn,
    views: HashMap<Window, Arc<V>>,
    /// What a window without elements has, or why it has nothing.
    empty: Result<Arc<V>>,
}

impl<V> InWindows<V> {
    pub(crate) fn new(window_fn: AnyWindowFn, views: HashMap<Window, Arc<V>>, empty: Result<Arc<V>>) -> Self {
        Self { window_fn, views, empty }
    }

    /// What elements in the window `main` see.
    fn read(&self, main: Window) -> Result<Arc<V>> {
        let window = self.window_fn.side_input_window(main)?;
        window.and_then(|window| self.views.get(&window)).map_or_else(|| self.empty.clone(), |view| Ok(view.clone()))
    }
}

side_inputs!(A 0);
side_inputs!(A 0, B 1);
side_inputs!(A 0, B 1, C 2);
side_inputs!(A 0, B 1, C 2, D 3);
