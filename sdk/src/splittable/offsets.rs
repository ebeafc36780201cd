//! Ranges of offsets.

use super::RestrictionTracker;
use crate::BoxError;
use serde::{Deserialize, Serialize};

/// Offsets from `start` to before `end`, such as those of bytes, lines or messages.
///
/// ```
/// use beamline_sdk::OffsetRange;
///
/// let halves = OffsetRange::new(0, 10).divide(2);
/// assert_eq!(halves, [OffsetRange::new(0, 5), OffsetRange::new(5, 10)]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct OffsetRange {
    /// The first offset.
    pub start: u64,
    /// Behind the last offset.
    pub end: u64,
}

impl OffsetRange {
    /// The offsets from `start` to before `end`; none if that is not behind it.
    pub fn new(start: u64, end: u64) -> Self {
        Self { start, end: end.max(start) }
    }

    /// All offsets from `start` on, without an end.
    pub fn from(start: u64) -> Self {
        Self { start, end: u64::MAX }
    }

    /// In so many parts of about the same size; fewer if there are not that many offsets.
    pub fn divide(self, parts: u64) -> Vec<Self> {
        let count = self.end - self.start;
        let parts = parts.clamp(1, count.max(1));
        let bound = |part: u64| self.start + (u128::from(count) * u128::from(part) / u128::from(parts)) as u64;
        (0..parts).map(|part| Self { start: bound(part), end: bound(part + 1) }).collect()
    }
}

/// Tracks an [`OffsetRange`].
#[derive(Clone, Debug)]
pub struct OffsetTracker {
    range: OffsetRange,
    /// Behind the last offset that was asked for.
    next: u64,
}

impl OffsetTracker {
    /// Nothing has been claimed yet.
    pub fn new(range: OffsetRange) -> Self {
        Self { range, next: range.start }
    }
}

impl RestrictionTracker for OffsetTracker {
    type Restriction = OffsetRange;
    type Position = u64;

    /// # Panics
    /// If the offset is before the range or one that has been asked for.
    fn try_claim(&mut self, position: &u64) -> bool {
        assert!(*position >= self.next, "offset {position} is claimed after {}, in {:?}", self.next, self.range);
        self.next = position.saturating_add(1);
        *position < self.range.end
    }

    fn restriction(&self) -> OffsetRange {
        self.range
    }

    fn try_split(&mut self, fraction: f64) -> Option<OffsetRange> {
        let left = self.range.end.checked_sub(self.next)?;
        let kept = match fraction {
            ..=0.0 => 0,
            // Without an end there is no half of what is left.
            _ if self.range.end == u64::MAX => left,
            // Whoever works on it keeps something, or the last offset would be passed around.
            _ => ((left as f64 * fraction) as u64).clamp(1.min(left), left),
        };
        let at = self.next + kept;
        let rest = OffsetRange { start: at, end: self.range.end };
        (at < self.range.end).then(|| {
            self.range.end = at;
            rest
        })
    }

    fn check_done(&self) -> Result<(), BoxError> {
        if self.next >= self.range.end {
            return Ok(());
        }
        Err(format!("the offsets from {} to {} were not claimed", self.next, self.range.end).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_range_may_be_empty_or_without_end() {
        assert_eq!(OffsetRange::new(3, 3).divide(4), [OffsetRange::new(3, 3)]);
        assert!(OffsetTracker::new(OffsetRange::new(3, 3)).check_done().is_ok());
        let mut endless = OffsetTracker::new(OffsetRange::from(7));
        assert!(endless.try_claim(&7) && endless.check_done().is_err());
        assert_eq!(endless.try_split(0.5), None);
        assert_eq!(endless.try_split(0.0), Some(OffsetRange::from(8)));
        assert!(endless.check_done().is_ok());
    }

    proptest! {
        #[test]
        fn parts_are_the_whole(start in 0u64..100, count in 0u64..100, parts in 0u64..20) {
            let divided = OffsetRange::new(start, start + count).divide(parts);
            prop_assert!(divided.windows(2).all(|pair| pair[0].end == pair[1].start));
            prop_assert_eq!((divided[0].start, divided[divided.len() - 1].end), (start, start + count));
        }

        #[test]
        fn what_is_split_off_is_what_is_not_claimed(claims in 0u64..50, fractions in prop::collection::vec(0.0f64..1.0, 1..5)) {
            let mut tracker = OffsetTracker::new(OffsetRange::new(0, 50));
            (0..claims).for_each(|offset| assert!(tracker.try_claim(&offset)));
            let mut end = 50;
            for fraction in fractions {
                if let Some(rest) = tracker.try_split(fraction) {
                    prop_assert_eq!(rest.end, end);
                    prop_assert!((rest.start > claims || fraction == 0.0) && rest.start < rest.end);
                    end = rest.start;
                }
            }
            prop_assert_eq!(tracker.restriction(), OffsetRange::new(0, end));
            let last = (claims..50).find(|offset| !tracker.try_claim(offset));
            prop_assert_eq!(last, (end < 50).then_some(end));
        }
    }
}
