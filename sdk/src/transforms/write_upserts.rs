//! Keeping a table up to date.

use super::Written;
use crate::graph::Body;
use crate::kernel::keyed::WriteUpserts;
use crate::pipeline::StepSpec;
use crate::{Element, Key, PCollection, UpsertSink};
use std::sync::Arc;

impl<K: Element, V: Element> PCollection<(K, V)> {
    /// Keeps a table up to date that has the latest value of each key. A value replaces the one before; one that is [taken
    /// back](crate::window#retractions) without another in its place deletes the key.
    ///
    /// Changes are made while the pipeline runs, those of each key in the order in which they come, and by one worker. Of
    /// changes of a key that come together only the last one is made, so a value that is taken back and replaced in the same
    /// breath is never missing from the table.
    ///
    /// What comes last counts, so results should replace each other: those of accumulating or retracting windows. A key with
    /// values in several windows has several values, of which any would be in the table: make the window a part of the key,
    /// with [`reify_windows`](PCollection::reify_windows).
    ///
    /// ```
    /// use beamline_sdk::window::{Accumulation, Trigger, Windowing};
    /// use beamline_sdk::{Pipeline, UpsertTable, combine::Max};
    ///
    /// let bests = UpsertTable::new();
    /// let p = Pipeline::new();
    /// let scores = p.create([("ann".to_owned(), 3), ("ann".to_owned(), 7)]);
    /// let each = Trigger::repeatedly(Trigger::after_count(1));
    /// let so_far = Windowing::global().trigger(each, Accumulation::Retracting);
    /// scores.window(so_far).combine_per_key(Max).write_upserts(bests.clone());
    /// ```
    #[track_caller]
    pub fn write_upserts<S: UpsertSink<K, V>>(&self, sink: S) -> Written
    where
        K: Key,
    {
        let label = sink.label();
        let body = Body::Shuffle { shuffle: Arc::new(WriteUpserts::<K, V, S>::new(sink)), liftable: false };
        let urn = "beamline:transform:write_upserts:v1";
        let node = self.pipeline.add(StepSpec { label, urn, inputs: vec![self.id], body });
        Written::new(self.pipeline.clone(), node)
    }
}
