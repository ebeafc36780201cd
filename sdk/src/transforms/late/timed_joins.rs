//! Joins in time.

use super::{KeepingLateData, WithLateData};
use crate::kernel::keyed::timed_join::{Full, Inner, Left, Outer, Right};
use crate::transforms::Within;
use crate::transforms::{as_of_join, interval_join};
use crate::{Element, Key, PCollection};

/// What came too late of the left and of the right side of a join.
type Late<K, V, W> = (PCollection<(K, V)>, PCollection<(K, W)>);

impl<K: Key, V: Element> KeepingLateData<(K, V)> {
    /// See [`PCollection::interval_join`]. What came too late is a pair: of this side, and of the other.
    ///
    /// ```
    /// use beamline_sdk::testing::{TestStream, assert_that};
    /// use beamline_sdk::{Pipeline, Timestamp, Within};
    /// use std::time::Duration;
    ///
    /// let minute = |n: i64| Timestamp::from_millis(n * 60_000);
    /// let p = Pipeline::new();
    /// let orders = p.apply(TestStream::new().element(minute(0), (7u32, 'a')).advance_watermark_to(minute(60)));
    /// let payments = p.apply(TestStream::new().advance_watermark_to(minute(60)).element(minute(3), (7u32, 12.5)));
    /// let paid = orders.keeping_late_data().left_interval_join(&payments, Within::after(Duration::from_mins(15)));
    /// let (late_orders, late_payments) = paid.late;
    /// assert_that(&paid.results).contains_in_any_order([(7, ('a', None))]);
    /// assert_that(&late_orders).is_empty();
    /// assert_that(&late_payments).contains_in_any_order([(7, 12.5)]);
    /// ```
    #[track_caller]
    pub fn interval_join<W: Element>(
        &self,
        other: &PCollection<(K, W)>,
        within: Within,
    ) -> WithLateData<(K, (V, W)), Late<K, V, W>> {
        self.interval_join_as::<W, Inner>("IntervalJoin", other, within)
    }

    /// See [`PCollection::left_interval_join`].
    #[track_caller]
    pub fn left_interval_join<W: Element>(
        &self,
        other: &PCollection<(K, W)>,
        within: Within,
    ) -> WithLateData<(K, (V, Option<W>)), Late<K, V, W>> {
        self.interval_join_as::<W, Left>("LeftIntervalJoin", other, within)
    }

    /// See [`PCollection::right_interval_join`].
    #[track_caller]
    pub fn right_interval_join<W: Element>(
        &self,
        other: &PCollection<(K, W)>,
        within: Within,
    ) -> WithLateData<(K, (Option<V>, W)), Late<K, V, W>> {
        self.interval_join_as::<W, Right>("RightIntervalJoin", other, within)
    }

    /// See [`PCollection::full_interval_join`].
    #[track_caller]
    pub fn full_interval_join<W: Element>(
        &self,
        other: &PCollection<(K, W)>,
        within: Within,
    ) -> WithLateData<(K, (Option<V>, Option<W>)), Late<K, V, W>> {
        self.interval_join_as::<W, Full>("FullIntervalJoin", other, within)
    }

    #[track_caller]
    fn interval_join_as<W: Element, O: Outer<V, W>>(
        &self,
        label: &'static str,
        other: &PCollection<(K, W)>,
        within: Within,
    ) -> WithLateData<(K, O::Row), Late<K, V, W>> {
        interval_join::joined::<K, V, W, O>(&self.0, label, other, within).keeping_late_data(&self.0, other)
    }

    /// See [`PCollection::as_of_join`]. What came too late is a pair: of the values, and of the versions.
    #[track_caller]
    pub fn as_of_join<W: Element>(
        &self,
        versions: &PCollection<(K, W)>,
    ) -> WithLateData<(K, (V, Option<W>)), Late<K, V, W>> {
        as_of_join::joined(&self.0, versions).keeping_late_data(&self.0, versions)
    }
}
