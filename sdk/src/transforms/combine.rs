//! Combining: many values into one.

use super::group::GROUP_BY_KEY;
use super::grouping::{Grouping, Way, into_window, merge_combined, one_step, streaming, with_window};
use crate::combine::{CombineFn, Count, Latest, Whole};
use crate::graph::Body;
use crate::kernel::keyed::{CombineGlobally, CombineParts, CombinePerKey};
use crate::window::{Window, WindowingStrategy};
use crate::{BoxError, Cx, DoFn, Element, Key, PCollection, Timestamp};
use std::sync::Arc;

pub(super) const PER_KEY: &str = "beam:transform:combine_per_key:v1";
pub(super) const GLOBALLY: &str = "beam:transform:combine_globally:v1";

impl<T: Element> PCollection<T> {
    /// Combines all elements into one, in each window by itself.
    ///
    /// An empty collection in the global window gives the result of an empty accumulator. Of other windows, those without
    /// elements give none (Beam programming guide, *Global windowing*).
    ///
    /// ```
    /// # use beamline_sdk::{Pipeline, combine::Sum};
    /// let p = Pipeline::new();
    /// let total = p.create([1u64, 2, 3]).combine(Sum);
    /// ```
    #[track_caller]
    pub fn combine<C: CombineFn<T>>(&self, combine: C) -> PCollection<C::Out> {
        let label = combine.name();
        match Grouping::of(self) {
            Ok(grouping) if grouping.way == Way::ByWindow && streaming::share_slices(&grouping.windowing) => {
                let body = streaming::combine_slices::<T, C>(&grouping.windowing, combine);
                self.then_windowed(label, GLOBALLY, body, Ok(grouping.after()))
            }
            Ok(grouping) if grouping.way == Way::ByWindow => {
                let scope = self.pipeline.open_scope(label.clone(), true);
                let keyed = with_window(self, |element, window| (window, element));
                let combined = keyed.then(label, PER_KEY, per_key::<Window, T, C>(combine));
                let combined = into_window(&combined, |(window, result)| (result, window), grouping.after());
                drop(scope);
                combined
            }
            Ok(grouping) if grouping.way == Way::Merging => {
                let scope = self.pipeline.open_scope(label, true);
                let combined = self.rearrange("Pair", |element| ((), element)).combine_per_key(combine).values();
                drop(scope);
                combined
            }
            grouping => {
                let streaming = |windowing: &_| streaming::combine_globally(windowing, &combine);
                let (body, windowing) = one_step(grouping, globally(combine.clone()), streaming);
                self.then_windowed(label, GLOBALLY, body, windowing)
            }
        }
    }

    /// Combines all elements into one, whatever their windows, when the last one has come.
    #[track_caller]
    pub(crate) fn combine_whatever_the_windows<C: CombineFn<T>>(&self, combine: C) -> PCollection<C::Out> {
        let windowing = self.check_stays("an assertion").map(|()| Arc::default());
        self.then_windowed(combine.name(), GLOBALLY, globally(combine), windowing)
    }

    /// The number of elements: one number, 0 for an empty collection; in windows, one for each that has elements.
    #[track_caller]
    pub fn count(&self) -> PCollection<u64> {
        self.combine(Count)
    }

    /// How often each element occurs, in each window.
    ///
    /// ```
    /// # use beamline_sdk::Pipeline;
    /// let p = Pipeline::new();
    /// let counts = p.create(["a", "b", "a"].map(str::to_owned)).count_per_element();
    /// ```
    #[track_caller]
    pub fn count_per_element(&self) -> PCollection<(T, u64)>
    where
        T: Key,
    {
        let scope = self.pipeline.open_scope("CountPerElement".into(), true);
        let counts = self.rearrange("Pair", |element| (element, ())).combine_per_key(Count);
        drop(scope);
        counts
    }
}

impl<T: Element> PCollection<T> {
    /// The element with the latest timestamp; none for an empty collection. Of several, any.
    #[track_caller]
    pub fn latest(&self) -> Self {
        let scope = self.pipeline.open_scope("Latest".into(), true);
        let latest = self.par_do(WithTimestamp).combine(Latest.or_none()).flat_map(|latest| latest);
        drop(scope);
        latest
    }
}

/// Pairs every element with its timestamp.
#[derive(Clone)]
pub(super) struct WithTimestamp;

impl<T: Element> DoFn<T> for WithTimestamp {
    type Out = (Timestamp, T);
    fn process(&mut self, element: T, cx: &mut Cx<'_, Self::Out>) -> Result<(), BoxError> {
        cx.emit((cx.timestamp(), element));
        Ok(())
    }
}

/// Pairs every value with its timestamp.
#[derive(Clone)]
pub(super) struct ValueWithTimestamp;

impl<K: Element, V: Element> DoFn<(K, V)> for ValueWithTimestamp {
    type Out = (K, (Timestamp, V));
    fn process(&mut self, (key, value): (K, V), cx: &mut Cx<'_, Self::Out>) -> Result<(), BoxError> {
        cx.emit((key, (cx.timestamp(), value)));
        Ok(())
    }
}

impl<K: Element, V: Element> PCollection<(K, V)> {
    /// The value of each key with the latest timestamp. Of several, any.
    #[track_caller]
    pub fn latest_per_key(&self) -> Self
    where
        K: Key,
    {
        let scope = self.pipeline.open_scope("LatestPerKey".into(), true);
        let latest = self.par_do(ValueWithTimestamp).combine_per_key(Latest);
        drop(scope);
        latest
    }

    /// Combines the values of each key, in each window by itself.
    ///
    /// ```
    /// # use beamline_sdk::{Pipeline, combine::{Count, Max}};
    /// let p = Pipeline::new();
    /// let scores = p.create([("ann".to_owned(), 3u32), ("bob".to_owned(), 5), ("ann".to_owned(), 4)]);
    /// let games_and_best = scores.combine_per_key((Count, Max));
    /// ```
    #[track_caller]
    pub fn combine_per_key<C: CombineFn<V>>(&self, combine: C) -> PCollection<(K, C::Out)>
    where
        K: Key,
    {
        let label = combine.name();
        match Grouping::of(self) {
            Ok(grouping) if grouping.way == Way::ByWindow => {
                let body = streaming::combine_slices_per_key::<K, V, C>(&grouping.windowing, combine);
                self.then_windowed(label, PER_KEY, body, Ok(grouping.after()))
            }
            Ok(grouping) if grouping.way == Way::Merging => {
                let scope = self.pipeline.open_scope(label, true);
                let combined = self.in_merging_windows(combine, &grouping.windowing);
                drop(scope);
                combined
            }
            grouping => {
                let streaming = |windowing: &_| streaming::combine_per_key::<K, V, C>(windowing, &combine);
                let (body, windowing) = one_step(grouping, per_key::<K, V, C>(combine.clone()), streaming);
                self.then_windowed(label, PER_KEY, body, windowing)
            }
        }
    }

    /// Combines what windows contain that may be parts of others, and then these parts, when all windows are known.
    #[track_caller]
    fn in_merging_windows<C: CombineFn<V>>(&self, combine: C, windowing: &WindowingStrategy) -> PCollection<(K, C::Out)>
    where
        K: Key,
    {
        let shuffle = CombineParts::<K, V, C>::new(combine.clone(), windowing.window_fn());
        let body = Body::Shuffle { shuffle: Arc::new(shuffle), liftable: true };
        let parts = self.then_windowed("GroupByKey", GROUP_BY_KEY, body, Ok(Arc::default()));
        merge_combined::<K, C::Acc, Whole<V, C>>(&parts, Whole::new(combine), windowing)
    }

    /// The number of values of each key.
    #[track_caller]
    pub fn count_per_key(&self) -> PCollection<(K, u64)>
    where
        K: Key,
    {
        self.combine_per_key(Count)
    }

    /// [`combine_per_key`](Self::combine_per_key) in two rounds: the values of a key are first spread over `fanout`
    /// parts, which are combined by different workers. For hot keys, whose values are too many for one.
    ///
    /// Elements are combined before they travel in any case, so this pays when accumulators are large or combining is
    /// expensive. Windows that merge, and triggers other than the default one, are combined in one round.
    #[track_caller]
    pub fn combine_per_key_with_fanout<C: CombineFn<V>>(&self, fanout: u32, combine: C) -> PCollection<(K, C::Out)>
    where
        K: Key,
    {
        let scope = self.pipeline.open_scope(format!("{}WithFanout", combine.name()), true);
        if Grouping::of(self).is_ok_and(|grouping| matches!(grouping.way, Way::Merging | Way::Streaming)) {
            // The parts of a session may be sessions that are too far apart, and a pane may be one of several.
            let combined = self.combine_per_key(combine);
            drop(scope);
            return combined;
        }
        let spread = self.map_as("Spread", spread_over(fanout.max(1)));
        let parts = spread.combine_per_key(Part(combine.clone()));
        let combined = parts.rearrange("Gather", |((key, _), acc)| (key, acc)).combine_per_key(Whole::new(combine));
        drop(scope);
        combined
    }
}

/// The body of a combine per key in the global window.
fn per_key<K: Key, V: Element, C: CombineFn<V>>(combine: C) -> Body {
    Body::Shuffle { shuffle: Arc::new(CombinePerKey::<K, V, C>::new(combine)), liftable: true }
}

/// The body of a combine of all elements in the global window.
fn globally<T: Element, C: CombineFn<T>>(combine: C) -> Body {
    Body::Shuffle { shuffle: Arc::new(CombineGlobally::<T, C>::new(combine)), liftable: true }
}

fn spread_over<K: Key, V: Element>(fanout: u32) -> impl Fn((K, V)) -> ((K, u32), V) + Clone + Send + 'static {
    let next = std::cell::Cell::new(0);
    move |(key, value)| {
        next.set((next.get() + 1) % fanout);
        ((key, next.get()), value)
    }
}

/// A combiner that keeps its accumulator to itself.
#[derive(Clone)]
struct Part<C>(C);

impl<V, C: CombineFn<V>> CombineFn<V> for Part<C> {
    type Acc = C::Acc;
    type Out = C::Acc;
    fn name(&self) -> String {
        format!("{}Parts", self.0.name())
    }
    fn create(&self) -> C::Acc {
        self.0.create()
    }
    fn add(&self, acc: &mut C::Acc, input: V) {
        self.0.add(acc, input);
    }
    fn merge(&self, acc: &mut C::Acc, other: C::Acc) {
        self.0.merge(acc, other);
    }
    fn extract(&self, acc: C::Acc) -> C::Acc {
        acc
    }
}
