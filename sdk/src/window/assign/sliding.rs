//! Windows that overlap.

use super::{WindowFn, check_length, floor, length, time_for_windows, whole_millis, window};
use crate::window::series::Series;
use crate::window::{Window, WindowSet};
use crate::{BoxError, Timestamp};
use std::fmt;
use std::ops::Range;
use std::time::Duration;

/// Windows of one length that begin at regular times, so that an element is in several of them (Beam's sliding, or
/// hopping, windows).
///
/// With a period longer than the size there are gaps between windows, and elements in a gap are in no result.
///
/// ```
/// use beamline_sdk::Timestamp;
/// use beamline_sdk::window::{SlidingWindows, WindowFn, WindowSet};
/// use std::time::Duration;
///
/// // Every second, the last three.
/// let sliding = SlidingWindows::new(Duration::from_secs(3), Duration::from_secs(1));
/// let mut windows = WindowSet::new();
/// sliding.assign(Timestamp::from_millis(500), &mut windows);
/// let starts: Vec<i64> = windows.iter().map(|w| w.start.millis()).collect();
/// assert_eq!(starts, [-2000, -1000, 0]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SlidingWindows {
    size: i64,
    period: i64,
    offset: i64,
}

impl SlidingWindows {
    /// Windows of `size` that begin every `period`, both whole milliseconds.
    pub fn new(size: Duration, period: Duration) -> Self {
        Self { size: whole_millis(size), period: whole_millis(period), offset: 0 }
    }

    /// Moves the beginnings of all windows.
    #[must_use]
    pub fn offset(mut self, offset: Duration) -> Self {
        self.offset = whole_millis(offset);
        if self.period > 0 && self.offset > 0 {
            self.offset %= self.period;
        }
        self
    }

    /// The length of a window in milliseconds.
    pub const fn size_millis(&self) -> i64 {
        self.size
    }

    /// The milliseconds between the beginnings of two windows.
    pub const fn period_millis(&self) -> i64 {
        self.period
    }

    /// By how many milliseconds the windows are moved, less than [`period_millis`](Self::period_millis).
    pub const fn offset_millis(&self) -> i64 {
        self.offset
    }
}

impl SlidingWindows {
    /// The times around `time`, in milliseconds, whose windows are the same: between the beginnings and ends of windows.
    pub(crate) fn same_windows(&self, time: Timestamp, windows: &WindowSet) -> Range<i64> {
        let millis = time.millis();
        // Those that are cut at an end of time are the first or the last ones.
        let are_whole = windows.first().into_iter().chain(windows.last()).all(|window| self.is_whole(window));
        let Some(first) = windows.first().filter(|_| are_whole) else { return millis..millis + 1 };
        let (begun, ends) = (floor(millis, self.period, self.offset), first.end.millis());
        begun.max(ends - self.period)..ends.min(begun + self.period)
    }

    fn is_whole(&self, window: &Window) -> bool {
        window.end.millis() - window.start.millis() == self.size
    }
}

impl WindowFn for SlidingWindows {
    fn assign(&self, time: Timestamp, windows: &mut WindowSet) {
        let time = time_for_windows(time);
        // The first one that has not ended.
        let first = floor(time - self.size, self.period, self.offset) + self.period;
        let count = (time - first).div_euclid(self.period) + 1;
        let [earliest, latest] =
            [first, first + (count - 1) * self.period].map(|start| window(start, start + self.size));
        if count > 1 && self.is_whole(&earliest) && self.is_whole(&latest) {
            return windows.push_series(Series::new(earliest, self.period, count as usize));
        }
        let starts = (first..=time).step_by(self.period as usize);
        windows.extend(starts.map(|start| window(start, start + self.size)));
    }

    fn check(&self) -> Result<(), BoxError> {
        check_length("size", self.size, 1)?;
        check_length("period", self.period, 1)?;
        check_length("offset", self.offset, 0)
    }
}

impl fmt::Display for SlidingWindows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sliding windows of {} every {}", length(self.size), length(self.period))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn windows_are_the_same_between_borders(
            size in 1i64..20, period in 1i64..20, offset in 0i64..20, time in -50i64..50,
        ) {
            let sliding = SlidingWindows { size, period, offset: offset % period };
            let windows = |millis| {
                let mut windows = WindowSet::new();
                sliding.assign(Timestamp::from_millis(millis), &mut windows);
                windows
            };
            let mine = windows(time);
            let same = sliding.same_windows(Timestamp::from_millis(time), &mine);
            prop_assert!(same.contains(&time));
            prop_assert!(same.clone().all(|millis| windows(millis) == mine));
            if !mine.is_empty() {
                prop_assert!(windows(same.start - 1) != mine && windows(same.end) != mine);
            }
        }
    }
}
