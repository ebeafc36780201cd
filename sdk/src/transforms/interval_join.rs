//! Pairs of elements that are not far apart in time.

use super::Within;
use super::timed_join::{Joined, Name, join_in_time, windowing_of_left};
use crate::kernel::keyed::timed_join::{Full, Inner, Interval, Left, Outer, Right};
use crate::window::WindowingStrategy;
use crate::{Element, Key, PCollection, Result};
use std::sync::Arc;

const URN: &str = "beamline:transform:interval_join:v1";

impl<K: Element, V: Element> PCollection<(K, V)> {
    /// Interval join: every pair of a value here and one there with the same key, if the time from this one to that one is
    /// [`within`](Within) bounds (Flink has it under this name; Beam has none).
    ///
    /// ```
    /// use beamline_sdk::testing::{TestStream, assert_that};
    /// use beamline_sdk::{Pipeline, Timestamp, Within};
    /// use std::time::Duration;
    ///
    /// let minute = |n: i64| Timestamp::from_millis(n * 60_000);
    /// let p = Pipeline::new();
    /// let orders = p.apply(
    ///     TestStream::new().element(minute(0), (7u32, "tea".to_owned())).element(minute(50), (7, "cake".to_owned())),
    /// );
    /// let payments = p.apply(TestStream::new().element(minute(58), (7u32, 12.5)));
    /// let paid_in_time = orders.interval_join(&payments, Within::after(Duration::from_mins(15)));
    /// assert_that(&paid_in_time).contains_in_any_order([(7, ("cake".to_owned(), 12.5))]);
    /// ```
    ///
    /// A pair has the later of the two timestamps. Both inputs must be in the global window, and so are the results.
    ///
    /// **Late data.** An element that is behind the watermark is joined with what is there, if it is not behind by more
    /// than the [allowed lateness](crate::window::Windowing::allowed_lateness) of its collection; otherwise it is dropped, and
    /// counted as `dropped_late`, or [kept](Self::keeping_late_data). Results allow the greater lateness of the two collections.
    ///
    /// **Memory.** Where time goes on, a value is kept until the watermark says that no partner will come: for the length of
    /// the bounds, and as long as partners may be late. It goes a little later than that, together with the values of other
    /// keys that came with it. Nothing goes to disk. Where both collections have an end, they are
    /// grouped by key first, which goes to disk where memory ends; the values of one key must fit into memory.
    #[track_caller]
    pub fn interval_join<W: Element>(&self, other: &PCollection<(K, W)>, within: Within) -> PCollection<(K, (V, W))>
    where
        K: Key,
    {
        self.interval_join_as::<W, Inner>("IntervalJoin", other, within)
    }

    /// Left interval join: as [`interval_join`](Self::interval_join), and `None` for a value here without a partner.
    ///
    /// Such a value comes when the watermark has passed the time of the last partner that there could be, late ones
    /// included. It keeps its timestamp, and until then it holds back the watermark of the results, so that it is not late
    /// for what reads them.
    ///
    /// ```
    /// use beamline_sdk::testing::{TestStream, assert_that};
    /// use beamline_sdk::{Pipeline, Timestamp, Within};
    /// use std::time::Duration;
    ///
    /// let minute = |n: i64| Timestamp::from_millis(n * 60_000);
    /// let p = Pipeline::new();
    /// let orders = p.apply(TestStream::new().elements([(minute(0), (7u32, 'a')), (minute(5), (8, 'b'))]));
    /// let payments = p.apply(TestStream::new().element(minute(3), (7u32, 12.5)));
    /// let paid = orders.left_interval_join(&payments, Within::after(Duration::from_mins(15)));
    /// assert_that(&paid).contains_in_any_order([(7, ('a', Some(12.5))), (8, ('b', None))]);
    /// ```
    #[track_caller]
    pub fn left_interval_join<W: Element>(
        &self,
        other: &PCollection<(K, W)>,
        within: Within,
    ) -> PCollection<(K, (V, Option<W>))>
    where
        K: Key,
    {
        self.interval_join_as::<W, Left>("LeftIntervalJoin", other, within)
    }

    /// Right interval join: as [`left_interval_join`](Self::left_interval_join), with `None` for a value there without a
    /// partner.
    #[track_caller]
    pub fn right_interval_join<W: Element>(
        &self,
        other: &PCollection<(K, W)>,
        within: Within,
    ) -> PCollection<(K, (Option<V>, W))>
    where
        K: Key,
    {
        self.interval_join_as::<W, Right>("RightIntervalJoin", other, within)
    }

    /// Full interval join: as [`left_interval_join`](Self::left_interval_join), with `None` for the missing partner on
    /// either side.
    #[track_caller]
    pub fn full_interval_join<W: Element>(
        &self,
        other: &PCollection<(K, W)>,
        within: Within,
    ) -> PCollection<(K, (Option<V>, Option<W>))>
    where
        K: Key,
    {
        self.interval_join_as::<W, Full>("FullIntervalJoin", other, within)
    }

    #[track_caller]
    fn interval_join_as<W: Element, O: Outer<V, W>>(
        &self,
        label: &'static str,
        other: &PCollection<(K, W)>,
        within: Within,
    ) -> PCollection<(K, O::Row)>
    where
        K: Key,
    {
        joined::<K, V, W, O>(self, label, other, within).results
    }
}

#[track_caller]
pub(super) fn joined<K: Key, V: Element, W: Element, O: Outer<V, W>>(
    left: &PCollection<(K, V)>,
    label: &'static str,
    right: &PCollection<(K, W)>,
    within: Within,
) -> Joined<(K, O::Row)> {
    let windowing = windowing_of_results(left, right, within);
    join_in_time(left, right, Name { label, urn: URN }, |late| Interval::<V, W, O>::new(within, late), windowing)
}

/// That of the left side, with the greater allowed lateness: a result can be as late as the later of its parts.
fn windowing_of_results<A: Element, B: Element>(
    left: &PCollection<A>,
    right: &PCollection<B>,
    within: Within,
) -> Result<Arc<WindowingStrategy>> {
    let windowing = windowing_of_left(left, right)?;
    within.check()?;
    Ok(Arc::new(windowing.as_late_as(&right.windowing())))
}
