//! Side inputs: making them, and reading them.

use super::elementwise::PAR_DO;
use super::group::GROUP_BY_KEY;
use super::grouping::{Grouping, Way, streaming};
use crate::graph::builder::{NodeSpec, PipelineId};
use crate::graph::{Body, NodeId};
use crate::kernel::keyed::{BuildView, PublishPanes, ViewBuilder, ViewSpec};
use crate::kernel::ops::{ParDo, WithSideOp};
use crate::kernel::{Op, ShuffleFactory};
use crate::label::short_type_name;
use crate::pipeline::{StepSpec, Template, fused};
use crate::side_input::{SideInputs, View};
use crate::window::{Accumulation, Window};
use crate::{BoxError, DoFn, Element, Emit, Error, ErrorKind, Key, PCollection, Result, Values};
use std::collections::HashMap;
use std::sync::Arc;

impl<T: Element> PCollection<T> {
    #[track_caller]
    fn view<B: ViewBuilder<T>>(&self, label: &str, config: B::Config) -> View<B::View> {
        let spec = ViewSpec::new(config, self.windowing().window_fn().clone(), !self.is_bounded());
        let grouping = self.check_stays("a side input").and_then(|()| Grouping::of(self));
        let node = match grouping {
            Ok(grouping) if grouping.way == Way::Streaming => self.view_of_panes::<B>(label, &grouping, spec),
            Ok(_) => self.add_view(label, Arc::new(BuildView::<T, B>(spec))),
            Err(error) => {
                let node = self.add_view(label, Arc::new(BuildView::<T, B>(spec)));
                self.pipeline.fail(node, error);
                node
            }
        };
        View::new(self.pipeline.id(), node)
    }

    /// A side input of what windows show, one after the other.
    #[track_caller]
    fn view_of_panes<B: ViewBuilder<T>>(&self, label: &str, grouping: &Grouping, view: ViewSpec<T, B>) -> NodeId {
        let scope = self.pipeline.open_scope(label.to_owned(), true);
        let (shuffle, after) = streaming::gather::<T>(&grouping.windowing);
        let body = Body::Shuffle { shuffle, liftable: false };
        let panes: PCollection<Values<T>> = self.then_windowed("Gather", GROUP_BY_KEY, body, Ok(after));
        let accumulates = grouping.windowing.accumulation() != Accumulation::Discarding;
        let node = panes.add_view("Publish", Arc::new(PublishPanes::<T, B> { view, accumulates }));
        drop(scope);
        node
    }

    #[track_caller]
    fn add_view(&self, label: &str, shuffle: ShuffleFactory) -> NodeId {
        let urn = "beam:transform:create_view:v1";
        self.pipeline.add(StepSpec { label: label.into(), urn, inputs: vec![self.id], body: Body::View(shuffle) })
    }

    /// The only element of each window, as a side input. The pipeline fails if there is more than one, or if there is
    /// none and an element asks for it.
    ///
    /// Of a collection that goes on, the only element of what a window has shown last: see [`View`].
    #[track_caller]
    pub fn as_singleton(&self) -> View<T> {
        self.view::<One<T>>("AsSingleton", None)
    }

    /// The only element of each window as a side input, or `default` if there is none. The pipeline fails if there is
    /// more than one.
    #[track_caller]
    pub fn as_singleton_or(&self, default: T) -> View<T> {
        self.view::<One<T>>("AsSingleton", Some(default))
    }

    /// All elements of each window, as a side input, in no particular order.
    #[track_caller]
    pub fn as_list(&self) -> View<Vec<T>> {
        self.view::<Vec<T>>("AsList", ())
    }

    /// Joins side inputs to the next call: one view, or a tuple of them.
    ///
    /// If a side input is in windows, the function is called once for each window that an element is in, with what the
    /// side input has in the window that holds the last instant of that one. Elements wait until that is known. See
    /// [`View`].
    ///
    /// Refused, when the pipeline is run, are side inputs in windows that merge, and side inputs in windows for elements in
    /// the global window: no element could tell what it reads.
    ///
    /// ```
    /// # use beamline_sdk::Pipeline;
    /// let p = Pipeline::new();
    /// let rates = p.create([("EUR".to_owned(), 1.1), ("GBP".to_owned(), 1.3)]).as_map();
    /// let fee = p.create([0.5]).as_singleton();
    /// let payments = p.create([("EUR".to_owned(), 10.0)]);
    /// let dollars = payments.with_side((rates, fee)).map(|(currency, amount), (rates, fee)| amount * rates[&currency] - fee);
    /// ```
    pub fn with_side<S: SideInputs>(&self, side: S) -> WithSide<T, S> {
        WithSide { main: self.clone(), side }
    }
}

impl<K: Element, V: Element> PCollection<(K, V)> {
    /// A map for each window, as a side input. The pipeline fails if a key occurs twice.
    #[track_caller]
    pub fn as_map(&self) -> View<HashMap<K, V>>
    where
        K: Key,
    {
        self.view::<HashMap<K, V>>("AsMap", ())
    }

    /// A map for each window from each key to all of its values, as a side input.
    #[track_caller]
    pub fn as_multimap(&self) -> View<HashMap<K, Vec<V>>>
    where
        K: Key,
    {
        self.view::<Multimap<K, V>>("AsMultimap", ())
    }
}

/// A collection with side inputs, waiting for the function that reads them.
#[must_use = "side inputs do nothing until a function reads them"]
pub struct WithSide<T, S> {
    main: PCollection<T>,
    side: S,
}

impl<T: Element, S: SideInputs> WithSide<T, S> {
    #[track_caller]
    fn then<O: 'static>(&self, label: String, body: Body) -> PCollection<O> {
        let views = self.side.nodes();
        let readable = views.iter().try_for_each(|(pipeline, view)| self.check_view(*pipeline, *view));
        let node = self.main.pipeline.add_node(NodeSpec {
            label,
            urn: PAR_DO,
            inputs: vec![self.main.id],
            side_inputs: views.into_iter().map(|(_, node)| node).collect(),
            body,
            sink: None,
            windowing: None,
        });
        readable.err().into_iter().for_each(|error| self.main.pipeline.fail(node, error));
        self.main.pipeline.add_output(node)
    }

    /// Whether elements of the main input can tell what of a side input they read.
    fn check_view(&self, pipeline: PipelineId, view: NodeId) -> Result<()> {
        if pipeline != self.main.pipeline.id() {
            return Err(Error::new(ErrorKind::Graph, "a side input of it belongs to another pipeline"));
        }
        let side = self.main.pipeline.with_builder(|builder| builder.windowing_of_view(view));
        let window_fn = side.window_fn();
        if window_fn.merges() || self.main.windowing().window_fn().is_global() {
            window_fn.side_input_window(Window::GLOBAL)?;
        }
        Ok(())
    }

    #[track_caller]
    fn emitting<O: Element, F>(&self, label: &str, f: F) -> PCollection<O>
    where
        F: for<'a> Fn(T, S::Refs<'a>, &mut crate::kernel::Emitter<O>) + Clone + Send + 'static,
    {
        let (f, side, lateness) = (Template::new(f), self.side.clone(), self.main.windowing().allowed_lateness());
        let body = fused::<T>(move |wiring| {
            Op::single(wiring, WithSideOp::<T, O, S, _>::new(wiring, side.clone(), lateness, f.copy()))
        });
        self.then(label.to_owned(), body)
    }

    /// Applies a function to every element and the side inputs.
    #[track_caller]
    pub fn map<O: Element, F>(&self, f: F) -> PCollection<O>
    where
        F: for<'a> Fn(T, S::Refs<'a>) -> O + Clone + Send + 'static,
    {
        self.emitting("MapWithSide", move |element, side, out| out.emit(f(element, side)))
    }

    /// Applies a function that emits any number of elements.
    #[track_caller]
    pub fn flat_map_with<O: Element, F>(&self, f: F) -> PCollection<O>
    where
        F: for<'a> Fn(T, S::Refs<'a>, &mut Emit<'_, O>) + Clone + Send + 'static,
    {
        self.emitting("FlatMapWithSide", move |element, side, out| f(element, side, &mut Emit::new(out)))
    }

    /// Keeps the elements for which the predicate is true.
    #[track_caller]
    pub fn filter<F>(&self, f: F) -> PCollection<T>
    where
        F: for<'a> Fn(&T, S::Refs<'a>) -> bool + Clone + Send + 'static,
    {
        self.emitting("FilterWithSide", move |element, side, out| {
            if f(&element, side) {
                out.emit(element);
            }
        })
    }

    /// Runs a [`DoFn`] that reads the side inputs with [`Cx::side`](crate::Cx::side).
    #[track_caller]
    pub fn par_do<D: DoFn<T, S>>(&self, dofn: D) -> PCollection<D::Out> {
        let (dofn, side, lateness) = (Template::new(dofn), self.side.clone(), self.main.windowing().allowed_lateness());
        let body =
            fused::<T>(move |wiring| Op::single(wiring, ParDo::new(wiring, dofn.copy(), side.clone(), lateness)));
        self.then(short_type_name::<D>(), body)
    }
}

/// Builds the view of a singleton.
struct One<T>(Option<T>);

impl<T> Default for One<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: Element> ViewBuilder<T> for One<T> {
    type Config = Option<T>;
    type View = T;

    fn add(&mut self, element: T) -> Result<(), BoxError> {
        match self.0.replace(element) {
            None => Ok(()),
            Some(_) => Err("a singleton side input has more than one element; use as_list, or combine first".into()),
        }
    }

    fn finish(self, default: &Option<T>) -> Result<T, BoxError> {
        let missing = "a singleton side input has no element; use as_singleton_or to give a default";
        self.0.or_else(|| default.clone()).ok_or_else(|| missing.into())
    }
}

impl<T: Element> ViewBuilder<T> for Vec<T> {
    type Config = ();
    type View = Self;

    fn add(&mut self, element: T) -> Result<(), BoxError> {
        self.push(element);
        Ok(())
    }

    fn finish(self, (): &()) -> Result<Self, BoxError> {
        Ok(self)
    }
}

impl<K: Key, V: Element> ViewBuilder<(K, V)> for HashMap<K, V> {
    type Config = ();
    type View = Self;

    fn add(&mut self, (key, value): (K, V)) -> Result<(), BoxError> {
        use std::collections::hash_map::Entry;
        match self.entry(key) {
            Entry::Vacant(vacant) => {
                vacant.insert(value);
                Ok(())
            }
            Entry::Occupied(entry) => {
                let key = serde_json::to_string(entry.key()).unwrap_or_else(|_| "(a key)".to_owned());
                Err(format!("a map side input has two values for the key {key}; use as_multimap, or combine first")
                    .into())
            }
        }
    }

    fn finish(self, (): &()) -> Result<Self, BoxError> {
        Ok(self)
    }
}

impl<K: Key, V: Element> ViewBuilder<(K, V)> for Multimap<K, V> {
    type Config = ();
    type View = HashMap<K, Vec<V>>;

    fn add(&mut self, (key, value): (K, V)) -> Result<(), BoxError> {
        self.0.entry(key).or_default().push(value);
        Ok(())
    }

    fn finish(self, (): &()) -> Result<Self::View, BoxError> {
        Ok(self.0)
    }
}

/// Builds the view of a multimap.
struct Multimap<K, V>(HashMap<K, Vec<V>>);

impl<K, V> Default for Multimap<K, V> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}
