//! Elements with what was valid at their time.

use super::timed_join::{Joined, Name, join_in_time, windowing_of_left};
use crate::kernel::keyed::timed_join::AsOf;
use crate::{Element, Key, PCollection};
use std::sync::Arc;

const NAME: Name = Name { label: "AsOfJoin", urn: "beamline:transform:as_of_join:v1" };

impl<K: Element, V: Element> PCollection<(K, V)> {
    /// As-of join against a versioned table: every value here with the version there that was valid at its time, which is
    /// the latest of its key that is not after it; `None` if there was none yet. (Flink calls it a temporal join.)
    ///
    /// The elements of `versions` are changes: each says what is valid for its key from its timestamp on.
    ///
    /// ```
    /// use beamline_sdk::testing::assert_that;
    /// use beamline_sdk::{PCollection, Pipeline, Timestamp};
    ///
    /// let p = Pipeline::new();
    /// let orders = p.create([("USD".to_owned(), (90i64, 30.0)), ("USD".to_owned(), (120, 30.0))]);
    /// let rates = p.create([("USD".to_owned(), (0i64, 0.5)), ("USD".to_owned(), (100, 0.75))]);
    ///
    /// /// Times go where they belong.
    /// fn timed(pairs: &PCollection<(String, (i64, f64))>) -> PCollection<(String, f64)> {
    ///     pairs.with_timestamps(|(_, (at, _))| Timestamp::from_millis(*at)).map_values(|(_, x)| x)
    /// }
    ///
    /// let priced = timed(&orders).as_of_join(&timed(&rates)).map(|(_, (amount, rate))| amount * rate.unwrap_or(1.0));
    /// assert_that(&priced).contains_in_any_order([15.0, 22.5]);
    /// ```
    ///
    /// A version is valid at its own timestamp already. Of two versions of a key with the same timestamp the one whose
    /// encoding is greater is valid: an arbitrary choice, but the same in every run, in whatever order they come. Give a
    /// correction a later timestamp.
    ///
    /// A result has the timestamp of the value. Where time goes on it comes when the watermark of both collections has
    /// passed that, since a version that is valid might come until then; so it is not late for what reads it. If the versions
    /// come so rarely that their watermark seldom moves, their source must tell that it is idle. Both inputs must be in the
    /// global window, and so are the results.
    ///
    /// **Late data.** A value that is behind the watermark is joined at once with the version of its time, if it is not
    /// behind by more than the [allowed lateness](crate::window::Windowing::allowed_lateness) of its collection. A late
    /// version counts, within the allowed lateness of its own collection, for the values that come after it; results that
    /// have been shown stay as they are. What is later still is dropped, and counted as `dropped_late`, or
    /// [kept](Self::keeping_late_data). Lateness of versions
    /// costs no memory, so allow much of it.
    ///
    /// **Memory.** Versions are kept until a later one is valid for all values that can come; the last one of each key is kept
    /// to the end. Nothing goes to disk. Where both collections have an end, they are grouped by key first, which goes to
    /// disk where memory ends; the values and versions of one key must fit into memory.
    #[track_caller]
    pub fn as_of_join<W: Element>(&self, versions: &PCollection<(K, W)>) -> PCollection<(K, (V, Option<W>))>
    where
        K: Key,
    {
        joined(self, versions).results
    }
}

#[track_caller]
pub(super) fn joined<K: Key, V: Element, W: Element>(
    values: &PCollection<(K, V)>,
    versions: &PCollection<(K, W)>,
) -> Joined<(K, (V, Option<W>))> {
    let windowing = windowing_of_left(values, versions).map(Arc::new);
    join_in_time(values, versions, NAME, AsOf::<V, W>::new, windowing)
}
