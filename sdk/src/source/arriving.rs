//! Arrival time: an element's timestamp is the processing time at which it was read.

use crate::{BoxError, Next, Reader, Source, SourceBatch, SplitTarget, Timestamp};
use std::time::Duration;

/// A source whose elements have their arrival times: see [`Source::arriving`].
#[derive(Clone, Debug)]
pub struct Arriving<S>(S);

impl<S> Arriving<S> {
    pub(super) fn new(source: S) -> Self {
        Self(source)
    }
}

impl<S: Source> Source for Arriving<S> {
    type Out = S::Out;
    type Split = S::Split;
    type Reader = ArrivingReader<S::Reader>;

    fn label(&self) -> String {
        self.0.label()
    }

    fn is_bounded(&self) -> bool {
        self.0.is_bounded()
    }

    fn splits(&self, target: &SplitTarget) -> Result<Vec<S::Split>, BoxError> {
        self.0.splits(target)
    }

    fn size(&self, split: &S::Split) -> Option<u64> {
        self.0.size(split)
    }

    fn describe(&self, split: &S::Split) -> String {
        self.0.describe(split)
    }

    fn open(&self, split: S::Split) -> Result<Self::Reader, BoxError> {
        Ok(ArrivingReader::new(self.0.open(split)?))
    }

    fn stops_when_drained(&self) -> bool {
        self.0.stops_when_drained()
    }
}

/// A reader whose elements have their arrival times: for connectors to whose elements that comes naturally.
#[derive(Debug)]
pub struct ArrivingReader<R> {
    inner: R,
    /// When it was polled last.
    now: Timestamp,
}

impl<R> ArrivingReader<R> {
    /// How long windows may wait for the watermark when nothing comes.
    const LONGEST_PAUSE: Duration = Duration::from_millis(50);

    /// Stamps what `inner` reads.
    pub fn new(inner: R) -> Self {
        Self { inner, now: Timestamp::MIN }
    }
}

impl<R: Reader> Reader for ArrivingReader<R> {
    type Out = R::Out;
    type Split = R::Split;

    fn poll(&mut self, out: &mut SourceBatch<'_, R::Out>) -> Result<Next, BoxError> {
        // The clock of a system can be set back.
        self.now = self.now.max(out.now());
        let before = out.len();
        let next = self.inner.poll(out)?;
        let (_, times) = out.stamps();
        times[before..].fill(self.now);
        Ok(match next {
            Next::WakeAt(time) => Next::WakeAt(time.min(out.now() + Self::LONGEST_PAUSE)),
            next => next,
        })
    }

    fn bytes_read(&self) -> u64 {
        self.inner.bytes_read()
    }

    fn watermark(&self) -> Timestamp {
        self.now
    }

    fn is_caught_up(&self) -> bool {
        self.inner.is_caught_up()
    }

    fn discover(&mut self) -> Option<R::Split> {
        self.inner.discover()
    }

    fn try_split(&mut self, fraction: f64) -> Option<R::Split> {
        self.inner.try_split(fraction)
    }
}
