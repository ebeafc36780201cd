//! Windowing and triggering once more: slow, obvious, and without a line of what carries out pipelines.
//!
//! It knows nothing of timers and of state per key. There is one list of open windows; whatever happens, all of them
//! are looked at. The rules are those of `tests/conformance/SEMANTICS.md`, whose parts the comments name.

mod open_window;
mod trigger;
mod windows;

use super::{Driver, Element, Event, Outcome, Script};
use beamline::window::{Window, WindowingStrategy};
use open_window::OpenWindow;
use trigger::{Moment, Node};

/// Carries out scripts by the rules as they are written.
pub(crate) struct Model;

impl Driver for Model {
    fn name(&self) -> String {
        "model".to_owned()
    }

    fn run(&self, script: &Script) -> Result<Outcome, String> {
        let mut run = Run::new(script.strategy()?);
        for (step, event) in script.events.iter().enumerate() {
            run.step = step;
            run.event(event);
            run.move_output_watermark();
        }
        Ok(run.outcome)
    }
}

/// Everything that there is. Times are milliseconds.
struct Run {
    strategy: WindowingStrategy,
    watermark: i64,
    output_watermark: i64,
    clock: i64,
    open: Vec<OpenWindow>,
    /// Where the trigger has finished.
    closed: Vec<(String, Window)>,
    step: usize,
    outcome: Outcome,
}

impl Run {
    fn new(strategy: WindowingStrategy) -> Self {
        Self {
            strategy,
            watermark: windows::MIN,
            output_watermark: windows::MIN,
            clock: 0,
            open: Vec::new(),
            closed: Vec::new(),
            step: 0,
            outcome: Outcome::default(),
        }
    }

    /// Part 5.
    fn event(&mut self, event: &Event) {
        match event {
            Event::Elements(elements) => elements.iter().for_each(|element| self.element(element)),
            Event::Watermark(to) => self.move_watermark(to.millis()),
            Event::Clock(by) => self.move_clock(self.clock + by.as_millis() as i64),
        }
    }

    fn element(&mut self, element: &Element) {
        for window in windows::assign(self.strategy.window_fn(), element.time.millis()) {
            self.element_in(element, window);
        }
    }

    fn element_in(&mut self, element: &Element, window: Window) {
        if self.is_expired(window) {
            self.outcome.dropped_late += 1;
            return;
        }
        let window = if self.strategy.needs_merging() { self.merge_in(&element.key, window) } else { window };
        if self.closed.contains(&(element.key.clone(), window)) {
            self.outcome.dropped_closed += 1;
            return;
        }
        let mut open = self.take(&element.key, window);
        open.values.push(element.value);
        open.news += 1;
        self.hold(&mut open, element.time.millis());
        let wakes_at_end = open.trigger.element(&self.moment(window));
        open.wakes_at_end |= wakes_at_end;
        self.ask(open);
    }

    /// Takes a window from the list, or opens it.
    fn take(&mut self, key: &str, window: Window) -> OpenWindow {
        match self.open.iter().position(|open| open.key == key && open.window == window) {
            Some(i) => self.open.remove(i),
            None => OpenWindow::new(key, window, Node::new(self.strategy.trigger())),
        }
    }

    fn move_watermark(&mut self, to: i64) {
        self.watermark = to;
        for mut open in std::mem::take(&mut self.open) {
            if self.is_expired(open.window) {
                self.show(&mut open, true);
            } else if open.wakes_at_end && self.watermark > windows::last(open.window) {
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
    fn move_clock(&mut self, to: i64) {
        let before = std::mem::replace(&mut self.clock, to);
        for mut open in std::mem::take(&mut self.open) {
            let mut asked = before;
            while let Some(due) = open.trigger.next_deadline(asked).filter(|due| *due <= to) {
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
    fn keep(&mut self, open: OpenWindow) {
        if open.trigger.done {
            self.closed.push((open.key, open.window));
        } else {
            self.open.push(open);
        }
    }

    /// Part 3: says which window the element is in.
    ///
    /// Of sessions whose trigger has finished (disputed, part 11) only the very same window is closed, until others
    /// become it: the trigger of a window that others became is theirs.
    fn merge_in(&mut self, key: &str, new: Window) -> Window {
        let open: Vec<Window> = self.open.iter().filter(|open| open.key == key).map(|open| open.window).collect();
        if open.contains(&new) {
            return new;
        }
        let (group, to) = windows::session_of(new, &open);
        let mut sources = Vec::new();
        for window in group.into_iter().filter(|window| *window != new) {
            sources.push(self.take(key, window));
        }
        if !sources.is_empty() {
            self.closed.retain(|closed| *closed != (key.to_owned(), to));
            let merged = self.merge(sources, to);
            self.keep(merged);
        }
        to
    }

    fn moment(&self, window: Window) -> Moment {
        Moment {
            last: windows::last(window),
            watermark: self.watermark,
            clock: self.clock,
            is_session: self.strategy.needs_merging(),
        }
    }

    fn is_expired(&self, window: Window) -> bool {
        self.watermark > windows::expiry(window, &self.strategy)
    }

    /// Part 4.
    fn move_output_watermark(&mut self) {
        let holds = self.open.iter().flat_map(|open| [open.element_hold, open.expiry_hold]).flatten();
        let least = holds.min().map_or(self.watermark, |hold| hold.min(self.watermark));
        self.output_watermark = self.output_watermark.max(least);
    }
}
