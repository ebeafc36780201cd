//! Grouping several collections by a common key.

use super::group::GROUP_BY_KEY;
use super::grouping::{Grouping, Way, into_window, merge_groups, one_step, streaming, with_window};
use super::late::LateFrom;
use crate::graph::{Body, CollectionId, NodeId};
use crate::kernel::ShuffleFactory;
use crate::kernel::keyed::windowed::OneOf;
use crate::kernel::keyed::{CoGroup, Rows};
use crate::pipeline::StepSpec;
use crate::window::{Window, WindowingStrategy};
use crate::{Element, Key, PCollection, Pipeline, Result, Values};
use std::sync::Arc;

/// What [`PCollection::co_group`] takes: another collection, or a tuple of two to five.
pub trait CoGroupWith<K: Key, V: Element> {
    /// The values of a key: a tuple of [`Values`], one for each collection.
    type Groups: Element;
    /// What [came too late](crate::KeepingLateData::co_group): a tuple of collections.
    type Late;
    /// All collections, `first` before the others.
    #[doc(hidden)]
    fn with(&self, first: &PCollection<(K, V)>) -> Vec<(CollectionId, Pipeline)>;
    /// What came too late of `first` and of the others.
    #[doc(hidden)]
    fn late(&self, first: &PCollection<(K, V)>, late: LateFrom) -> Self::Late;
    /// The collections with a window in each key.
    #[doc(hidden)]
    fn keyed_by_window(&self) -> Vec<CollectionId>;
    /// The collections with a window at each value.
    #[doc(hidden)]
    fn with_windows(&self) -> Vec<CollectionId>;
    /// Groups by keys of any type.
    #[doc(hidden)]
    fn shuffle<Q: Key>() -> ShuffleFactory;
    /// Groups collections that have a window at each value, and merges the windows.
    #[doc(hidden)]
    fn merge(
        pipeline: &Pipeline,
        inputs: Vec<CollectionId>,
        windowing: &WindowingStrategy,
    ) -> PCollection<(K, Self::Groups)>;
    /// Groups while time goes on.
    #[doc(hidden)]
    fn streaming(windowing: &Arc<WindowingStrategy>) -> ShuffleFactory;
}

macro_rules! co_group_with {
    ($type:ty: $($W:ident = |$this:ident| $input:expr),+; $OneOf:ty) => {
        impl<K: Key, V: Element, $($W: Element),+> CoGroupWith<K, V> for $type {
            type Groups = (Values<V>, $(Values<$W>),+);
            type Late = (PCollection<(K, V)>, $(PCollection<(K, $W)>),+);
            fn with(&self, first: &PCollection<(K, V)>) -> Vec<(CollectionId, Pipeline)> {
                vec![(first.id, first.pipeline.clone()), $({
                    let $this = self;
                    ($input.id, $input.pipeline.clone())
                }),+]
            }
            #[track_caller]
            fn late(&self, first: &PCollection<(K, V)>, late: LateFrom) -> Self::Late {
                (late.next(first), $({
                    let $this = self;
                    late.next($input)
                }),+)
            }
            fn keyed_by_window(&self) -> Vec<CollectionId> {
                vec![$({
                    let $this = self;
                    keyed_by_window::<K, $W>($input)
                }),+]
            }
            fn with_windows(&self) -> Vec<CollectionId> {
                vec![$({
                    let $this = self;
                    with_windows::<K, $W>($input)
                }),+]
            }
            fn shuffle<Q: Key>() -> ShuffleFactory {
                Arc::new(CoGroup::<Q, (Rows<Q, V>, $(Rows<Q, $W>),+)>::new())
            }
            fn merge(
                pipeline: &Pipeline,
                inputs: Vec<CollectionId>,
                windowing: &WindowingStrategy,
            ) -> PCollection<(K, Self::Groups)> {
                let shuffle = CoGroup::<K, (Rows<K, (Window, V)>, $(Rows<K, (Window, $W)>),+)>::new();
                let groups = grouped(pipeline, inputs, whole(Arc::new(shuffle)), Ok(Arc::default()));
                merge_groups::<K, (Values<(Window, V)>, $(Values<(Window, $W)>),+)>(&groups, windowing)
            }
            fn streaming(windowing: &Arc<WindowingStrategy>) -> ShuffleFactory {
                streaming::co_group::<K, $OneOf, (V, $($W),+)>(windowing)
            }
        }
    };
}

co_group_with!(&PCollection<(K, A)>: A = |this| this; OneOf<V, A, (), (), (), ()>);
co_group_with!((&PCollection<(K, A)>, &PCollection<(K, B)>): A = |this| this.0, B = |this| this.1; OneOf<V, A, B, (), (), ()>);
co_group_with!((&PCollection<(K, A)>, &PCollection<(K, B)>, &PCollection<(K, C)>): A = |this| this.0, B = |this| this.1, C = |this| this.2; OneOf<V, A, B, C, (), ()>);
co_group_with!((&PCollection<(K, A)>, &PCollection<(K, B)>, &PCollection<(K, C)>, &PCollection<(K, D)>): A = |this| this.0, B = |this| this.1, C = |this| this.2, D = |this| this.3; OneOf<V, A, B, C, D, ()>);
co_group_with!((&PCollection<(K, A)>, &PCollection<(K, B)>, &PCollection<(K, C)>, &PCollection<(K, D)>, &PCollection<(K, E)>): A = |this| this.0, B = |this| this.1, C = |this| this.2, D = |this| this.3, E = |this| this.4; OneOf<V, A, B, C, D, E>);

/// A grouping in one step.
#[track_caller]
pub(super) fn grouped<O: 'static>(
    pipeline: &Pipeline,
    inputs: Vec<CollectionId>,
    body: Body,
    windowing: Result<Arc<WindowingStrategy>>,
) -> PCollection<O> {
    pipeline.add_output(co_group_step(pipeline, inputs, body, windowing))
}

/// The step of a grouping, without its outputs.
#[track_caller]
pub(super) fn co_group_step(
    pipeline: &Pipeline,
    inputs: Vec<CollectionId>,
    body: Body,
    windowing: Result<Arc<WindowingStrategy>>,
) -> NodeId {
    let spec = StepSpec { label: LABEL.into(), urn: GROUP_BY_KEY, inputs, body };
    pipeline.add_windowed(spec, windowing)
}

pub(super) fn whole(shuffle: ShuffleFactory) -> Body {
    Body::Shuffle { shuffle, liftable: false }
}

const LABEL: &str = "CoGroup";

fn keyed_by_window<K: Key, V: Element>(input: &PCollection<(K, V)>) -> CollectionId {
    with_window(input, |(key, value), window| ((key, window), value)).id
}

fn with_windows<K: Key, V: Element>(input: &PCollection<(K, V)>) -> CollectionId {
    with_window(input, |(key, value), window| (key, (window, value))).id
}

impl<K: Element, V: Element> PCollection<(K, V)> {
    /// Brings the values of each key of several collections together, in each window by itself (`CoGroupByKey` in Beam): with
    /// one other, or with a tuple of up to five. They must be windowed alike.
    ///
    /// ```
    /// # use beamline_sdk::Pipeline;
    /// let p = Pipeline::new();
    /// let emails = p.create([("ann".to_owned(), "ann@example.org".to_owned())]);
    /// let phones = p.create([("ann".to_owned(), 4711), ("bob".to_owned(), 815)]);
    /// let visits = p.create([("bob".to_owned(), 1.5)]);
    /// let contacts = emails.co_group((&phones, &visits)).map(|(name, (emails, phones, visits))| {
    ///     format!("{name}: {} addresses, {} numbers, {} visits", emails.len(), phones.len(), visits.len())
    /// });
    /// ```
    #[track_caller]
    pub fn co_group<W: CoGroupWith<K, V>>(&self, others: W) -> PCollection<(K, W::Groups)>
    where
        K: Key,
    {
        let all = others.with(self);
        match Grouping::of_all(all.iter().map(|(id, owner)| (*id, owner)), &self.pipeline) {
            Ok(grouping) if grouping.way == Way::ByWindow => {
                let scope = self.pipeline.open_scope(LABEL.into(), true);
                let inputs = [vec![keyed_by_window(self)], others.keyed_by_window()].concat();
                let groups = grouped(&self.pipeline, inputs, whole(W::shuffle::<(K, Window)>()), Ok(Arc::default()));
                let groups = into_window(&groups, |((key, window), groups)| ((key, groups), window), grouping.after());
                drop(scope);
                groups
            }
            Ok(grouping) if grouping.way == Way::Merging => {
                let scope = self.pipeline.open_scope(LABEL.into(), true);
                let inputs = [vec![with_windows(self)], others.with_windows()].concat();
                let groups = W::merge(&self.pipeline, inputs, &grouping.windowing);
                drop(scope);
                groups
            }
            grouping => {
                let (body, windowing) = one_step(grouping, whole(W::shuffle::<K>()), W::streaming);
                grouped(&self.pipeline, all.iter().map(|(id, _)| *id).collect(), body, windowing)
            }
        }
    }
}
