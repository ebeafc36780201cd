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
//!
//! # Retractions
//!
//! A window that shows several results makes trouble downstream when results are put together with others: a total of
//! scores counts a player twice whose score was shown twice. With [`Accumulation::Retracting`] a result that is replaced
//! is first *taken back* (*The Dataflow Model*, section 2.3): the old value comes again, with the old timestamp and window
//! and a [pane](Pane) that is [marked](Mark::Retracts), and then the new value. Panes are those of accumulating windows
//! otherwise, so that an on-time result without news takes back and shows the same; see [`OnTimeBehavior`]. A session
//! into which others have merged takes back what those have shown, together with its first result or, if that comes
//! later, before the other session would end.
//!
//! The best score of each player, and the total of a team:
//!
//! ```
//! use beamline_sdk::Timestamp;
//! use beamline_sdk::combine::{Max, Sum};
//! use beamline_sdk::window::reduce::{Arrival, Combined, KeyState, Now, Recorded, Reducer};
//! use beamline_sdk::window::{Accumulation, Trigger, Window, Windowing, WindowingStrategy};
//! use std::collections::HashMap;
//!
//! let always = Windowing::global().trigger(Trigger::repeatedly(Trigger::after_count(1)), Accumulation::Retracting);
//! let scores = always.apply_to(&WindowingStrategy::default())?;
//! let bests = scores.after_grouping();
//! assert!(bests.may_retract());
//!
//! let (best, total) = (Reducer::new(&scores, Combined(Max)), Reducer::new(&bests, Combined(Sum)));
//! let (mut players, mut team) = (HashMap::<&str, KeyState<_>>::new(), KeyState::default());
//! let (time, now) = (Timestamp::from_millis(0), Now::START);
//! let mut totals = Recorded::default();
//!
//! for (player, score) in [("ann", 3), ("bob", 4), ("ann", 7), ("bob", 2)] {
//!     let mut effects = Recorded::default();
//!     best.element(players.entry(player).or_default(), &now, time, &[Window::GLOBAL], score, &mut effects);
//!     for result in effects.results {
//!         let arrival = Arrival { time: result.timestamp, windows: &[result.window], mark: result.pane.mark };
//!         total.arrival(&mut team, &now, arrival, result.contents, &mut totals);
//!     }
//! }
//! let shown = totals.results.iter().map(|result| (result.pane.is_retraction(), result.contents));
//! assert_eq!(
//!     shown.collect::<Vec<_>>(),
//!     [(false, 3), (true, 3), (false, 7), (true, 7), (false, 11), (true, 11), (false, 11)],
//! );
//! # Ok::<(), beamline_sdk::Error>(())
//! ```
//!
//! What it means for an element to be taken back, step by step:
//!
//! - **Functions of an element** (`map`, `filter`, `flat_map`, `par_do`) are applied to it like to any other, and what they
//!   make of it is taken back. They must make the same of the same element: a function of a clock, of chance, or of a side
//!   input that changes would take back what it never made.
//! - **Groupings** take one equal value out. Values are equal if their encodings are, so groups of a type without *one*
//!   encoding, such as `HashMap`, do not work; use `BTreeMap`. Combiners subtract where they can, others keep
//!   all values and combine what is left (see [`CombineFn::can_subtract`](crate::combine::CombineFn::can_subtract)).
//!   Where data takes several ways a retraction may overtake its element, which is gone then when it comes. One whose
//!   element never comes is [told](reduce::DroppedBecause::Unmatched) when the window ends.
//! - **What a grouping shows** then is replaced as its own accumulation mode says, which is inherited: retracting again, or
//!   accumulating, which shows the new result only. Discarding windows have forgotten what they would have to correct:
//!   [refused](WindowingStrategy::check_grouping), unless windows show one result only.
//! - **A window from which everything is taken back** is as if it had never had an element: it takes back what it has
//!   shown. An accumulating one shows that there is nothing now, if its combiner has an answer to that.
//! - **Triggers** do not count an element that is taken back if another one comes in its place, so that both show in one
//!   result. If none comes, because a filter has dropped it, the retraction counts as an element.
//! - **Joins** are groupings and functions, so pairs are taken back.
//! - **Windows** are assigned by the old timestamp: the same. Sessions that were one because of an element stay one when
//!   it is taken back.
//! - **Lateness** is judged by the window, as always: what comes after the end of a window can correct nothing there.
//!
//! [`WindowingStrategy::may_retract`] says which collections are affected. Others pay nothing.

mod assign;
mod pane;
pub mod reduce;
mod series;
mod strategy;
pub mod trigger;
mod window_set;
mod windowing;
#[cfg(test)]
mod windowing_tests;

pub use assign::{
    AnyWindowFn, FixedWindows, GlobalWindows, Merge, Sessions, SlidingWindows, WindowFn, merge_overlapping,
};
pub use pane::{Mark, Pane, Timing};
pub use strategy::WindowingStrategy;
pub use trigger::Trigger;
pub use window_set::WindowSet;
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
    #[inline]
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
    #[inline]
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

/// A set of the global window alone.
pub fn global_window() -> WindowSet {
    Window::GLOBAL.into()
}
