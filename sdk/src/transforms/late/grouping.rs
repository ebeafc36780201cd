//! Groupings of one collection.

use super::{KeepingLateData, LateFrom, WithLateData};
use crate::combine::{CombineFn, Count};
use crate::graph::Body;
use crate::kernel::ShuffleFactory;
use crate::pipeline::StepSpec;
use crate::transforms::combine::{GLOBALLY, PER_KEY};
use crate::transforms::group::GROUP_BY_KEY;
use crate::transforms::group_into_batches::{GROUP_INTO_BATCHES, LABEL as BATCHES, divide, scope_of_sessions};
use crate::transforms::grouping::{Grouping, Way, streaming};
use crate::window::WindowingStrategy;
use crate::{Element, Key, PCollection, Result, Values};
use std::sync::Arc;

impl<T: Element> KeepingLateData<T> {
    /// See [`PCollection::combine`].
    #[track_caller]
    pub fn combine<C: CombineFn<T>>(&self, combine: C) -> WithLateData<C::Out, PCollection<T>> {
        let streaming = |windowing: &_| streaming::combine_globally_keeping_late_data::<T, C>(windowing, &combine);
        let without = |input: &PCollection<T>| input.combine(combine.clone());
        self.grouped((combine.name(), GLOBALLY), Grouping::of(&self.0), without, streaming)
    }

    /// See [`PCollection::count`].
    #[track_caller]
    pub fn count(&self) -> WithLateData<u64, PCollection<T>> {
        self.combine(Count)
    }

    /// A grouping: while time goes on as `streaming` says, and otherwise as `without_late_data`.
    #[track_caller]
    fn grouped<R: Element>(
        &self,
        (label, urn): (String, &'static str),
        grouping: Result<Grouping>,
        without_late_data: impl FnOnce(&PCollection<T>) -> PCollection<R>,
        streaming: impl FnOnce(&Arc<WindowingStrategy>) -> ShuffleFactory,
    ) -> WithLateData<R, PCollection<T>> {
        let (input, pipeline) = (&self.0, &self.0.pipeline);
        match grouping {
            Ok(grouping) if grouping.way == Way::Streaming => {
                let body = Body::Shuffle { shuffle: streaming(&grouping.windowing), liftable: false };
                let spec = StepSpec { label, urn, inputs: vec![input.id], body };
                let node = pipeline.add_windowed(spec, Ok(grouping.after()));
                let results = pipeline.add_output(node);
                WithLateData { results, late: LateFrom::Outputs(node).next(input) }
            }
            _ => WithLateData { results: without_late_data(input), late: LateFrom::Nothing.next(input) },
        }
    }
}

impl<K: Key, V: Element> KeepingLateData<(K, V)> {
    /// See [`PCollection::group_by_key`].
    #[track_caller]
    pub fn group_by_key(&self) -> WithLateData<(K, Values<V>), PCollection<(K, V)>> {
        let (streaming, without) = (streaming::group_by_key::<K, V>, PCollection::group_by_key);
        self.grouped(("GroupByKey".into(), GROUP_BY_KEY), Grouping::of(&self.0), without, streaming)
    }

    /// See [`PCollection::combine_per_key`].
    #[track_caller]
    pub fn combine_per_key<C: CombineFn<V>>(&self, combine: C) -> WithLateData<(K, C::Out), PCollection<(K, V)>> {
        let streaming = |windowing: &_| streaming::combine_per_key_keeping_late_data::<K, V, C>(windowing, &combine);
        let without = |input: &PCollection<(K, V)>| input.combine_per_key(combine.clone());
        self.grouped((combine.name(), PER_KEY), Grouping::of(&self.0), without, streaming)
    }

    /// See [`PCollection::combine_per_key_with_fanout`]. While time goes on there is one round, whatever the fanout.
    #[track_caller]
    pub fn combine_per_key_with_fanout<C: CombineFn<V>>(
        &self,
        fanout: u32,
        combine: C,
    ) -> WithLateData<(K, C::Out), PCollection<(K, V)>> {
        let label = format!("{}WithFanout", combine.name());
        let streaming = |windowing: &_| streaming::combine_per_key_keeping_late_data::<K, V, C>(windowing, &combine);
        let without = |input: &PCollection<(K, V)>| input.combine_per_key_with_fanout(fanout, combine.clone());
        self.grouped((label, PER_KEY), Grouping::of(&self.0), without, streaming)
    }

    /// See [`PCollection::count_per_key`].
    #[track_caller]
    pub fn count_per_key(&self) -> WithLateData<(K, u64), PCollection<(K, V)>> {
        self.combine_per_key(Count)
    }

    /// See [`PCollection::group_into_batches`].
    ///
    /// # Panics
    ///
    /// If `size` is 0.
    #[track_caller]
    pub fn group_into_batches(&self, size: usize) -> WithLateData<(K, Vec<V>), PCollection<(K, V)>> {
        let grouping = self.0.check_stays("a batch").map(|()| Grouping::whatever_the_trigger(&self.0));
        let streaming = |windowing: &_| streaming::group_into_batches::<K, V>(windowing, size);
        let without = |input: &PCollection<(K, V)>| input.group_into_batches(size);
        let scope = scope_of_sessions(&self.0, grouping.as_ref().ok());
        let batches = self.grouped((BATCHES.into(), GROUP_INTO_BATCHES), grouping, without, streaming);
        let results = if scope.is_some() { divide(&batches.results, size) } else { batches.results };
        WithLateData { results, ..batches }
    }
}
