//! Grouping by key.

use crate::graph::Body;
use crate::kernel::keyed::{CoGroup, Rows};
use crate::{Element, Key, PCollection, Values};
use std::sync::Arc;

pub(crate) const GROUP_BY_KEY: &str = "beam:transform:group_by_key:v1";

impl<K: Element, V: Element> PCollection<(K, V)> {
    /// Brings all values of a key together.
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
        let shuffle = Arc::new(CoGroup::<K, (Rows<K, V>,)>::new());
        self.then("GroupByKey", GROUP_BY_KEY, Body::Shuffle { shuffle, liftable: false })
    }
}
