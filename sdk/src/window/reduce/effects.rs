//! What a grouping asks of its caller.

use crate::Timestamp;
use crate::window::{Mark, Pane, Window};
use serde::{Deserialize, Serialize};

/// Takes what happens outside of a key's state.
pub trait Effects<V, O> {
    /// A window shows a result.
    fn result(&mut self, result: WindowResult<O>);

    /// An element is in no result of a window.
    fn dropped(&mut self, dropped: Dropped<V>);

    /// The instant at which a window holds the output watermark has changed; `None` stands for no hold.
    fn hold(&mut self, from: Option<Timestamp>, to: Option<Timestamp>);

    /// A timer shall be set.
    fn wake(&mut self, wake: Wake);
}

/// A result of a window of a key: a pane and what is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowResult<O> {
    /// The window.
    pub window: Window,
    /// The timestamp of the result, at or after the output watermark unless it is late itself.
    pub timestamp: Timestamp,
    /// Which of the window's results it is.
    pub pane: Pane,
    /// What it shows.
    pub contents: O,
}

/// An element that a window did not take. An element in several windows may be dropped from some of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dropped<V> {
    /// Why.
    pub because: DroppedBecause,
    /// The window.
    pub window: Window,
    /// The timestamp of the element.
    pub timestamp: Timestamp,
    /// What its pane was [marked](Pane::mark) with.
    pub mark: Mark,
    /// The element.
    pub value: V,
}

/// Why a window did not take an element (Beam's counters `droppedDueToLateness` and `droppedDueToClosedWindow`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DroppedBecause {
    /// The watermark was past the end of the window by more than the allowed lateness.
    Late,
    /// The trigger of the window had finished.
    Closed,
    /// The element was taken back, and had never come when its window ended. Results may be wrong then, and somebody
    /// should know: a function upstream does not make the same of the same element, or makes what has no one encoding,
    /// such as a `HashMap`.
    Unmatched,
}

/// What a timer waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum TimeDomain {
    /// The watermark of the input.
    EventTime,
    /// The clock.
    ProcessingTime,
}

/// A timer of a window, due when its time is reached: when the watermark or the clock is at or after `at`.
///
/// Ordered by time domain and time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Wake {
    /// What it waits for.
    pub domain: TimeDomain,
    /// When it is due.
    pub at: Timestamp,
    /// The window to be woken.
    pub window: Window,
}

impl Wake {
    /// When the watermark is behind an instant.
    pub(super) fn behind(window: Window, last: Timestamp) -> Self {
        Self { domain: TimeDomain::EventTime, at: Timestamp::from_millis(last.millis() + 1), window }
    }

    pub(super) fn at_end(window: Window) -> Self {
        Self::behind(window, window.max_timestamp())
    }

    pub(super) fn on_clock(window: Window, at: Timestamp) -> Self {
        Self { domain: TimeDomain::ProcessingTime, at, window }
    }
}

/// Effects in lists, for tests and for drivers that look at them after each call.
#[derive(Clone, Debug)]
pub struct Recorded<V, O> {
    /// What windows have shown.
    pub results: Vec<WindowResult<O>>,
    /// What was dropped.
    pub dropped: Vec<Dropped<V>>,
    /// Holds that moved, from and to.
    pub holds: Vec<(Option<Timestamp>, Option<Timestamp>)>,
    /// Timers to be set.
    pub wakes: Vec<Wake>,
}

impl<V, O> Default for Recorded<V, O> {
    fn default() -> Self {
        Self { results: Vec::new(), dropped: Vec::new(), holds: Vec::new(), wakes: Vec::new() }
    }
}

impl<V, O> Effects<V, O> for Recorded<V, O> {
    fn result(&mut self, result: WindowResult<O>) {
        self.results.push(result);
    }

    fn dropped(&mut self, dropped: Dropped<V>) {
        self.dropped.push(dropped);
    }

    fn hold(&mut self, from: Option<Timestamp>, to: Option<Timestamp>) {
        self.holds.push((from, to));
    }

    fn wake(&mut self, wake: Wake) {
        self.wakes.push(wake);
    }
}
