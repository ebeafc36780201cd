//! Side inputs: making them, and reading them.

mod builders;
mod reading;

pub use reading::WithSide;

use super::group::GROUP_BY_KEY;
use super::grouping::{Grouping, Way, streaming};
use super::late::LateFrom;
use crate::graph::{Body, NodeId};
use crate::kernel::ShuffleFactory;
use crate::kernel::keyed::{BuildView, PublishPanes, ViewBuilder, ViewSpec};
use crate::pipeline::StepSpec;
use crate::side_input::{SideInputs, SideMap, View};
use crate::window::Accumulation;
use crate::{Element, Key, PCollection, Values};
pub(super) use builders::{Multimap, One};
use std::sync::Arc;

impl<T: Element> PCollection<T> {
    #[track_caller]
    fn view<B: ViewBuilder<T>>(&self, label: &str, config: B::Config) -> View<B::View> {
        self.view_and_late::<B>(label, config).0
    }

    /// A side input, and where it has what comes too late for its windows.
    #[track_caller]
    pub(super) fn view_and_late<B: ViewBuilder<T>>(&self, label: &str, config: B::Config) -> (View<B::View>, LateFrom) {
        let spec = ViewSpec::new(config, self.windowing().window_fn().clone(), !self.is_bounded());
        let grouping = self.check_stays("a side input").and_then(|()| Grouping::of(self));
        let (node, late) = match grouping {
            Ok(grouping) if grouping.way == Way::Streaming => self.view_of_panes::<B>(label, &grouping, spec),
            Ok(_) => (self.add_view(label, Arc::new(BuildView::<T, B>(spec))), LateFrom::Nothing),
            Err(error) => {
                let node = self.add_view(label, Arc::new(BuildView::<T, B>(spec)));
                self.pipeline.fail(node, error);
                (node, LateFrom::Nothing)
            }
        };
        (View::new(self.pipeline.id(), node), late)
    }

    /// A side input of what windows show, one after the other.
    #[track_caller]
    fn view_of_panes<B: ViewBuilder<T>>(
        &self,
        label: &str,
        grouping: &Grouping,
        view: ViewSpec<T, B>,
    ) -> (NodeId, LateFrom) {
        let scope = self.pipeline.open_scope(label.to_owned(), true);
        let (shuffle, after) = streaming::gather::<T>(&grouping.windowing);
        let body = Body::Shuffle { shuffle, liftable: false };
        let spec = StepSpec { label: "Gather".into(), urn: GROUP_BY_KEY, inputs: vec![self.id], body };
        let gather = self.pipeline.add_windowed(spec, Ok(after));
        let panes: PCollection<Values<T>> = self.pipeline.add_output(gather);
        let accumulates = grouping.windowing.accumulation() != Accumulation::Discarding;
        let node = panes.add_view("Publish", Arc::new(PublishPanes::<T, B> { view, accumulates }));
        drop(scope);
        (node, LateFrom::Outputs(gather))
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
    pub fn as_map(&self) -> View<SideMap<K, V>>
    where
        K: Key,
    {
        self.view::<SideMap<K, V>>("AsMap", ())
    }

    /// A map for each window from each key to all of its values, as a side input.
    #[track_caller]
    pub fn as_multimap(&self) -> View<SideMap<K, Vec<V>>>
    where
        K: Key,
    {
        self.view::<Multimap<K, V>>("AsMultimap", ())
    }
}
