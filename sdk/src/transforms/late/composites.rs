//! Steps that are combines of what is made of their elements before.

use super::{KeepingLateData, WithLateData};
use crate::combine::{Count, Latest};
use crate::transforms::combine::{ValueWithTimestamp, WithTimestamp};
use crate::transforms::distinct::Once;
use crate::{Element, Key, PCollection};

impl<T: Element> KeepingLateData<T> {
    /// See [`PCollection::count_per_element`].
    #[track_caller]
    pub fn count_per_element(&self) -> WithLateData<(T, u64), PCollection<T>>
    where
        T: Key,
    {
        let scope = self.0.pipeline.open_scope("CountPerElement".into(), true);
        let counted = self.0.rearrange("Pair", |element| (element, ())).keeping_late_data().combine_per_key(Count);
        let late = counted.late.rearrange("Element", |(element, ())| element);
        drop(scope);
        WithLateData { results: counted.results, late }
    }

    /// See [`PCollection::distinct`]. All that came too late is kept, whether it had come before or not.
    ///
    /// ```
    /// use beamline_sdk::testing::{TestStream, assert_that};
    /// use beamline_sdk::window::Windowing;
    /// use beamline_sdk::{Pipeline, Timestamp};
    /// use std::time::Duration;
    ///
    /// let second = |n: i64| Timestamp::from_millis(n * 1000);
    /// let p = Pipeline::new();
    /// let users = TestStream::new()
    ///     .elements([(second(1), "ann".to_owned()), (second(2), "ann".to_owned())])
    ///     .advance_watermark_to(second(60))
    ///     .element(second(3), "ann".to_owned());
    /// let users = p.apply(users);
    /// let each_minute = users.window(Windowing::fixed(Duration::from_mins(1))).keeping_late_data().distinct();
    /// assert_that(&each_minute.results).contains_in_any_order(["ann".to_owned()]);
    /// assert_that(&each_minute.late).contains_in_any_order(["ann".to_owned()]);
    /// ```
    #[track_caller]
    pub fn distinct(&self) -> WithLateData<T, PCollection<T>>
    where
        T: Key,
    {
        let scope = self.0.pipeline.open_scope("Distinct".into(), true);
        let distinct = self.0.rearrange("Pair", |element| (element, ())).keeping_late_data().combine_per_key(Once);
        let results = distinct.results.keys();
        let late = distinct.late.rearrange("Element", |(element, ())| element);
        drop(scope);
        WithLateData { results, late }
    }

    /// See [`PCollection::latest`].
    #[track_caller]
    pub fn latest(&self) -> WithLateData<T, PCollection<T>> {
        let scope = self.0.pipeline.open_scope("Latest".into(), true);
        let latest = self.0.par_do(WithTimestamp).keeping_late_data().combine(Latest.or_none());
        let results = latest.results.flat_map(|latest| latest);
        let late = latest.late.rearrange("Element", |(_, element)| element);
        drop(scope);
        WithLateData { results, late }
    }
}

impl<K: Key, V: Element> KeepingLateData<(K, V)> {
    /// See [`PCollection::latest_per_key`].
    #[track_caller]
    pub fn latest_per_key(&self) -> WithLateData<(K, V), PCollection<(K, V)>> {
        let scope = self.0.pipeline.open_scope("LatestPerKey".into(), true);
        let latest = self.0.par_do(ValueWithTimestamp).keeping_late_data().combine_per_key(Latest);
        let late = latest.late.rearrange("Value", |(key, (_, value))| (key, value));
        drop(scope);
        WithLateData { results: latest.results, late }
    }
}
