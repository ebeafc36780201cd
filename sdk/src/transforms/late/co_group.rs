//! Grouping several collections.

use super::{KeepingLateData, LateFrom, WithLateData};
use crate::transforms::CoGroupWith;
use crate::transforms::co_group::{co_group_step, whole};
use crate::transforms::grouping::{Grouping, Way};
use crate::{Element, Key};

impl<K: Key, V: Element> KeepingLateData<(K, V)> {
    /// See [`PCollection::co_group`](crate::PCollection::co_group). What came too late is a tuple with a collection for
    /// each, this one first.
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
    /// let both = views.window(hourly()).keeping_late_data().co_group(&sales.window(hourly()));
    /// let (late_views, late_sales) = both.late;
    /// assert_that(&both.results).has_count(1);
    /// assert_that(&late_views).is_empty();
    /// assert_that(&late_sales.values()).contains_in_any_order([9.5]);
    /// ```
    #[track_caller]
    pub fn co_group<W: CoGroupWith<K, V>>(&self, others: W) -> WithLateData<(K, W::Groups), W::Late> {
        let input = &self.0;
        match Grouping::of_all(others.with(input).iter().map(|(id, owner)| (*id, owner)), &input.pipeline) {
            Ok(grouping) if grouping.way == Way::Streaming => {
                let inputs = others.with(input).into_iter().map(|(id, _)| id).collect();
                let body = whole(W::streaming(&grouping.windowing));
                let node = co_group_step(&input.pipeline, inputs, body, Ok(grouping.after()));
                let results = input.pipeline.add_output(node);
                WithLateData { results, late: others.late(input, LateFrom::Outputs(node)) }
            }
            _ => {
                let late = others.late(input, LateFrom::Nothing);
                WithLateData { results: input.co_group(others), late }
            }
        }
    }
}
