//! Batches of a limited size.

use crate::graph::Body;
use crate::kernel::keyed::IntoBatches;
use crate::{Element, Key, PCollection};
use std::sync::Arc;

impl<K: Element, V: Element> PCollection<(K, V)> {
    /// Collects the values of each key into batches of at most `size`: for calls to a service that takes many at once.
    ///
    /// Batches are full, but for the last one of a key, and for those open when the memory budget is used up.
    ///
    /// # Panics
    ///
    /// If `size` is 0.
    ///
    /// ```
    /// # use beamline_sdk::Pipeline;
    /// let p = Pipeline::new();
    /// let calls = p.create(0..100u32).key_by(|n| n % 3).group_into_batches(20);
    /// ```
    #[track_caller]
    pub fn group_into_batches(&self, size: usize) -> PCollection<(K, Vec<V>)>
    where
        K: Key,
    {
        assert!(size > 0, "a batch of 0 elements is none");
        let body = Body::Shuffle { shuffle: Arc::new(IntoBatches::<K, V>::new(size)), liftable: false };
        self.then("GroupIntoBatches", "beam:transform:group_into_batches:v1", body)
    }
}
