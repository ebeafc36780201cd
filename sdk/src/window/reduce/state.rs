//! What a key has open.

use super::aside::Aside;
use super::window_map::WindowMap;
use crate::Timestamp;
use crate::window::Window;
use crate::window::trigger::TriggerState;
use serde::{Deserialize, Serialize};

/// All that one key of a grouping has to remember: plain data, to be saved and loaded with any serde format.
///
/// A key with one open window keeps it in place.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct KeyState<S> {
    pub(super) open: WindowMap<OpenWindow<S>>,
    pub(super) aside: Aside<S>,
}

impl<S> Default for KeyState<S> {
    fn default() -> Self {
        Self { open: WindowMap::default(), aside: Aside::default() }
    }
}

impl<S> KeyState<S> {
    /// Whether there is nothing to remember.
    pub fn is_empty(&self) -> bool {
        self.open.is_empty() && self.aside.is_empty()
    }

    /// The windows whose results are to come: those that have shown nothing at their end, or have got something since.
    pub(crate) fn expectant_windows(&self) -> impl Iterator<Item = Window> {
        let is_expectant = |window: &OpenWindow<S>| window.has_news || window.on_time_panes == 0;
        self.open.iter().filter(move |(_, state)| is_expectant(state)).map(|(window, _)| *window)
    }

    /// The number of windows that have contents or a trigger at work.
    pub fn open_windows(&self) -> usize {
        self.open.len()
    }
}

/// A window of a key.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct OpenWindow<S> {
    pub(super) contents: S,
    pub(super) trigger: TriggerState,
    /// Where elements since the last pane hold the output watermark.
    pub(super) element_hold: Option<Timestamp>,
    /// Whether the output watermark must not pass the window's expiry.
    pub(super) holds_expiry: bool,
    /// Whether an element has come since the last pane.
    pub(super) has_news: bool,
    /// Whether the trigger is to be asked when the watermark passes the end.
    pub(super) wakes_at_end: bool,
    /// The earliest timer in event time that was asked for and has not come; the end of time if there is none.
    ///
    /// A session that grows keeps the timers of the windows that it was.
    pub(super) timer: Timestamp,
    /// Deadlines on the clock have been asked for up to this instant.
    pub(super) asked: Timestamp,
    /// Panes so far.
    pub(super) panes: u32,
    /// Panes so far that were not early.
    pub(super) on_time_panes: u32,
}

impl<S> OpenWindow<S> {
    pub(super) fn new(contents: S, trigger: TriggerState) -> Self {
        Self {
            contents,
            trigger,
            element_hold: None,
            holds_expiry: false,
            has_news: false,
            wakes_at_end: false,
            timer: Timestamp::MAX,
            asked: Timestamp::MIN,
            panes: 0,
            on_time_panes: 0,
        }
    }

    /// The same with other contents.
    pub(super) fn containing<T>(self, contents: T) -> OpenWindow<T> {
        OpenWindow {
            contents,
            trigger: self.trigger,
            element_hold: self.element_hold,
            holds_expiry: self.holds_expiry,
            has_news: self.has_news,
            wakes_at_end: self.wakes_at_end,
            timer: self.timer,
            asked: self.asked,
            panes: self.panes,
            on_time_panes: self.on_time_panes,
        }
    }
}
