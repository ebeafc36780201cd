//! Keeping a table up to date.

use super::Written;
use super::try_map::{Limit, Tried};
use crate::graph::Body;
use crate::graph::builder::NodeSpec;
use crate::kernel::Shuffle;
use crate::kernel::keyed::{TryWriteUpserts, WriteUpserts};
use crate::{Element, Key, PCollection, Retry, UpsertSink};
use std::sync::Arc;

const WRITE_UPSERTS: &str = "beamline:transform:write_upserts:v1";

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
    /// The first change that cannot be made fails the pipeline; [`try_write_upserts`](Self::try_write_upserts) tries again, and
    /// gives changes up.
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
        let node = self.pipeline.add_node(self.writing(sink.label(), WriteUpserts::<K, V, S>::new(sink)));
        Written::new(self.pipeline.clone(), node)
    }

    /// [`write_upserts`](Self::write_upserts), which goes on when a change cannot be made: it is tried again as `retry` says,
    /// and then given up, as a [dead letter](crate::DeadLetter) in [`failed`](Tried::failed). If nothing reads that, the
    /// first change that is given up fails the pipeline.
    ///
    /// A change that the [writer](crate::UpsertWriter) refuses is given up by itself, after those before it have been
    /// [flushed](crate::UpsertWriter::flush). When a flush fails, all changes since the last one are tried and given up
    /// together, unless the writer says by a [`WriteFault`](crate::WriteFault) which of them were not made. So of changes in
    /// letters some may have been made: there is no harm in making them again. After an error that is no `WriteFault` the writer
    /// is dropped, and the next attempt begins with [opening](UpsertSink::open) another one: a connection that was lost is made
    /// again. What [`bundles_of`](Retry::bundles_of) says is after how many changes at most they are flushed.
    ///
    /// Changes are tried in their order: those that come meanwhile wait, and hold the watermark. So the table stays behind, and
    /// is never wrong; a key whose change was given up has the value that it had, until the next one comes. A table that cannot
    /// be opened when the run begins fails the pipeline, and so does a panic, or a `WriteFault` that says that the writer
    /// is broken.
    ///
    /// In [`ok`](Tried::ok) there is something for each change that was made. A letter has the key with its value; if that was
    /// taken back, so that the key was to be deleted, the letter's [`pane`](crate::DeadLetter::pane) says it. By
    /// [`replaying`](PCollection::replaying) letters go back to the step, as what they were; older values than those that
    /// have been written meanwhile replace these then.
    ///
    /// ```
    /// # use beamline_sdk::{PCollection, Pipeline, Retry, UpsertSink, UpsertTable};
    /// use std::time::Duration;
    ///
    /// fn keep(totals: &PCollection<(String, u64)>, table: impl UpsertSink<String, u64>) -> PCollection<String> {
    ///     let retry = Retry::attempts(5).backoff(Duration::from_millis(200), Duration::from_secs(30));
    ///     let written = totals.try_write_upserts(table, retry).named("Totals");
    ///     written.failed.map(|letter| format!("{:?}: {}", letter.element, letter.error))
    /// }
    /// # keep(&Pipeline::new().create([("a".to_owned(), 1)]), UpsertTable::new());
    /// ```
    #[track_caller]
    pub fn try_write_upserts<S: UpsertSink<K, V>>(&self, sink: S, retry: impl Into<Retry>) -> Tried<(), (K, V)>
    where
        K: Key,
    {
        let (retry, limit, label) = (retry.into(), Limit::default(), sink.label());
        let shuffle = TryWriteUpserts::<K, V, S>::new(sink, retry, limit.clone());
        let windowing = Some(Arc::new(self.windowing().without_retractions()));
        let node = self.pipeline.add_node(NodeSpec { windowing, ..self.writing(label, shuffle) });
        retry.check().err().into_iter().for_each(|error| self.pipeline.fail(node, error));
        Tried { ok: self.pipeline.add_output(node), failed: self.pipeline.add_output(node), limit }
    }

    fn writing(&self, label: String, shuffle: impl Shuffle + 'static) -> NodeSpec {
        NodeSpec {
            label,
            urn: WRITE_UPSERTS,
            inputs: vec![self.id],
            side_inputs: Vec::new(),
            body: Body::Shuffle { shuffle: Arc::new(shuffle), liftable: false },
            sink: None,
            windowing: None,
        }
    }
}
