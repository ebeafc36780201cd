//! Windows, triggers and panes: how elements are grouped in event time, and when results come out.
//!
//! A [`Windowing`] says how a collection is divided: a [window function](WindowFn) puts each element into windows, a
//! [`Trigger`] says when a window shows a result, and the rest says how long late elements are waited for, what a
//! result's timestamp is and what a second result of the same window contains. It becomes the [`WindowingStrategy`] of
//! a collection, which groupings carry out.
//!
//! [`reduce`] is that carrying out for one key, without threads or channels: runners drive it.
//!
//! Rules and names are those of the Beam model (*The Dataflow Model*, Akidau et al., VLDB 2015; Beam programming guide,
//! *Windowing* and *Triggers*).

mod assign;
mod pane;
pub mod reduce;
mod strategy;
pub mod trigger;
mod windowing;
#[cfg(test)]
mod windowing_tests;

pub use assign::{
    AnyWindowFn, FixedWindows, GlobalWindows, Merge, Sessions, SlidingWindows, WindowFn, merge_overlapping,
};
pub use pane::{Pane, Timing};
pub use strategy::WindowingStrategy;
pub use trigger::Trigger;
pub use windowing::{Accumulation, ClosingBehavior, OnTimeBehavior, TimestampCombiner, Windowing};

/// Windows of the calendar, and what they are described with.
#[cfg(feature = "calendar")]
pub mod calendar {
    pub use super::assign::calendar::CalendarWindows;
    pub use chrono::{NaiveDate, Weekday};
    pub use chrono_tz::Tz;
}

use crate::Timestamp;
use serde::{Deserialize, Serialize};
use smallvec::{SmallVec, smallvec};
use std::fmt;
use std::time::Duration;

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
    ///
    /// No window reaches beyond [`Timestamp::END_OF_GLOBAL_WINDOW`], so that a watermark of [`Timestamp::MAX`] is
    /// past them all.
    pub const fn max_timestamp(self) -> Timestamp {
        let last = self.end.millis() - 1;
        if last > Timestamp::END_OF_GLOBAL_WINDOW.millis() {
            Timestamp::END_OF_GLOBAL_WINDOW
        } else {
            Timestamp::from_millis(last)
        }
    }

    /// The last instant at which the window still takes elements: its own last instant plus `allowed_lateness`, but
    /// never later than the global window's. A watermark behind it ends the window for good.
    pub fn expiry(self, allowed_lateness: Duration) -> Timestamp {
        (self.max_timestamp() + allowed_lateness).min(Timestamp::END_OF_GLOBAL_WINDOW)
    }

    /// Whether an instant is in the window.
    pub fn contains(self, time: Timestamp) -> bool {
        self.start <= time && time.min(Timestamp::END_OF_GLOBAL_WINDOW) <= self.max_timestamp()
    }

    /// Whether two windows share an instant; windows that only touch do not.
    pub fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// The smallest window around both.
    #[must_use]
    pub fn span(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::GLOBAL {
            f.write_str("the global window")
        } else {
            write!(f, "[{:?}, {:?})", self.start, self.end)
        }
    }
}

/// The windows of one element, most often exactly one.
pub type WindowSet = SmallVec<[Window; 1]>;

/// A set of the global window alone.
pub fn global_window() -> WindowSet {
    smallvec![Window::GLOBAL]
}
