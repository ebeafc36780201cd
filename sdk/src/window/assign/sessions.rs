//! Windows that follow activity.

use super::{WindowFn, check_length, length, time_for_windows, whole_millis, window};
use crate::window::{Window, WindowSet};
use crate::{BoxError, Timestamp};
use std::fmt;
use std::time::Duration;

/// Windows around activity: elements of a key that are less than a gap apart are in one session.
///
/// An element alone gets the window from its timestamp until a gap later, and a grouping makes one of those that
/// overlap (*The Dataflow Model*, section 2.2.2).
///
/// ```
/// use beamline_sdk::Timestamp;
/// use beamline_sdk::window::{Sessions, WindowFn, WindowSet, merge_overlapping};
/// use std::time::Duration;
///
/// let sessions = Sessions::new(Duration::from_millis(10));
/// let mut windows = WindowSet::new();
/// [0, 9, 25].map(|t| sessions.assign(Timestamp::from_millis(t), &mut windows));
/// let merges = merge_overlapping(&windows);
/// assert_eq!(merges.len(), 1);
/// assert_eq!(merges[0].to.end.millis(), 19);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sessions {
    gap: i64,
}

impl Sessions {
    /// Sessions that end when nothing has happened for `gap`, whole milliseconds.
    pub fn new(gap: Duration) -> Self {
        Self { gap: whole_millis(gap) }
    }

    /// The time without elements, in milliseconds, that ends a session.
    pub const fn gap_millis(&self) -> i64 {
        self.gap
    }

    /// The window of an element alone.
    #[inline]
    pub(crate) fn around(self, time: Timestamp) -> Window {
        let start = time_for_windows(time);
        window(start, start + self.gap)
    }
}

impl WindowFn for Sessions {
    fn assign(&self, time: Timestamp, windows: &mut WindowSet) {
        windows.push(self.around(time));
    }

    fn merges(&self) -> bool {
        true
    }

    fn check(&self) -> Result<(), BoxError> {
        check_length("gap", self.gap, 1)
    }
}

impl fmt::Display for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sessions with a gap of {}", length(self.gap))
    }
}
