//! Assertions about the panes of one window.

use super::{AssertThat, report};
use crate::combine::ToList;
use crate::window::{Pane, Timing, Window};
use crate::{Element, ValueInWindow};
use std::collections::BTreeMap;
use std::fmt::{Debug, Write};
use std::sync::Arc;

/// What a window of a collection is expected to show. Expectations can be chained; each is a step of its own.
///
/// Made by [`AssertThat::in_window`]. Where an expectation is not met, the message shows all that was seen of the window,
/// pane by pane.
pub struct AssertInWindow<'a, T> {
    assertion: &'a AssertThat<T>,
    window: Window,
}

/// Some of the panes of a window.
#[derive(Clone, Copy)]
struct Panes {
    name: &'static str,
    includes: fn(&Pane) -> bool,
}

impl<T: Element> AssertThat<T> {
    /// Looks at one window only, and at its panes (Beam: `PAssert.inWindow`, `inOnTimePane` and so on).
    ///
    /// ```
    /// use beamline_sdk::testing::{TestStream, assert_that};
    /// use beamline_sdk::window::{Accumulation, Trigger, Window, Windowing};
    /// use beamline_sdk::{Pipeline, Timestamp};
    /// use std::time::Duration;
    ///
    /// let at = Timestamp::from_millis;
    /// let late_too = Windowing::fixed(Duration::from_secs(10))
    ///     .allowed_lateness(Duration::from_secs(60))
    ///     .trigger(Trigger::after_watermark().late(Trigger::after_count(1)), Accumulation::Accumulating);
    /// let p = Pipeline::new();
    /// let numbers = TestStream::new().element(at(0), 5).advance_watermark_to(at(12_000)).element(at(1), 3);
    /// let sums = p.apply(numbers).window(late_too).combine(beamline_sdk::combine::Sum);
    /// assert_that(&sums)
    ///     .in_window(Window { start: at(0), end: at(10_000) })
    ///     .on_time_pane([5])
    ///     .late_pane([8]);
    /// ```
    pub fn in_window(&self, window: Window) -> AssertInWindow<'_, T> {
        AssertInWindow { assertion: self, window }
    }
}

impl<T: Element + PartialEq + Debug> AssertInWindow<'_, T> {
    /// Exactly these elements in all panes of the window together, in any order.
    pub fn contains_in_any_order(&self, expected: impl IntoIterator<Item = T>) -> &Self {
        self.check(Panes { name: "all panes", includes: |_| true }, expected)
    }

    /// Exactly these elements before the watermark passed the end of the window, in any order.
    pub fn early_pane(&self, expected: impl IntoIterator<Item = T>) -> &Self {
        self.check(Panes { name: "the early panes", includes: |pane| pane.timing == Timing::Early }, expected)
    }

    /// Exactly these elements when the watermark passed the end of the window, in any order.
    pub fn on_time_pane(&self, expected: impl IntoIterator<Item = T>) -> &Self {
        self.check(Panes { name: "the on-time pane", includes: |pane| pane.timing == Timing::OnTime }, expected)
    }

    /// Exactly these elements after the on-time pane, in any order.
    pub fn late_pane(&self, expected: impl IntoIterator<Item = T>) -> &Self {
        self.check(Panes { name: "the late panes", includes: |pane| pane.timing == Timing::Late }, expected)
    }

    /// Exactly these elements in the last pane of the window, in any order. With several keys, in that of each.
    pub fn final_pane(&self, expected: impl IntoIterator<Item = T>) -> &Self {
        self.check(Panes { name: "the last pane", includes: |pane| pane.last }, expected)
    }

    /// Exactly these elements, in any order, in a pane that is the only one of its window.
    pub fn only_pane(&self, expected: impl IntoIterator<Item = T>) -> &Self {
        self.check(Panes { name: "an only pane", includes: |pane| pane.first && pane.last }, expected)
    }

    fn check(&self, panes: Panes, expected: impl IntoIterator<Item = T>) -> &Self {
        let (window, expected) = (self.window, Arc::new(expected.into_iter().collect::<Vec<T>>()));
        let gather =
            |assertion: &AssertThat<T>| assertion.collection.reify_windows().combine_whatever_the_windows(ToList);
        let check = move |all: &Vec<ValueInWindow<T>>| {
            let of_window: Vec<_> = all.iter().filter(|seen| seen.window == window).collect();
            let of_panes = of_window.iter().filter(|seen| (panes.includes)(&seen.pane));
            let actual: Vec<T> = of_panes.map(|seen| seen.value.clone()).collect();
            report::same_elements(&expected, &actual)
                .map_err(|text| format!("in {} of {window}, {text}{}", panes.name, timeline(&of_window, all.len())))
        };
        self.assertion.check_with("in_window", gather, check);
        self
    }
}

/// What was seen of a window, in the order of its panes, where in all windows `total` elements were seen.
pub(super) fn timeline<T: Debug>(of_window: &[&ValueInWindow<T>], total: usize) -> String {
    let mut text = "\n  all panes of the window:".to_owned();
    rows(&mut text, of_window);
    let _ = write!(text, "\n  elements in other windows: {}", total - of_window.len());
    text
}

/// What was seen of all windows, in their order.
pub(super) fn timelines<T: Debug>(all: &[ValueInWindow<T>]) -> String {
    let mut windows: BTreeMap<Window, Vec<&ValueInWindow<T>>> = BTreeMap::new();
    all.iter().for_each(|seen| windows.entry(seen.window).or_default().push(seen));
    let mut text = String::new();
    for (window, of_window) in &windows {
        let _ = write!(text, "\n  all panes of {window}:");
        rows(&mut text, of_window);
    }
    text
}

fn rows<T: Debug>(text: &mut String, of_window: &[&ValueInWindow<T>]) {
    let mut rows = of_window.to_vec();
    rows.sort_by_key(|seen| (seen.pane.index, seen.timestamp));
    for seen in &rows {
        let ValueInWindow { value, timestamp, pane, .. } = seen;
        let last = if pane.last { ", the last" } else { "" };
        let _ = write!(text, "\n    pane {} ({}{last}) at {timestamp:?}: {value:?}", pane.index, pane.timing);
    }
    if rows.is_empty() {
        text.push_str(" none");
    }
}
