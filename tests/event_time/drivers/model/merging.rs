//! Windows that become one: part 3.

use super::grouping::Grouping;
use super::open_window::{OpenWindow, combine};
use super::trigger::Node;
use super::windows;
use beamline::window::{TimestampCombiner, Window};

impl Grouping {
    /// Says which window an element is in.
    ///
    /// Of windows whose trigger has finished (disputed, part 11) only the very same window is closed, until others
    /// become it: the trigger of a window that others became is theirs.
    pub(super) fn merge_in(&mut self, key: &str, new: Window) -> Window {
        let open: Vec<Window> = self.open.iter().filter(|open| open.key == key).map(|open| open.window).collect();
        if open.contains(&new) {
            return new;
        }
        let mut home = new;
        for (group, to) in windows::merges(self.strategy.window_fn(), new, &open) {
            if group.contains(&new) {
                home = to;
            }
            let is_source = |window: &&Window| group.contains(window) || **window == to;
            let sources: Vec<Window> = open.iter().filter(is_source).copied().collect();
            let sources: Vec<OpenWindow> = sources.into_iter().map(|window| self.take(key, window)).collect();
            if !sources.is_empty() {
                self.closed.retain(|closed| *closed != (key.to_owned(), to));
                let merged = self.merge(sources, to);
                self.keep(merged);
            }
        }
        home
    }

    /// Makes one of several windows. It takes back what the others have shown, with its next result.
    fn merge(&self, sources: Vec<OpenWindow>, to: Window) -> OpenWindow {
        let triggers: Vec<&Node> = sources.iter().map(|source| &source.trigger).collect();
        let (trigger, wakes_at_end) = Node::merge(&triggers, &self.moment(to));
        let mut merged = OpenWindow { wakes_at_end, ..OpenWindow::new(&sources[0].key, to, trigger) };
        merged.element_hold = self.merged_hold(&sources, to);
        merged.expiry_hold = (!self.is_expired(to)).then(|| windows::expiry(to, &self.strategy));
        for source in sources {
            merged.values.extend(source.values);
            merged.news += source.news + usize::from(source.shown.iter().any(|shown| shown.window != to));
            merged.shown.extend(source.shown);
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
            let last = windows::last(to);
            return Some(last).filter(|last| self.output_watermark <= *last && self.watermark <= *last);
        }
        combine(combiner, sources.iter().filter_map(|source| source.element_hold))
    }
}
