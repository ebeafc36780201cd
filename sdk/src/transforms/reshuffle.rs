//! Dealing elements out anew.

use crate::graph::Body;
use crate::kernel::ops::Reshuffle;
use crate::{Element, PCollection};
use std::sync::Arc;

impl<T: Element> PCollection<T> {
    /// Deals the elements out to all workers, and separates what comes before from what comes after: for a step that
    /// makes much of little, or after a source that could not be split.
    ///
    /// ```
    /// # use beamline_sdk::Pipeline;
    /// let p = Pipeline::new();
    /// let work = p.create([3u64]).flat_map(|n| 0..n * 1000).reshuffle().map(|n| n * n);
    /// ```
    #[track_caller]
    pub fn reshuffle(&self) -> Self {
        let body = Body::Shuffle { shuffle: Arc::new(Reshuffle::<T>::new()), liftable: false };
        self.then("Reshuffle", "beam:transform:reshuffle:v1", body)
    }
}
