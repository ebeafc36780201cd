//! Windows and panes: what an element carries beside its value and its timestamp.

mod pane;

pub use pane::{Pane, Timing};

use crate::Timestamp;
use serde::{Deserialize, Serialize};
use smallvec::{SmallVec, smallvec};

/// A span of event time, from `start` up to but without `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Window {
    /// The first instant of the window.
    pub start: Timestamp,
    /// The first instant after the window.
    pub end: Timestamp,
}

impl Window {
    /// The window of all time; every element is in it until a pipeline says otherwise.
    pub const GLOBAL: Self = Self { start: Timestamp::MIN, end: Timestamp::MAX };

    /// The timestamp of a result that stands for the whole window: its last instant.
    pub fn max_timestamp(self) -> Timestamp {
        if self == Self::GLOBAL {
            Timestamp::END_OF_GLOBAL_WINDOW
        } else {
            Timestamp::from_millis(self.end.millis() - 1)
        }
    }
}

/// The windows of one element, most often exactly one.
pub type WindowSet = SmallVec<[Window; 1]>;

/// A set of the global window alone.
pub fn global_window() -> WindowSet {
    smallvec![Window::GLOBAL]
}
