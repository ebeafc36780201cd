//! The events as a source that says how far it has come.

use ::beamline::{BoxError, Next, Reader, Source, SourceBatch, SplitTarget, Timestamp};

use super::events::Events;
use crate::data::events::{DISORDER, Event, event, latest};

/// Every n-th event for each of n readers, so that all of them come forward in event time together.
#[derive(Clone)]
pub(super) struct Live(pub(super) Events);

impl Source for Live {
    type Out = Event;
    type Split = (u64, u64);
    type Reader = LiveReader;

    fn label(&self) -> String {
        "Live".to_owned()
    }

    fn is_bounded(&self) -> bool {
        false
    }

    fn splits(&self, target: &SplitTarget) -> Result<Vec<(u64, u64)>, BoxError> {
        let readers = target.parallelism as u64;
        Ok((0..readers).map(|first| (first, readers)).collect())
    }

    fn describe(&self, (first, step): &(u64, u64)) -> String {
        format!("every {step}th event from {first} on")
    }

    fn open(&self, (next, step): (u64, u64)) -> Result<LiveReader, BoxError> {
        Ok(LiveReader { events: self.0, next, step })
    }
}

pub(super) struct LiveReader {
    events: Events,
    next: u64,
    step: u64,
}

impl Reader for LiveReader {
    type Out = Event;
    type Split = (u64, u64);

    fn poll(&mut self, out: &mut SourceBatch<'_, Event>) -> Result<Next, BoxError> {
        while !out.is_full() {
            if self.next >= self.events.count {
                return Ok(Next::Done);
            }
            out.push(event(self.events.keys, self.next));
            self.next += self.step;
        }
        Ok(Next::More)
    }

    fn watermark(&self) -> Timestamp {
        Timestamp::from_millis(latest(self.next) - DISORDER)
    }
}
