//! Streams as sources that say how far they have come.

use std::fmt::Debug;

use ::beamline::{BoxError, Element, Next, Reader, Source, SourceBatch, SplitTarget, Timestamp};

use crate::contestants::events::Events;
use crate::contestants::hours::Readings;
use crate::contestants::joins::Offers;
use crate::contestants::rollup::Visits;
use crate::contestants::sessions::Clicks;
use beamline_bench_data::clicks::{self, Click, click};
use beamline_bench_data::events::{self, Event, event};
use beamline_bench_data::offers::{self, Offer, Side, offer};
use beamline_bench_data::readings::{self, Reading, reading};
use beamline_bench_data::visits::{self, Visit, visit};

/// A stream as a function of the index.
pub(super) trait Stream: Clone + Debug + Send + Sync + 'static {
    type Element: Element;

    fn count(&self) -> u64;

    fn element(&self, index: u64) -> Self::Element;

    /// No element from `index` on is earlier.
    fn least(&self, index: u64) -> i64;
}

impl Stream for Events {
    type Element = Event;

    fn count(&self) -> u64 {
        self.count
    }

    #[inline]
    fn element(&self, index: u64) -> Event {
        event(self.keys, index)
    }

    fn least(&self, index: u64) -> i64 {
        events::latest(index) - events::DISORDER
    }
}

impl Stream for Clicks {
    type Element = Click;

    fn count(&self) -> u64 {
        self.count
    }

    #[inline]
    fn element(&self, index: u64) -> Click {
        click(self.users, index)
    }

    fn least(&self, index: u64) -> i64 {
        clicks::latest(self.users, index) - clicks::DISORDER
    }
}

impl Stream for Visits {
    type Element = Visit;

    fn count(&self) -> u64 {
        self.count
    }

    #[inline]
    fn element(&self, index: u64) -> Visit {
        visit(self.visitors, index)
    }

    fn least(&self, index: u64) -> i64 {
        visits::latest(index) - visits::DISORDER
    }
}

impl Stream for Readings {
    type Element = Reading;

    fn count(&self) -> u64 {
        self.count
    }

    #[inline]
    fn element(&self, index: u64) -> Reading {
        reading(self.meters, index)
    }

    fn least(&self, index: u64) -> i64 {
        readings::latest(index) - readings::DISORDER
    }
}

/// One of two streams to be joined.
#[derive(Clone, Debug)]
pub(super) struct OneSide {
    pub(super) offers: Offers,
    pub(super) side: Side,
}

impl Stream for OneSide {
    type Element = Offer;

    fn count(&self) -> u64 {
        self.offers.count
    }

    #[inline]
    fn element(&self, index: u64) -> Offer {
        offer(self.side, self.offers.users, index)
    }

    fn least(&self, index: u64) -> i64 {
        offers::latest(self.offers.users, index) - offers::DISORDER
    }
}

/// Every n-th element for each of n readers, so that all of them come forward in event time together.
#[derive(Clone)]
pub(super) struct Live<S>(pub(super) S);

impl<S: Stream> Source for Live<S> {
    type Out = S::Element;
    type Split = (u64, u64);
    type Reader = LiveReader<S>;

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
        format!("every {step}th element from {first} on")
    }

    fn open(&self, (next, step): (u64, u64)) -> Result<LiveReader<S>, BoxError> {
        Ok(LiveReader { stream: self.0.clone(), next, step })
    }
}

pub(super) struct LiveReader<S> {
    stream: S,
    next: u64,
    step: u64,
}

impl<S: Stream> Reader for LiveReader<S> {
    type Out = S::Element;
    type Split = (u64, u64);

    fn poll(&mut self, out: &mut SourceBatch<'_, S::Element>) -> Result<Next, BoxError> {
        while !out.is_full() {
            if self.next >= self.stream.count() {
                return Ok(Next::Done);
            }
            out.push(self.stream.element(self.next));
            self.next += self.step;
        }
        Ok(Next::More)
    }

    fn watermark(&self) -> Timestamp {
        Timestamp::from_millis(self.stream.least(self.next))
    }
}
