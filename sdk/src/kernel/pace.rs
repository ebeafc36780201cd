//! How many elements may be pushed at once, so that a run can be stopped while its steps are slow.

use super::clock::Clock;
use crate::Timestamp;
use std::cell::Cell;
use std::sync::Arc;

/// A push that takes longer than this, in milliseconds, is too long for whoever waits for the run to stop.
const LONG: i64 = 100;

/// How many pushes are not timed after one that was short: asking the clock costs as much as a hundred cheap elements.
const UNTIMED: u32 = 15;

/// How many times as many elements are pushed after a push that was short: they are short enough, if they are like those.
const GROWTH: usize = 4;

/// As a number of pushes: none is timed.
const NEVER: u32 = u32::MAX;

/// The size of a push, learned from how long earlier ones took.
pub(super) struct Pace {
    most: Cell<usize>,
    untimed: Cell<u32>,
    clock: Arc<dyn Clock>,
}

impl Pace {
    /// Begins with single elements.
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { most: Cell::new(1), untimed: Cell::new(0), clock }
    }

    /// Any number of elements, whatever time that takes.
    pub(super) fn unlimited(clock: Arc<dyn Clock>) -> Self {
        Self { most: Cell::new(usize::MAX), untimed: Cell::new(NEVER), clock }
    }

    /// How many elements may be pushed now.
    #[inline]
    pub(super) fn most(&self) -> usize {
        self.most.get()
    }

    /// When a push of `elements` begins, if it should be timed: one of as many as may be is, as the next may be larger.
    #[inline]
    pub(super) fn start(&self, elements: usize) -> Option<Timestamp> {
        match self.untimed.get() {
            NEVER => None,
            0 => Some(self.clock.now()),
            _ if elements >= self.most.get() => Some(self.clock.now()),
            left => {
                self.untimed.set(left - 1);
                None
            }
        }
    }

    /// Learns how long a push of `elements` took that has just ended.
    #[cold]
    pub(super) fn learn(&self, elements: usize, start: Timestamp) {
        let (most, time) = (self.most.get(), self.clock.now().millis() - start.millis());
        if time > LONG {
            self.most.set((elements / 2).clamp(1, most));
        } else if time < LONG / GROWTH as i64 {
            if elements < most { self.untimed.set(UNTIMED) } else { self.most.set(most.saturating_mul(GROWTH)) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::clock::ManualClock;
    use std::time::Duration;

    /// A pace, and the clock by which it takes its time.
    fn pace() -> (Pace, Arc<ManualClock>) {
        let clock = Arc::new(ManualClock::default());
        (Pace::new(clock.clone()), clock)
    }

    /// Learns that a push of `elements` took so many milliseconds.
    fn learn((pace, clock): &(Pace, Arc<ManualClock>), elements: usize, millis: u64) {
        let start = clock.now();
        clock.advance(Duration::from_millis(millis));
        pace.learn(elements, start);
    }

    #[test]
    fn grows_while_pushes_are_short_and_shrinks_when_they_are_long() {
        let timed = pace();
        for elements in [1, 4, 16] {
            assert_eq!(timed.0.most(), elements);
            learn(&timed, elements, 24);
        }
        learn(&timed, 3, 0);
        assert_eq!(timed.0.most(), 64, "a push of few elements says nothing about many");
        learn(&timed, 64, 25);
        assert_eq!(timed.0.most(), 64);
        learn(&timed, 20, 1_000);
        assert_eq!(timed.0.most(), 10);
        learn(&timed, 1, 1_000);
        assert_eq!(timed.0.most(), 1);
    }

    #[test]
    fn a_clock_that_is_set_back_teaches_nothing_wrong() {
        let (pace, clock) = pace();
        pace.learn(1, clock.now() + Duration::from_secs(100));
        assert_eq!(pace.most(), GROWTH);
    }

    #[test]
    fn short_pushes_are_timed_now_and_then() {
        let timed = pace();
        learn(&timed, 1, 0);
        assert!(timed.0.start(1).is_some(), "nothing is known of it yet");
        learn(&timed, 1, 0);
        assert_eq!((0..UNTIMED).filter_map(|_| timed.0.start(1)).count(), 0);
        assert!(timed.0.start(1).is_some());
        learn(&timed, 1, 1_000);
        assert!(timed.0.start(1).is_some());
    }

    #[test]
    fn pushes_that_fill_the_limit_are_timed() {
        let timed = pace();
        learn(&timed, 1, 0);
        learn(&timed, 1, 0);
        assert!(timed.0.start(3).is_none() && timed.0.start(4).is_some());
        learn(&timed, 4, 0);
        assert!(timed.0.start(15).is_none() && timed.0.start(16).is_some());
        assert!(Pace::unlimited(timed.1).start(usize::MAX).is_none());
    }
}
