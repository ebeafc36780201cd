//! How often a service may be called.

use parking_lot::Mutex;
use std::time::Duration;

/// Gives out turns at even distances.
pub(super) struct Rate {
    distance: Duration,
    next: Mutex<Duration>,
}

impl Rate {
    pub(super) fn new(distance: Duration) -> Self {
        Self { distance, next: Mutex::new(Duration::ZERO) }
    }

    /// Takes the next turn, and says how long it is until then.
    pub(super) fn turn(&self, now: Duration) -> Duration {
        let mut next = self.next.lock();
        let turn = now.max(*next);
        *next = turn + self.distance;
        turn.saturating_sub(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_are_at_even_distances_and_are_not_saved_up() {
        let millis = Duration::from_millis;
        let rate = Rate::new(millis(100));
        assert_eq!([0, 0, 0].map(|now| rate.turn(millis(now))), [0, 100, 200].map(millis));
        assert_eq!([250, 1000, 1000].map(|now| rate.turn(millis(now))), [50, 0, 100].map(millis));
    }
}
