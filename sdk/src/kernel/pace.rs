//! How many elements may be pushed at once, so that a run can be stopped while its steps are slow.

use std::cell::Cell;
use std::time::Duration;

/// A push that takes longer than this is too long for whoever waits for the run to stop.
const LONG: Duration = Duration::from_millis(100);

/// The size of a push, learned from how long earlier ones took.
pub(super) struct Pace(Cell<usize>);

impl Pace {
    /// Begins with single elements.
    pub(super) fn new() -> Self {
        Self(Cell::new(1))
    }

    /// How many elements may be pushed now.
    #[inline]
    pub(super) fn most(&self) -> usize {
        self.0.get()
    }

    /// Learns that a push of `elements` took `time`.
    #[inline]
    pub(super) fn learn(&self, elements: usize, time: Duration) {
        let most = self.0.get();
        if time > LONG {
            self.0.set((elements / 2).clamp(1, most));
        } else if elements >= most && time < LONG / 4 {
            self.0.set(most.saturating_mul(2));
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
}
