//! What is known of a window of a key; its holds (part 4) and panes (part 7).

use super::super::Produced;
use super::grouping::Grouping;
use super::trigger::Node;
use super::windows::{expiry, last};
use beamline::Timestamp;
use beamline::window::{Accumulation, ClosingBehavior, Mark, OnTimeBehavior, Pane, TimestampCombiner, Timing, Window};

pub(super) struct OpenWindow {
    pub(super) key: String,
    pub(super) window: Window,
    pub(super) trigger: Node,
    pub(super) values: Vec<i64>,
    /// Values that were taken back before they came.
    pub(super) expected: Vec<i64>,
    /// Elements since the last pane, those that were taken back included.
    pub(super) news: usize,
    /// How many were taken back, and nothing has come in their place.
    pub(super) lone: usize,
    /// The timings of all panes so far.
    pub(super) panes: Vec<Timing>,
    /// What is to be taken back with the next pane: the last one, and those of windows that have become this one.
    pub(super) shown: Vec<Produced>,
    pub(super) element_hold: Option<i64>,
    pub(super) expiry_hold: Option<i64>,
    /// Whether the trigger has asked to be woken at the end of the window.
    pub(super) wakes_at_end: bool,
}

impl OpenWindow {
    pub(super) fn new(key: &str, window: Window, trigger: Node) -> Self {
        Self {
            key: key.to_owned(),
            window,
            trigger,
            values: Vec::new(),
            expected: Vec::new(),
            news: 0,
            lone: 0,
            panes: Vec::new(),
            shown: Vec::new(),
            element_hold: None,
            expiry_hold: None,
            wakes_at_end: false,
        }
    }

    pub(super) fn put_in(&mut self, value: i64) {
        match self.expected.iter().position(|expected| *expected == value) {
            Some(i) => drop(self.expected.remove(i)),
            None => self.values.push(value),
        }
    }

    pub(super) fn take_out(&mut self, value: i64) {
        match self.values.iter().position(|other| *other == value) {
            Some(i) => drop(self.values.remove(i)),
            None => self.expected.push(value),
        }
    }
}

impl Grouping {
    /// An element holds the output watermark.
    pub(super) fn hold(&self, open: &mut OpenWindow, time: i64) {
        let last = last(open.window);
        let combiner = self.strategy.timestamp_combiner();
        let proposed = if combiner == TimestampCombiner::EndOfWindow { last } else { time };
        if proposed < self.output_watermark || last < self.watermark {
            open.expiry_hold = Some(expiry(open.window, &self.strategy));
        } else {
            open.element_hold = combine(combiner, open.element_hold.into_iter().chain([proposed]));
        }
    }

    /// Emits a pane, or passes it over. One that comes in place of others takes them back first.
    pub(super) fn show(&mut self, open: &mut OpenWindow, is_last: bool) {
        let timing = self.timing(open);
        if open.news > 0 || self.shows_empty(timing, is_last) {
            for shown in std::mem::take(&mut open.shown) {
                self.take_back(shown);
            }
            if self.has_result(open) {
                self.emit(open, timing, is_last);
            }
        }
        if is_last || self.strategy.accumulation() == Accumulation::Discarding {
            open.values.clear();
        }
        open.news = 0;
        open.element_hold = None;
        let comes_always = self.strategy.closing_behavior() == ClosingBehavior::FireAlways;
        open.expiry_hold = (comes_always && !is_last).then(|| expiry(open.window, &self.strategy));
    }

    fn take_back(&mut self, shown: Produced) {
        let pane = shown.pane.marked(Mark::Retracts);
        self.results.push(Produced { pane, ..shown });
    }

    /// Takes back what windows have shown that have become this one, and would be over.
    pub(super) fn take_back_expired(&mut self, open: &mut OpenWindow) {
        for shown in std::mem::take(&mut open.shown) {
            if self.is_expired(shown.window) {
                self.take_back(shown);
            } else {
                open.shown.push(shown);
            }
        }
    }

    /// A window from which everything was taken back is like one that never had an element.
    fn has_result(&self, open: &OpenWindow) -> bool {
        let replaces = self.strategy.accumulation() == Accumulation::Accumulating && !open.panes.is_empty();
        !open.values.is_empty() || !self.strategy.may_retract() || replaces
    }

    fn timing(&self, open: &OpenWindow) -> Timing {
        let last = last(open.window);
        if self.output_watermark > last || open.panes.iter().any(|timing| *timing != Timing::Early) {
            Timing::Late
        } else if self.watermark <= last {
            Timing::Early
        } else {
            Timing::OnTime
        }
    }

    fn shows_empty(&self, timing: Timing, is_last: bool) -> bool {
        let on_time = self.strategy.on_time_behavior() == OnTimeBehavior::FireAlways;
        let closing = self.strategy.closing_behavior() == ClosingBehavior::FireAlways;
        timing == Timing::OnTime && on_time || is_last && closing
    }

    fn emit(&mut self, open: &mut OpenWindow, timing: Timing, is_last: bool) {
        let timestamps = [open.element_hold, open.expiry_hold, Some(last(open.window))];
        let timestamp = timestamps.into_iter().flatten().min().expect("one of them is there");
        let not_early = open.panes.iter().filter(|timing| **timing != Timing::Early).count();
        let pane = Pane {
            timing,
            index: open.panes.len() as u32,
            on_time_index: (timing != Timing::Early).then_some(not_early as u32),
            first: open.panes.is_empty(),
            last: is_last,
            mark: Mark::None,
            drained: false,
        };
        open.panes.push(timing);
        let mut values = open.values.clone();
        values.sort_unstable();
        let timestamp = Timestamp::from_millis(timestamp);
        let result = Produced { step: 0, key: open.key.clone(), window: open.window, values, timestamp, pane };
        if self.strategy.accumulation() == Accumulation::Retracting && !is_last {
            open.shown.push(result.clone());
        }
        self.results.push(result);
    }
}

pub(super) fn combine(combiner: TimestampCombiner, holds: impl Iterator<Item = i64>) -> Option<i64> {
    if combiner == TimestampCombiner::Latest { holds.max() } else { holds.min() }
}
