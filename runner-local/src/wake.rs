//! Sleeping and waking of workers.

use beamline_sdk::Timestamp;
use beamline_sdk::kernel::Wake;
use parking_lot::{Condvar, Mutex};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

/// How long a worker sleeps at most: a bound for the harm of a signal that nobody sent.
const LONGEST_SLEEP: Duration = Duration::from_millis(20);

const AWAKE: u64 = u64::MAX;
const GONE: u64 = u64::MAX - 1;

/// One sleeping place for each worker.
pub(crate) struct Wakers(Vec<Place>);

struct Place {
    /// Counts the calls: a worker that has seen all of them may sleep.
    calls: AtomicU64,
    /// The calls that a worker had seen when it found nothing to do; [`AWAKE`] while it works,
    /// [`GONE`] when it has ended.
    rested_with: AtomicU64,
    /// How often it has begun to rest.
    rests: AtomicU64,
    /// The processing time at which a worker that has nothing to do has something again, in milliseconds.
    wakes_at: AtomicI64,
    is_asleep: AtomicBool,
    /// Whether the worker knows that the run halts.
    has_halted: AtomicBool,
    lock: Mutex<()>,
    signal: Condvar,
}

impl Place {
    /// A number that grows with each call and each rest, if the worker has found nothing to do since it was last called.
    fn at_rest(&self) -> Option<u64> {
        let (rested_with, calls) = (self.rested_with.load(Ordering::SeqCst), self.calls.load(Ordering::SeqCst));
        let is_at_rest = rested_with == GONE || rested_with == calls;
        is_at_rest.then(|| calls.wrapping_add(self.rests.load(Ordering::SeqCst)))
    }
}

impl Wakers {
    pub(crate) fn new(workers: usize) -> Self {
        let place = || Place {
            calls: AtomicU64::new(0),
            rested_with: AtomicU64::new(AWAKE),
            rests: AtomicU64::new(0),
            wakes_at: AtomicI64::new(Timestamp::MAX.millis()),
            is_asleep: AtomicBool::new(false),
            has_halted: AtomicBool::new(false),
            lock: Mutex::default(),
            signal: Condvar::new(),
        };
        Self((0..workers).map(|_| place()).collect())
    }

    /// A worker has found nothing to do after it has `seen` so many calls, before the clock `wakes` it. The first worker that
    /// has not ended is told.
    pub(crate) fn begin_rest(&self, worker: usize, seen: u64, wakes: Timestamp) {
        self.0[worker].wakes_at.store(wakes.millis(), Ordering::SeqCst);
        self.0[worker].rests.fetch_add(1, Ordering::SeqCst);
        self.0[worker].rested_with.store(seen, Ordering::SeqCst);
        let first = self.first();
        if worker != first {
            self.wake(first);
        }
    }

    /// The first worker that has not ended: it looks whether all are at rest.
    pub(crate) fn first(&self) -> usize {
        let is_there = |place: &Place| place.rested_with.load(Ordering::SeqCst) != GONE;
        self.0.iter().position(is_there).unwrap_or(0)
    }

    /// A worker has nothing left to do, ever: nobody has to wait for it.
    pub(crate) fn leave(&self, worker: usize) {
        self.begin_rest(worker, GONE, Timestamp::MAX);
    }

    /// A worker has told its stages that the run halts.
    pub(crate) fn note_halt(&self, worker: usize) {
        self.0[worker].has_halted.store(true, Ordering::SeqCst);
    }

    /// Whether all workers that have not ended have told their stages that the run halts.
    pub(crate) fn have_all_halted(&self) -> bool {
        let is_gone = |place: &Place| place.rested_with.load(Ordering::SeqCst) == GONE;
        self.0.iter().all(|place| place.has_halted.load(Ordering::SeqCst) || is_gone(place))
    }

    pub(crate) fn end_rest(&self, worker: usize) {
        self.0[worker].rested_with.store(AWAKE, Ordering::SeqCst);
    }

    /// Whether all workers have found nothing to do, and nobody has been called since. It stays so until one of
    /// them gets something to do from elsewhere.
    pub(crate) fn are_all_at_rest(&self) -> bool {
        // One that is looked at later may have called another after that was looked at, and rest by now: twice the same means
        // that in between all were at rest.
        let all = || self.0.iter().try_fold(0u64, |sum, place| Some(sum.wrapping_add(place.at_rest()?)));
        all().is_some_and(|first| all() == Some(first))
    }

    /// The processing time at which the first worker has something to do, if all are at rest.
    pub(crate) fn first_alarm(&self) -> Timestamp {
        let alarms = self.0.iter().map(|place| place.wakes_at.load(Ordering::SeqCst));
        Timestamp::from_millis(alarms.min().unwrap_or(Timestamp::MAX.millis()))
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
    fn wake(&self, worker: usize) {
        self.wake(worker);
    }

    fn wake_all(&self) {
        self.wake_all_workers();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_from_one_to_another_is_seen_wherever_it_is() {
        let wakers = Wakers::new(64);
        let ends = [1, 63];
        (2..63).for_each(|worker| wakers.begin_rest(worker, wakers.calls(worker), Timestamp::MAX));
        let (holder, is_over) = (AtomicU64::new(1), AtomicBool::new(false));
        let pass_on = |me: usize, other: usize| {
            while !is_over.load(Ordering::SeqCst) {
                let seen = wakers.calls(me);
                if holder.load(Ordering::SeqCst) == me as u64 {
                    wakers.end_rest(me);
                    holder.store(other as u64, Ordering::SeqCst);
                    wakers.wake(other);
                }
                wakers.begin_rest(me, seen, Timestamp::MAX);
            }
        };
        std::thread::scope(|scope| {
            scope.spawn(|| pass_on(ends[0], ends[1]));
            scope.spawn(|| pass_on(ends[1], ends[0]));
            let all_rested = (0..100_000).any(|_| {
                wakers.begin_rest(0, wakers.calls(0), Timestamp::MAX);
                wakers.are_all_at_rest()
            });
            is_over.store(true, Ordering::SeqCst);
            assert!(!all_rested, "one of the two has something to do at any time");
        });
    }

    #[test]
    fn the_first_worker_that_has_not_ended_hears_when_others_rest() {
        let wakers = Wakers::new(3);
        wakers.begin_rest(1, 0, Timestamp::MAX);
        wakers.leave(0);
        assert_eq!((wakers.first(), wakers.calls(1)), (1, 1), "it has to look whether all are at rest now");
        assert!(!wakers.are_all_at_rest());
        wakers.begin_rest(2, 0, Timestamp::from_millis(7));
        wakers.begin_rest(1, 2, Timestamp::MAX);
        assert!(wakers.are_all_at_rest());
        assert_eq!(wakers.first_alarm(), Timestamp::from_millis(7));
    }
}
