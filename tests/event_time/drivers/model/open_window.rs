//! What is known of a window of a key; its holds (part 4), merging (part 3) and panes (part 7).

use super::super::Produced;
use super::Run;
use super::trigger::Node;
use super::windows::{expiry, last};
use beamline::Timestamp;
use beamline::window::{Accumulation, ClosingBehavior, Mark, OnTimeBehavior, Pane, TimestampCombiner, Timing, Window};

pub(super) struct OpenWindow {
    pub(super) key: String,
    pub(super) window: Window,
    pub(super) trigger: Node,
    pub(super) values: Vec<i64>,
    /// Elements since the last pane.
    pub(super) news: usize,
    /// The timings of all panes so far.
    panes: Vec<Timing>,
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
            news: 0,
            panes: Vec::new(),
            element_hold: None,
            expiry_hold: None,
            wakes_at_end: false,
        }
    }
}

impl Run {
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

    /// Makes one of several windows.
    pub(super) fn merge(&self, sources: Vec<OpenWindow>, to: Window) -> OpenWindow {
        let triggers: Vec<&Node> = sources.iter().map(|source| &source.trigger).collect();
        let (trigger, wakes_at_end) = Node::merge(&triggers, &self.moment(to));
        let mut merged = OpenWindow { wakes_at_end, ..OpenWindow::new(&sources[0].key, to, trigger) };
        merged.element_hold = self.merged_hold(&sources, to);
        merged.expiry_hold = (!self.is_expired(to)).then(|| expiry(to, &self.strategy));
        for source in sources {
            merged.values.extend(source.values);
            merged.news += source.news;
            if source.window == to {
                merged.panes = source.panes;
                merged.wakes_at_end |= source.wakes_at_end;
            }
        }
        merged
    }

    fn merged_hold(&self, sources: &[OpenWindow], to: Window) -> Option<i64> {
        let combiner = self.strategy.timestamp_combiner();
        if combiner == TimestampCombiner::EndOfWindow {
            return Some(last(to)).filter(|last| self.output_watermark <= *last && self.watermark <= *last);
        }
        combine(combiner, sources.iter().filter_map(|source| source.element_hold))
    }

    /// Emits a pane, or passes it over.
    pub(super) fn show(&mut self, open: &mut OpenWindow, is_last: bool) {
        let timing = self.timing(open);
        if open.news > 0 || self.shows_empty(timing, is_last) {
            self.emit(open, timing, is_last);
        }
        if is_last || self.strategy.accumulation() == Accumulation::Discarding {
            open.values.clear();
        }
        open.news = 0;
        open.element_hold = None;
        let comes_always = self.strategy.closing_behavior() == ClosingBehavior::FireAlways;
        open.expiry_hold = (comes_always && !is_last).then(|| expiry(open.window, &self.strategy));
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
        };
        open.panes.push(timing);
        let mut values = open.values.clone();
        values.sort_unstable();
        self.outcome.panes.push(Produced {
            step: self.step,
            key: open.key.clone(),
            window: open.window,
            values,
            timestamp: Timestamp::from_millis(timestamp),
            pane,
        });
    }
}

fn combine(combiner: TimestampCombiner, holds: impl Iterator<Item = i64>) -> Option<i64> {
    if combiner == TimestampCombiner::Latest { holds.max() } else { holds.min() }
}
