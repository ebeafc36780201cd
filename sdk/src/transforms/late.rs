//! Groupings that keep what came too late.

use super::combine::PER_KEY;
use super::group::GROUP_BY_KEY;
use super::grouping::{Grouping, Way, streaming};
use crate::combine::{CombineFn, Count};
use crate::graph::Body;
use crate::kernel::ShuffleFactory;
use crate::pipeline::StepSpec;
use crate::window::WindowingStrategy;
use crate::{Element, Key, PCollection, Values};
use std::sync::Arc;

/// A keyed collection whose next grouping keeps the elements that come too late for it, instead of dropping them.
///
/// Made by [`PCollection::keeping_late_data`].
#[must_use = "late data is kept by a grouping: call one"]
pub struct KeepingLateData<K, V>(PCollection<(K, V)>);

/// The results of a grouping, and what came too late for it.
pub struct WithLateData<R, L> {
    /// The results.
    pub results: PCollection<R>,
    /// The elements that no result contains: the watermark was past the end of their window by more than the allowed
    /// lateness, or the trigger of the window had finished. They have their timestamps, and the window that they were
    /// too late for; one that was too late for several windows comes once for each.
    pub late: PCollection<L>,
}

impl<K: Key, V: Element> PCollection<(K, V)> {
    /// Keeps the elements that are too late for the next grouping, as a collection of their own.
    ///
    /// Such elements are counted in any case, as `dropped_late` and `dropped_closed` of the grouping. In a bounded
    /// collection under the default trigger no element is late.
    ///
    /// ```
    /// use beamline_sdk::testing::{TestStream, assert_that};
    /// use beamline_sdk::window::Windowing;
    /// use beamline_sdk::{Pipeline, Timestamp};
    /// use std::time::Duration;
    ///
    /// let at = Timestamp::from_millis;
    /// let p = Pipeline::new();
    /// let clicks = p.apply(
    ///     TestStream::new()
    ///         .element(at(1_000), ("ann".to_owned(), 1))
    ///         .advance_watermark_to(at(60_000))
    ///         .element(at(2_000), ("ann".to_owned(), 2)),
    /// );
    /// let counts = clicks.window(Windowing::fixed(Duration::from_secs(10))).keeping_late_data().count_per_key();
    /// assert_that(&counts.results).contains_in_any_order([("ann".to_owned(), 1)]);
    /// assert_that(&counts.late).contains_in_any_order([("ann".to_owned(), 2)]);
    /// ```
    pub fn keeping_late_data(&self) -> KeepingLateData<K, V> {
        KeepingLateData(self.clone())
    }
}

impl<K: Key, V: Element> KeepingLateData<K, V> {
    /// See [`PCollection::group_by_key`].
    #[track_caller]
    pub fn group_by_key(&self) -> WithLateData<(K, Values<V>), (K, V)> {
        self.grouped("GroupByKey".into(), GROUP_BY_KEY, PCollection::group_by_key, streaming::group_by_key::<K, V>)
    }

    /// See [`PCollection::combine_per_key`].
    #[track_caller]
    pub fn combine_per_key<C: CombineFn<V>>(&self, combine: C) -> WithLateData<(K, C::Out), (K, V)> {
        let streaming = |windowing: &_| streaming::combine_per_key_keeping_late_data::<K, V, C>(windowing, &combine);
        self.grouped(combine.name(), PER_KEY, |input| input.combine_per_key(combine.clone()), streaming)
    }

    /// See [`PCollection::count_per_key`].
    #[track_caller]
    pub fn count_per_key(&self) -> WithLateData<(K, u64), (K, V)> {
        self.combine_per_key(Count)
    }

    #[track_caller]
    fn grouped<R: Element>(
        &self,
        label: String,
        urn: &'static str,
        without_late_data: impl FnOnce(&PCollection<(K, V)>) -> PCollection<R>,
        streaming: impl FnOnce(&Arc<WindowingStrategy>) -> ShuffleFactory,
    ) -> WithLateData<R, (K, V)> {
        let (input, pipeline) = (&self.0, &self.0.pipeline);
        match Grouping::of(input) {
            Ok(grouping) if grouping.way == Way::Streaming => {
                let body = Body::Shuffle { shuffle: streaming(&grouping.windowing), liftable: false };
                let spec = StepSpec { label, urn, inputs: vec![input.id], body };
                let node = pipeline.add_windowed(spec, Ok(grouping.after()));
                let results = pipeline.add_output(node);
                WithLateData { results, late: pipeline.add_output_in(node, grouping.windowing) }
            }
            _ => WithLateData { results: without_late_data(input), late: input.filter(|_| false) },
        }
    }
}
