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

thread_local! {
    /// The number of the push that is being timed, if there is one: the innermost.
    static TIMED: Cell<u64> = const { Cell::new(NONE) };
    /// The number of the last push that was timed.
    static LAST: Cell<u64> = const { Cell::new(NONE) };
    /// That of the last one that was not short.
    static LAST_SLOW: Cell<u64> = const { Cell::new(NONE) };
}

/// No push: the first one has a greater number.
const NONE: u64 = 0;

/// The size of a push, learned from how long earlier ones took.
pub(super) struct Pace {
    most: Cell<usize>,
    untimed: Cell<u32>,
    /// The last push that went by another one's time.
    within: Cell<Within>,
    clock: Arc<dyn Clock>,
}

/// A push of so many elements within one that was timed. It took no longer than that, so its own time need not be asked for.
#[derive(Clone, Copy)]
struct Within {
    timed: u64,
    elements: usize,
}

impl Within {
    const NOTHING: Self = Self { timed: NONE, elements: 0 };
}

impl Pace {
    /// Begins with single elements.
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { most: Cell::new(1), untimed: Cell::new(0), within: Cell::new(Within::NOTHING), clock }
    }

    /// Any number of elements, whatever time that takes.
    pub(super) fn unlimited(clock: Arc<dyn Clock>) -> Self {
        let most = Cell::new(usize::MAX);
        Self { most, untimed: Cell::new(NEVER), within: Cell::new(Within::NOTHING), clock }
    }

    /// How many elements may be pushed now.
    #[inline]
    pub(super) fn most(&self) -> usize {
        if self.within.get().timed != NONE {
            self.learn_from_around();
        }
        self.most.get()
    }

    /// Learns from the push around an earlier one, if that has come to its end.
    fn learn_from_around(&self) {
        let Within { timed, elements } = self.within.get();
        if timed != TIMED.get() {
            self.within.set(Within::NOTHING);
            if timed > LAST_SLOW.get() {
                self.grow(elements);
            }
        }
    }

    /// Begins to time a push of `elements`, if it should be timed: one of as many as may be is, as the next may be larger.
    #[inline]
    pub(super) fn start(&self, elements: usize) -> Option<Timing> {
        match self.untimed.get() {
            NEVER => None,
            left if left > 0 && elements < self.most.get() => {
                self.untimed.set(left - 1);
                None
            }
            _ => self.start_timed(elements),
        }
    }

    /// The first push within one that is being timed goes by that.
    fn start_timed(&self, elements: usize) -> Option<Timing> {
        let timed = TIMED.get();
        if timed == NONE || self.within.get().timed == timed {
            return Some(Timing::new(self.clock.now()));
        }
        self.within.set(Within { timed, elements });
        None
    }

    /// Learns how long a push of `elements` took that has just ended.
    #[cold]
    pub(super) fn learn(&self, elements: usize, mut timing: Timing) {
        let (most, time) = (self.most.get(), self.clock.now().millis() - timing.start.millis());
        if time > LONG {
            self.most.set((elements / 2).clamp(1, most));
        } else if time < LONG / GROWTH as i64 {
            timing.is_short = true;
            self.grow(elements);
        }
    }

    /// A push of `elements` was short.
    fn grow(&self, elements: usize) {
        let most = self.most.get();
        if elements < most { self.untimed.set(UNTIMED) } else { self.most.set(most.saturating_mul(GROWTH)) }
    }
}

/// The time of a push, to its end.
pub(super) struct Timing {
    start: Timestamp,
    number: u64,
    /// The push around it that is being timed, if there is one.
    around: u64,
    is_short: bool,
}

impl Timing {
    fn new(start: Timestamp) -> Self {
        let number = LAST.get() + 1;
        LAST.set(number);
        Self { start, number, around: TIMED.replace(number), is_short: false }
    }
}

impl Drop for Timing {
    fn drop(&mut self) {
        TIMED.set(self.around);
        if !self.is_short {
            LAST_SLOW.set(LAST_SLOW.get().max(self.number));
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
        let timing = Timing::new(clock.now());
        clock.advance(Duration::from_millis(millis));
        pace.learn(elements, timing);
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
        pace.learn(1, Timing::new(clock.now() + Duration::from_secs(100)));
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

    #[test]
    fn a_push_within_another_one_goes_by_its_time() {
        let (outer, clock) = pace();
        let inner = Pace::new(clock.clone());
        let push = |millis| {
            let timing = outer.start(1).unwrap();
            assert!(inner.start(3).is_none(), "it is timed already");
            clock.advance(Duration::from_millis(millis));
            assert_eq!(inner.most(), 1, "nobody knows yet how long it will take");
            outer.learn(1, timing);
        };
        push(1_000);
        assert_eq!((outer.most(), inner.most()), (1, 1));
        push(0);
        assert_eq!((outer.most(), inner.most()), (GROWTH, GROWTH));
    }

    #[test]
    fn the_second_push_within_another_one_is_timed() {
        let (outer, clock) = pace();
        let inner = Pace::new(clock);
        let _timing = outer.start(1);
        assert!(inner.start(1).is_none() && inner.start(1).is_some(), "the time of two says little about one");
    }
}
