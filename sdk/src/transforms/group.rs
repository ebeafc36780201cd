//! Grouping by key.

use super::grouping::{Grouping, Way, into_window, merge_groups, one_step, streaming, with_window};
use crate::graph::Body;
use crate::kernel::keyed::{CoGroup, Rows};
use crate::window::Window;
use crate::{Element, Key, PCollection, Values};
use std::sync::Arc;

pub(crate) const GROUP_BY_KEY: &str = "beam:transform:group_by_key:v1";

impl<K: Element, V: Element> PCollection<(K, V)> {
    /// Brings all values of a key together, in each window by itself.
    ///
    /// Prefer [`combine_per_key`](Self::combine_per_key) where the values are to be reduced: it does part of the work
    /// before the values travel, and keeps none of them.
    ///
    /// Groups may be larger than memory: see [`Values`].
    ///
    /// ```
    /// # use beamline_sdk::Pipeline;
    /// let p = Pipeline::new();
    /// let scores = p.create([("ann".to_owned(), 3), ("bob".to_owned(), 5), ("ann".to_owned(), 4)]);
    /// let best = scores.group_by_key().map(|(name, scores)| (name, scores.iter().max()));
    /// ```
    #[track_caller]
    pub fn group_by_key(&self) -> PCollection<(K, Values<V>)>
    where
        K: Key,
    {
        match Grouping::of(self) {
            Ok(grouping) if grouping.way == Way::ByWindow => {
                self.in_each_window("GroupByKey".into(), &grouping, |keyed| {
                    keyed.then("GroupByKey", GROUP_BY_KEY, whole::<(K, Window), V>())
                })
            }
            Ok(grouping) if grouping.way == Way::Merging => {
                let scope = self.pipeline.open_scope("GroupByKey".into(), true);
                let merged = merge_groups(&self.group_with_windows(), &grouping.windowing);
                drop(scope);
                merged
            }
            grouping => {
                let (body, windowing) = one_step(grouping, whole::<K, V>(), streaming::group_by_key::<K, V>);
                self.then_windowed("GroupByKey", GROUP_BY_KEY, body, windowing)
            }
        }
    }

    /// The values of each key with their windows, as data in the global window.
    #[track_caller]
    pub(super) fn group_with_windows(&self) -> PCollection<(K, Values<(Window, V)>)>
    where
        K: Key,
    {
        let with_windows = with_window(self, |(key, value), window| (key, (window, value)));
        with_windows.then("GroupByKey", GROUP_BY_KEY, whole::<K, (Window, V)>())
    }

    /// Carries out a grouping in windows by one in the global window, with windows as a part of keys.
    #[track_caller]
    pub(super) fn in_each_window<O: Element>(
        &self,
        label: String,
        grouping: &Grouping,
        group: impl FnOnce(&PCollection<((K, Window), V)>) -> PCollection<((K, Window), O)>,
    ) -> PCollection<(K, O)>
    where
        K: Key,
    {
        let scope = self.pipeline.open_scope(label, true);
        let keyed = with_window(self, |(key, value), window| ((key, window), value));
        let grouped = into_window(&group(&keyed), |((key, window), result)| ((key, result), window), grouping.after());
        drop(scope);
        grouped
    }
}

/// The body of a grouping in the global window.
fn whole<K: Key, V: Element>() -> Body {
    Body::Shuffle { shuffle: Arc::new(CoGroup::<K, (Rows<K, V>,)>::new()), liftable: false }
}
