//! Processing time: what steps see of the clock on the wall.

use crate::Timestamp;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Tells processing time. The only clock that steps may look at: so a run can be repeated, and tests need not wait.
pub trait Clock: Send + Sync {
    /// The time, in milliseconds since the Unix epoch.
    fn now(&self) -> Timestamp;

    /// The clock as one that is set by hand, if it is.
    fn as_manual(&self) -> Option<&ManualClock> {
        None
    }
}

/// The clock of the system.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
    }
}

/// A clock that stands still until it is moved: at the beginning of the epoch, at first.
#[derive(Debug, Default)]
pub struct ManualClock {
    now: AtomicI64,
    is_jumping: bool,
}

impl ManualClock {
    /// A clock that moves by itself, to the next instant at which something is to happen, whenever nothing is to happen
    /// before: a day passes as soon as the pipeline is through with it.
    pub fn jumping() -> Self {
        Self { is_jumping: true, ..Self::default() }
    }

    /// Whether it moves by itself.
    pub fn is_jumping(&self) -> bool {
        self.is_jumping
    }

    /// The time, in milliseconds since the Unix epoch.
    pub fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.now.load(Ordering::SeqCst))
    }

    /// Moves the clock forward to a time, unless it is there already.
    pub fn advance_to(&self, time: Timestamp) {
        self.now.fetch_max(time.millis(), Ordering::SeqCst);
    }

    /// Moves the clock forward. Whoever waits for an alarm has to be woken.
    pub fn advance(&self, by: Duration) {
        let to = self.now() + by;
        self.now.store(to.millis(), Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        self.now()
    }

    fn as_manual(&self) -> Option<&ManualClock> {
        Some(self)
    }
}
