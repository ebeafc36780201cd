//! A grouping on one worker: part 5.

use super::super::{Element, Produced};
use super::open_window::OpenWindow;
use super::trigger::{Moment, Node};
use super::windows;
use beamline::window::{Mark, Window, WindowingStrategy};

/// All that there is. Times are milliseconds.
pub(super) struct Grouping {
    pub(super) strategy: WindowingStrategy,
    pub(super) watermark: i64,
    pub(super) output_watermark: i64,
    clock: i64,
    pub(super) open: Vec<OpenWindow>,
    /// Where the trigger has finished.
    pub(super) closed: Vec<(String, Window)>,
    /// What has been shown since somebody looked.
    pub(super) results: Vec<Produced>,
    pub(super) dropped_late: usize,
    pub(super) dropped_closed: usize,
    pub(super) dropped_unmatched: usize,
}

/// An element, or one that is taken back.
pub(super) struct Arrival {
    pub(super) key: String,
    pub(super) value: i64,
    pub(super) time: i64,
    pub(super) windows: Vec<Window>,
    pub(super) mark: Mark,
}

impl Grouping {
    pub(super) fn new(strategy: WindowingStrategy) -> Self {
        Self {
            strategy,
            watermark: windows::MIN,
            output_watermark: windows::MIN,
            clock: 0,
            open: Vec::new(),
            closed: Vec::new(),
            results: Vec::new(),
            dropped_late: 0,
            dropped_closed: 0,
            dropped_unmatched: 0,
        }
    }

    pub(super) fn take_results(&mut self) -> Vec<Produced> {
        std::mem::take(&mut self.results)
    }

    pub(super) fn element(&mut self, element: &Element) {
        let Element { key, value, time, punctuates } = element;
        let windows = windows::assign(self.strategy.window_fn(), time.millis());
        let mark = if *punctuates { Mark::Punctuates } else { Mark::None };
        self.arrival(Arrival { key: key.clone(), value: *value, time: time.millis(), windows, mark });
    }

    pub(super) fn arrival(&mut self, arrival: Arrival) {
        arrival.windows.iter().for_each(|window| self.arrival_in(&arrival, *window));
    }

    fn arrival_in(&mut self, arrival: &Arrival, window: Window) {
        let Arrival { key, value, time, mark, .. } = arrival;
        if self.is_expired(window) {
            self.dropped_late += 1;
            return;
        }
        let window = if self.strategy.needs_merging() { self.merge_in(key, window) } else { window };
        if self.closed.contains(&(key.clone(), window)) {
            self.dropped_closed += 1;
            return;
        }
        let mut open = self.take(key, window);
        open.news += 1;
        self.hold(&mut open, *time);
        if *mark == Mark::Retracts {
            open.take_out(*value);
            open.lone += 1;
            return self.open.push(open);
        }
        open.put_in(*value);
        open.lone = open.lone.saturating_sub(1);
        open.wakes_at_end |= open.trigger.element(&self.moment(window), *mark);
        self.ask(open);
    }

    /// Takes a window from the list, or opens it.
    pub(super) fn take(&mut self, key: &str, window: Window) -> OpenWindow {
        match self.open.iter().position(|open| open.key == key && open.window == window) {
            Some(i) => self.open.remove(i),
            None => OpenWindow::new(key, window, Node::new(self.strategy.trigger())),
        }
    }

    /// What was taken back, and has nothing in its place, is an element for the trigger.
    pub(super) fn hear_of_lone(&mut self) {
        for mut open in std::mem::take(&mut self.open) {
            let moment = self.moment(open.window);
            if open.lone == 0 {
                self.open.push(open);
                continue;
            }
            for _ in 0..std::mem::take(&mut open.lone) {
                open.wakes_at_end |= open.trigger.element(&moment, Mark::None);
            }
            self.ask(open);
        }
    }

    pub(super) fn move_watermark(&mut self, to: i64) {
        self.watermark = to;
        for mut open in std::mem::take(&mut self.open) {
            if self.is_expired(open.window) {
                self.show(&mut open, true);
                self.forget(open);
                continue;
            }
            self.take_back_expired(&mut open);
            if open.wakes_at_end && self.watermark > windows::last(open.window) {
                open.wakes_at_end = false;
                self.ask(open);
            } else {
                self.open.push(open);
            }
        }
        let is_over = |window| self.watermark > windows::expiry(window, &self.strategy);
        self.closed.retain(|(_, window)| !is_over(*window));
    }

    /// Each deadline that is passed asks the trigger, unless an earlier one has made it void.
    pub(super) fn move_clock(&mut self, by: i64) {
        let before = self.clock;
        self.clock += by;
        for mut open in std::mem::take(&mut self.open) {
            let mut asked = before;
            while let Some(due) = open.trigger.next_deadline(asked).filter(|due| *due <= self.clock) {
                asked = due;
                self.fire_if_ready(&mut open);
            }
            self.keep(open);
        }
    }

    /// Shows a pane if the trigger is ready.
    fn fire_if_ready(&mut self, open: &mut OpenWindow) {
        let moment = self.moment(open.window);
        if open.trigger.is_ready(&moment) {
            open.trigger.fire(&moment);
            let is_finished = open.trigger.done;
            self.show(open, is_finished);
        }
    }

    /// Asks the trigger, and puts the window back into the list.
    fn ask(&mut self, mut open: OpenWindow) {
        self.fire_if_ready(&mut open);
        self.keep(open);
    }

    /// Puts a window into the list, unless its trigger has finished.
    pub(super) fn keep(&mut self, open: OpenWindow) {
        if open.trigger.done {
            self.closed.push((open.key.clone(), open.window));
            self.forget(open);
        } else {
            self.open.push(open);
        }
    }

    /// What is expected of a window that is over never comes.
    fn forget(&mut self, open: OpenWindow) {
        self.dropped_unmatched += open.expected.len();
    }

    pub(super) fn moment(&self, window: Window) -> Moment {
        Moment {
            last: windows::last(window),
            watermark: self.watermark,
            clock: self.clock,
            is_session: self.strategy.needs_merging(),
        }
    }

    pub(super) fn is_expired(&self, window: Window) -> bool {
        self.watermark > windows::expiry(window, &self.strategy)
    }

    /// Part 4.
    pub(super) fn move_output_watermark(&mut self) {
        let holds = self.open.iter().flat_map(|open| [open.element_hold, open.expiry_hold]).flatten();
        let least = holds.min().map_or(self.watermark, |hold| hold.min(self.watermark));
        self.output_watermark = self.output_watermark.max(least);
    }
}
