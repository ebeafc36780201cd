//! Readers of one source that stay together in event time.
//!
//! A reader that is far ahead of another gains nothing: windows stay open until the last one has come as far, and all that
//! it reads is kept until then. Nothing else brings two equal readers together again once they have drifted apart. So
//! whoever is ahead stands still, and others, who have less to do meanwhile, catch up.
//!
//! Far ahead is further than its own last two bundles: a measure that fits a source of any density. Who rests at the end of
//! what there is waits for nobody and is not waited for, so live data is never held back.
//!
//! Some readers never catch up: a file of January beside one of February. Then standing still is a waste of a processor. So a
//! reader has patience, which others restore by catching up; else it comes back slowly, and little time is lost.

use crate::Timestamp;
use parking_lot::Mutex;
use std::time::Duration;

/// How long a reader stands still in vain.
const LONGEST: Duration = Duration::from_millis(100);

/// Patience that is less than this is none.
const SHORTEST: Duration = Duration::from_millis(10);

/// How much time goes by until as much patience has come back as a part of this size.
const RESTORED_IN: i64 = 10;

/// How far the readers of each worker have come.
pub(crate) struct Together(Mutex<Vec<Place>>);

#[derive(Clone, Copy, Default)]
struct Place {
    /// How far it has come, if there is more to read for it right now.
    at: Option<Timestamp>,
    /// Where it waits for others to come.
    awaited: Option<Timestamp>,
}

impl Together {
    /// The readers of so many workers.
    pub(crate) fn new(workers: usize) -> Self {
        Self(Mutex::new(vec![Place::default(); workers]))
    }

    /// Notes how far the readers of a worker have come, if there is more to read for them right now; says whether somebody
    /// may go on who has waited for that.
    pub(crate) fn come_to(&self, worker: usize, at: Option<Timestamp>) -> bool {
        let mut places = self.0.lock();
        places[worker].at = at;
        let mut has_reached = false;
        for other in 0..places.len() {
            if places[other].awaited.is_some_and(|awaited| !is_behind(&places, other, awaited)) {
                places[other].awaited = None;
                has_reached = true;
            }
        }
        has_reached
    }

    /// Whether a worker has to wait for others to come to a time. If so, one of these [is told](Self::come_to) when all
    /// have.
    pub(crate) fn must_wait(&self, worker: usize, time: Timestamp) -> bool {
        let mut places = self.0.lock();
        let must_wait = is_behind(&places, worker, time);
        places[worker].awaited = must_wait.then_some(time);
        must_wait
    }
}

/// Whether another worker has not come to a time. Before its first watermark nobody knows how far it has.
fn is_behind(places: &[Place], worker: usize, time: Timestamp) -> bool {
    let mut others = places.iter().enumerate().filter(|(other, _)| *other != worker);
    others.any(|(_, place)| place.at.is_some_and(|at| Timestamp::MIN < at && at < time))
}

/// What the readers of one worker know of themselves.
pub(super) struct Stride {
    /// How far they had come at the ends of the last bundles, the last one first.
    ends: [Timestamp; 3],
    /// Where others should have come before they go on, if nobody has looked yet.
    wanted: Option<Timestamp>,
    /// Since when they stand still.
    since: Option<Timestamp>,
    /// When they had no patience.
    impatient_at: Timestamp,
}

impl Stride {
    pub(super) fn new() -> Self {
        Self { ends: [Timestamp::MIN; 3], wanted: None, since: None, impatient_at: Timestamp::MIN }
    }

    /// A bundle has ended. Says nothing of readers that rest.
    pub(super) fn come_to(&mut self, at: Option<Timestamp>) {
        let at = at.filter(|at| *at > Timestamp::MIN);
        if let Some(at) = at.filter(|at| *at != self.ends[0]) {
            self.ends = [at, self.ends[0], self.ends[1]];
        }
        self.wanted = at.map(|_| self.ends[2]).filter(|end| *end > Timestamp::MIN);
    }

    /// Until when to stand still, if `must_wait` says that others have not come to a time.
    pub(super) fn stands_until(
        &mut self,
        now: Timestamp,
        must_wait: impl FnOnce(Timestamp) -> bool,
    ) -> Option<Timestamp> {
        let wanted = self.wanted?;
        if !must_wait(wanted) {
            self.impatient_at = Timestamp::MIN;
            return self.go_on();
        }
        let since = self.since.map_or(now, |since| since.min(now));
        let until = since + self.patience(since);
        if until <= now {
            self.impatient_at = if until > since { now } else { self.impatient_at };
            return self.go_on();
        }
        self.since = Some(since);
        Some(until)
    }

    fn go_on(&mut self) -> Option<Timestamp> {
        (self.wanted, self.since) = (None, None);
        None
    }

    fn patience(&self, now: Timestamp) -> Duration {
        let restored = (now.millis() - self.impatient_at.millis()) / RESTORED_IN;
        let restored = Duration::from_millis(restored.max(0) as u64).min(LONGEST);
        if restored < SHORTEST { Duration::ZERO } else { restored }
    }

    /// When they stop standing still, if they do now.
    pub(super) fn standing_until(&self) -> Option<Timestamp> {
        self.since.map(|since| since + self.patience(since))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    #[test]
    fn whoever_has_waited_is_called_when_the_last_one_has_come() {
        let together = Together::new(3);
        assert!(!together.must_wait(0, at(5)), "nobody reads");
        together.come_to(1, Some(at(3)));
        together.come_to(2, Some(at(4)));
        assert!(together.must_wait(0, at(5)) && !together.must_wait(0, at(3)));
        assert!(together.must_wait(0, at(5)));
        assert!(!together.come_to(1, Some(at(6))));
        assert!(together.come_to(2, Some(at(5))));
        assert!(!together.come_to(2, Some(at(6))), "once");
    }

    #[test]
    fn readers_that_rest_or_have_not_begun_are_not_waited_for() {
        let together = Together::new(2);
        together.come_to(1, Some(at(3)));
        assert!(together.must_wait(0, at(5)));
        assert!(together.come_to(1, None));
        assert!(!together.must_wait(0, at(5)));
        together.come_to(1, Some(Timestamp::MIN));
        assert!(!together.must_wait(0, at(5)));
    }

    /// A reader that has come ten further in each of its bundles.
    fn striding() -> Stride {
        let mut stride = Stride::new();
        [10, 20, 30].into_iter().for_each(|end| stride.come_to(Some(at(end))));
        stride
    }

    #[test]
    fn others_should_be_where_it_was_two_bundles_ago() {
        let mut stride = Stride::new();
        for end in [10, 20, 20] {
            stride.come_to(Some(at(end)));
            assert_eq!(stride.stands_until(at(0), |_| unreachable!()), None, "there is no measure yet");
        }
        stride.come_to(Some(at(30)));
        assert_eq!(stride.stands_until(at(0), |wanted| wanted == at(10)), Some(at(100)));
        stride.come_to(None);
        assert_eq!(stride.stands_until(at(0), |_| unreachable!()), None, "live data is not held back");
    }

    #[test]
    fn it_goes_on_when_they_have_come() {
        let mut stride = striding();
        assert_eq!(stride.stands_until(at(1), |_| true), Some(at(101)));
        assert_eq!(stride.standing_until(), Some(at(101)));
        assert_eq!(stride.stands_until(at(2), |_| false), None);
        assert_eq!((stride.stands_until(at(3), |_| unreachable!()), stride.standing_until()), (None, None));
        stride.come_to(Some(at(40)));
        assert_eq!(stride.stands_until(at(4), |_| true), Some(at(104)), "with all its patience");
    }

    #[test]
    fn patience_comes_back_slowly() {
        let mut stride = striding();
        let mut next = 30;
        let mut stands_for = |now: i64| {
            next += 10;
            stride.come_to(Some(at(next)));
            let until = stride.stands_until(at(now), |_| true).map_or(now, Timestamp::millis);
            (stride.stands_until(at(until), |_| true).is_none()).then_some(until - now)
        };
        assert_eq!(stands_for(0), Some(100));
        assert_eq!([100, 150, 199].map(&mut stands_for), [Some(0); 3]);
        assert_eq!([300, 320, 1321].map(&mut stands_for), [Some(20), Some(0), Some(100)]);
    }

    #[test]
    fn a_clock_that_is_put_back_holds_nobody() {
        let mut stride = striding();
        assert_eq!(stride.stands_until(at(1_000_000), |_| true), Some(at(1_000_100)));
        assert_eq!(stride.stands_until(at(5), |_| true), Some(at(105)));
    }
}
