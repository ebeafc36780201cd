//! When a timer that is being set will come, and with which timestamp.

use super::TimeDomain;
use super::timer::Pending;
use crate::{BoxError, Timestamp};

/// What bounds the timers that a call may set.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TimerRules {
    /// The timestamp of the element in work, or the output timestamp of the timer.
    pub(crate) timestamp: Timestamp,
    /// The last instant at which the window still takes elements.
    pub(crate) expiry: Timestamp,
}

impl TimerRules {
    /// A timer without an output timestamp of its own.
    pub(crate) fn pending(&self, domain: TimeDomain, at: Timestamp) -> Pending {
        match domain {
            TimeDomain::EventTime => {
                let at = at.min(self.expiry);
                Pending { at, output: at }
            }
            TimeDomain::ProcessingTime => Pending { at, output: self.timestamp.min(self.expiry) },
        }
    }

    /// A timer with an output timestamp.
    pub(crate) fn pending_with_output(
        &self,
        domain: TimeDomain,
        at: Timestamp,
        output: Timestamp,
    ) -> Result<Pending, BoxError> {
        let Pending { at, .. } = self.pending(domain, at);
        let (latest, why) = match domain {
            TimeDomain::EventTime => (at, "the timer's time"),
            TimeDomain::ProcessingTime => (self.expiry, "the end of its window"),
        };
        if output < self.timestamp {
            let text = format!("before the timestamp {:?} of what sets it", self.timestamp);
            return Err(wrong_output(output, &text));
        }
        if output > latest {
            return Err(wrong_output(output, &format!("after {why}, {latest:?}")));
        }
        Ok(Pending { at, output })
    }
}

fn wrong_output(output: Timestamp, why: &str) -> BoxError {
    format!("the output timestamp of a timer, {output:?}, is {why}").into()
}
