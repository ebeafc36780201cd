//! Joins of what a key has in each window.

use super::{KeepingLateData, WithLateData};
use crate::transforms::join::{self, Rows};
use crate::{Element, Key, PCollection};

/// What a join makes, and what came too late of the left and of the right side.
type Joined<K, V, W, O> = WithLateData<(K, O), (PCollection<(K, V)>, PCollection<(K, W)>)>;

impl<K: Key, V: Element> KeepingLateData<(K, V)> {
    /// See [`PCollection::join`]. What came too late is a pair: of this side, and of the other.
    ///
    /// ```
    /// use beamline_sdk::testing::{TestStream, assert_that};
    /// use beamline_sdk::window::Windowing;
    /// use beamline_sdk::{Pipeline, Timestamp};
    /// use std::time::Duration;
    ///
    /// let minute = |n: i64| Timestamp::from_millis(n * 60_000);
    /// let hourly = || Windowing::fixed(Duration::from_hours(1));
    /// let p = Pipeline::new();
    /// let views = p.apply(TestStream::new().element(minute(5), (7u32, 'a')).advance_watermark_to(minute(90)));
    /// let sales = p.apply(
    ///     TestStream::new().element(minute(7), (7u32, 2.5)).advance_watermark_to(minute(90)).element(minute(9), (7, 9.5)),
    /// );
    /// let sold = views.window(hourly()).keeping_late_data().join(&sales.window(hourly()));
    /// let (late_views, late_sales) = sold.late;
    /// assert_that(&sold.results).contains_in_any_order([(7, ('a', 2.5))]);
    /// assert_that(&late_views).is_empty();
    /// assert_that(&late_sales).contains_in_any_order([(7, 9.5)]);
    /// ```
    #[track_caller]
    pub fn join<W: Element>(&self, other: &PCollection<(K, W)>) -> Joined<K, V, W, (V, W)> {
        self.join_as("Join", other, join::inner)
    }

    /// See [`PCollection::left_join`].
    #[track_caller]
    pub fn left_join<W: Element>(&self, other: &PCollection<(K, W)>) -> Joined<K, V, W, (V, Option<W>)> {
        self.join_as("LeftJoin", other, join::left)
    }

    /// See [`PCollection::right_join`].
    #[track_caller]
    pub fn right_join<W: Element>(&self, other: &PCollection<(K, W)>) -> Joined<K, V, W, (Option<V>, W)> {
        self.join_as("RightJoin", other, join::right)
    }

    /// See [`PCollection::full_join`].
    #[track_caller]
    pub fn full_join<W: Element>(&self, other: &PCollection<(K, W)>) -> Joined<K, V, W, (Option<V>, Option<W>)> {
        self.join_as("FullJoin", other, join::full)
    }

    #[track_caller]
    fn join_as<W: Element, O: Element>(
        &self,
        label: &str,
        other: &PCollection<(K, W)>,
        rows: Rows<K, V, W, O>,
    ) -> Joined<K, V, W, O> {
        let scope = self.0.pipeline.open_scope(label.to_owned(), true);
        let groups = self.co_group(other);
        let results = join::rows_of(&groups.results, rows);
        drop(scope);
        WithLateData { results, late: groups.late }
    }
}
