//! What may be done with a stream: the same for every source.

use crate::control::{Control, Seen};
use beamline::prelude::*;
use beamline::testing::ManualClock;
use beamline::{Ending, ErrorKind, JobResult, LocalRunner};
use std::sync::Arc;
use std::time::Duration;

/// How long something is read that is read for a time.
const LONG: Duration = Duration::from_secs(10);

/// A way to end a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Drain,
    Stop,
    Cancel,
    Take,
    TakeFor,
    Until,
}

/// How time goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Time {
    /// As soon as nothing is to be done.
    Jumps,
    /// When a few elements have been read: they may take their time to come from outside, and none of it passes.
    WhenRead,
}

impl Verb {
    pub(crate) const ALL: [Self; 6] = [Self::Drain, Self::Stop, Self::Cancel, Self::Take, Self::TakeFor, Self::Until];

    /// Reads a source without an end, or as much of it as the verb says.
    pub(crate) fn read<S: Source<Out = String>>(self, p: &Pipeline, source: S) -> PCollection<String> {
        match self {
            Self::Drain | Self::Stop | Self::Cancel => p.read(source),
            Self::Take => p.read(source.take(3)),
            Self::TakeFor => p.read(source.take_for(LONG)),
            Self::Until => p.read(source.until(Timestamp::from_millis(0) + LONG)),
        }
    }

    /// Reads what `add` adds until a few elements have come, ends it then, and asserts that it has ended as it should: all
    /// that was read has come through, and the run is over.
    pub(crate) fn check(self, seed: u64, time: Time, add: impl FnOnce(&Pipeline, Self) -> PCollection<String>) {
        let clock = Arc::new(if time == Time::Jumps { ManualClock::jumping() } else { ManualClock::default() });
        let (p, control, read, seen) = (Pipeline::new(), Control::default(), Seen::new(), Seen::new());
        let (stop, count, all, hands) = (control.clone(), read.clone(), seen.clone(), clock.clone());
        let once = add(&p, self).inspect(move |element| {
            if count.add(element) == 3 {
                self.end(&stop);
                if time == Time::WhenRead {
                    hands.advance(LONG);
                }
            }
        });
        once.reshuffle().inspect(move |element| {
            all.add(element);
        });
        let runner = LocalRunner::new().parallelism(1 + seed as usize % 3).manual_clock(clock.clone());
        let runner = if seed < 3 { runner } else { runner.replay(seed) };
        let handle = runner.start(&p.graph().unwrap()).unwrap();
        control.watch(handle.control());
        let result = handle.wait().map_err(|error| error.kind());
        self.check_end(result, read.len(), seen.len(), clock.now());
    }

    fn end(self, control: &Control) {
        match self {
            Self::Drain => control.drain(),
            Self::Stop => control.stop(),
            Self::Cancel => control.cancel(),
            Self::Take | Self::TakeFor | Self::Until => {}
        }
    }

    fn check_end(self, result: Result<JobResult, ErrorKind>, read: usize, seen: usize, now: Timestamp) {
        assert!(read >= 3);
        if self == Self::Cancel {
            assert_eq!(result.err(), Some(ErrorKind::Cancelled));
            return;
        }
        let ending = result.expect("it comes to its end").ending;
        assert_eq!(read, seen, "nothing is lost");
        match self {
            Self::Drain => assert!(ending.left_behind().is_empty()),
            Self::Stop | Self::Cancel => {}
            Self::Take => assert_eq!((read, ending), (3, Ending::Complete)),
            Self::TakeFor | Self::Until => {
                assert_eq!(ending, Ending::Complete);
                // Some know the time of their next element, so their watermark is ahead of the clock.
                let ahead = Duration::from_millis(if self == Self::Until { 20 } else { 0 });
                assert!(now + ahead >= Timestamp::from_millis(0) + LONG, "{now}");
            }
        }
    }
}
