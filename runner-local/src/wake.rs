//! Sleeping and waking of workers.

use beamline_sdk::kernel::Wake;
use parking_lot::{Condvar, Mutex};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// How long a worker sleeps at most: a bound for the harm of a signal that nobody sent.
const LONGEST_SLEEP: Duration = Duration::from_millis(20);

/// One sleeping place for each worker.
pub(crate) struct Wakers(Vec<Place>);

#[derive(Default)]
struct Place {
    /// Counts the calls: a worker that has seen all of them may sleep.
    calls: AtomicU64,
    is_asleep: AtomicBool,
    lock: Mutex<()>,
    signal: Condvar,
}

impl Wakers {
    pub(crate) fn new(workers: usize) -> Self {
        Self((0..workers).map(|_| Place::default()).collect())
    }

    /// The calls so far: to be asked before looking for work.
    pub(crate) fn calls(&self, worker: usize) -> u64 {
        self.0[worker].calls.load(Ordering::SeqCst)
    }

    /// Sleeps until somebody calls this worker, at most for `time`; not at all if somebody has since `seen`.
    pub(crate) fn sleep(&self, worker: usize, seen: u64, time: Duration) {
        let place = &self.0[worker];
        let mut guard = place.lock.lock();
        place.is_asleep.store(true, Ordering::SeqCst);
        if place.calls.load(Ordering::SeqCst) == seen {
            place.signal.wait_for(&mut guard, time.min(LONGEST_SLEEP));
        }
        place.is_asleep.store(false, Ordering::SeqCst);
    }

    /// Calls a worker, and wakes it if it sleeps.
    #[inline]
    pub(crate) fn wake(&self, worker: usize) {
        let place = &self.0[worker];
        place.calls.fetch_add(1, Ordering::SeqCst);
        if place.is_asleep.load(Ordering::SeqCst) {
            drop(place.lock.lock());
            place.signal.notify_one();
        }
    }

    /// Calls every worker.
    pub(crate) fn wake_all_workers(&self) {
        (0..self.0.len()).for_each(|worker| self.wake(worker));
    }
}

impl Wake for Wakers {
    fn wake_all(&self) {
        self.wake_all_workers();
    }
}
