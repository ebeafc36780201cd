//! How many elements may be pushed at once, so that a run can be stopped while its steps are slow.

use std::cell::Cell;
use std::time::{Duration, Instant};

/// A push that takes longer than this is too long for whoever waits for the run to stop.
const LONG: Duration = Duration::from_millis(100);

/// How many pushes are not timed after one that was short: asking the clock costs as much as a hundred cheap elements.
const UNTIMED: u32 = 15;

/// As a number of pushes: none is timed.
const NEVER: u32 = u32::MAX;

/// The size of a push, learned from how long earlier ones took.
pub(super) struct Pace {
    most: Cell<usize>,
    untimed: Cell<u32>,
}

impl Pace {
    /// Begins with single elements.
    pub(super) fn new() -> Self {
        Self { most: Cell::new(1), untimed: Cell::new(0) }
    }

    /// Any number of elements, whatever time that takes.
    pub(super) fn unlimited() -> Self {
        Self { most: Cell::new(usize::MAX), untimed: Cell::new(NEVER) }
    }

    /// How many elements may be pushed now.
    #[inline]
    pub(super) fn most(&self) -> usize {
        self.most.get()
    }

    /// When a push of `elements` begins, if it should be timed: one of as many as may be is, as the next may be larger.
    #[inline]
    pub(super) fn start(&self, elements: usize) -> Option<Instant> {
        match self.untimed.get() {
            NEVER => None,
            0 => Some(Instant::now()),
            _ if elements >= self.most.get() => Some(Instant::now()),
            left => {
                self.untimed.set(left - 1);
                None
            }
        }
    }

    /// Learns that a push of `elements` took `time`.
    #[cold]
    pub(super) fn learn(&self, elements: usize, time: Duration) {
        let most = self.most.get();
        if time > LONG {
            self.most.set((elements / 2).clamp(1, most));
        } else if time < LONG / 4 {
            if elements < most { self.untimed.set(UNTIMED) } else { self.most.set(most.saturating_mul(2)) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grows_while_pushes_are_short_and_shrinks_when_they_are_long() {
        let pace = Pace::new();
        for elements in [1, 2, 4, 8, 16] {
            assert_eq!(pace.most(), elements);
            pace.learn(elements, Duration::from_millis(1));
        }
        pace.learn(3, Duration::ZERO);
        assert_eq!(pace.most(), 32, "a push of few elements says nothing about many");
        pace.learn(32, Duration::from_millis(30));
        assert_eq!(pace.most(), 32);
        pace.learn(20, Duration::from_secs(1));
        assert_eq!(pace.most(), 10);
        pace.learn(1, Duration::from_secs(1));
        assert_eq!(pace.most(), 1);
    }

    #[test]
    fn short_pushes_are_timed_now_and_then() {
        let pace = Pace::new();
        pace.learn(1, Duration::ZERO);
        assert!(pace.start(1).is_some(), "nothing is known of it yet");
        pace.learn(1, Duration::ZERO);
        assert_eq!((0..UNTIMED).filter_map(|_| pace.start(1)).count(), 0);
        assert!(pace.start(1).is_some());
        pace.learn(1, Duration::from_secs(1));
        assert!(pace.start(1).is_some());
    }

    #[test]
    fn pushes_that_fill_the_limit_are_timed() {
        let pace = Pace::new();
        pace.learn(1, Duration::ZERO);
        pace.learn(1, Duration::ZERO);
        assert!(pace.start(1).is_none() && pace.start(2).is_some());
        pace.learn(2, Duration::ZERO);
        assert!(pace.start(3).is_none() && pace.start(4).is_some());
        assert!(Pace::unlimited().start(usize::MAX).is_none());
    }
}
