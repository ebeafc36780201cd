//! Windows side by side.

use super::{WindowFn, check_length, floor, length, time_for_windows, whole_millis, window};
use crate::window::{Window, WindowSet};
use crate::{BoxError, Timestamp};
use std::fmt;
use std::time::Duration;

/// Divides time into windows of one length, each beginning where the last one ended (Beam's fixed, or tumbling,
/// windows).
///
/// They begin at multiples of their size since 1970-01-01T00:00:00Z, moved by an offset. At the ends of time they are
/// cut short.
///
/// ```
/// use beamline_sdk::Timestamp;
/// use beamline_sdk::window::{FixedWindows, WindowFn, WindowSet};
/// use std::time::Duration;
///
/// let hours = FixedWindows::new(Duration::from_secs(3600)).offset(Duration::from_secs(900));
/// let mut windows = WindowSet::new();
/// hours.assign(Timestamp::from_millis(0), &mut windows);
/// assert_eq!(windows[0].start.millis(), -2_700_000);
/// assert_eq!(windows[0].end.millis(), 900_000);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FixedWindows {
    size: i64,
    offset: i64,
}

impl FixedWindows {
    /// Windows of `size`, whole milliseconds.
    pub fn new(size: Duration) -> Self {
        Self { size: whole_millis(size), offset: 0 }
    }

    /// Moves the beginnings of all windows.
    #[must_use]
    pub fn offset(mut self, offset: Duration) -> Self {
        self.offset = whole_millis(offset);
        if self.size > 0 && self.offset > 0 {
            self.offset %= self.size;
        }
        self
    }

    /// The length of a window in milliseconds.
    pub const fn size_millis(&self) -> i64 {
        self.size
    }

    /// By how many milliseconds the windows are moved, less than [`size_millis`](Self::size_millis).
    pub const fn offset_millis(&self) -> i64 {
        self.offset
    }

    /// Where the window of an element begins, in milliseconds; at the beginning of time, before that.
    #[inline]
    pub(crate) fn start(&self, time: Timestamp) -> i64 {
        floor(time_for_windows(time), self.size, self.offset)
    }

    /// The window that begins at such a [`start`](Self::start).
    #[inline]
    pub(crate) fn beginning(&self, start: i64) -> Window {
        window(start, start + self.size)
    }
}

impl WindowFn for FixedWindows {
    #[inline]
    fn assign(&self, time: Timestamp, windows: &mut WindowSet) {
        windows.push(self.beginning(self.start(time)));
    }

    fn check(&self) -> Result<(), BoxError> {
        check_length("size", self.size, 1)?;
        check_length("offset", self.offset, 0)
    }
}

impl fmt::Display for FixedWindows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "fixed windows of {}", length(self.size))
    }
}
