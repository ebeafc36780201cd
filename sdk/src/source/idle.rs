//! Splits to which nothing comes.

use crate::{BoxError, Next, Reader, Source, SourceBatch, SplitTarget, Timestamp};
use std::time::Duration;

/// A source whose silent splits are not waited for: see [`Source::idle_after`].
#[derive(Clone, Debug)]
pub struct IdleAfter<S> {
    source: S,
    pause: Duration,
}

impl<S> IdleAfter<S> {
    pub(super) fn new(source: S, pause: Duration) -> Self {
        Self { source, pause }
    }
}

impl<S: Source> Source for IdleAfter<S> {
    type Out = S::Out;
    type Split = S::Split;
    type Reader = IdleReader<S::Reader>;

    fn label(&self) -> String {
        self.source.label()
    }

    fn is_bounded(&self) -> bool {
        self.source.is_bounded()
    }

    fn splits(&self, target: &SplitTarget) -> Result<Vec<S::Split>, BoxError> {
        self.source.splits(target)
    }

    fn size(&self, split: &S::Split) -> Option<u64> {
        self.source.size(split)
    }

    fn describe(&self, split: &S::Split) -> String {
        self.source.describe(split)
    }

    fn open(&self, split: S::Split) -> Result<Self::Reader, BoxError> {
        let inner = self.source.open(split)?;
        Ok(IdleReader { inner, pause: self.pause, silent_since: None, is_idle: false })
    }

    fn stops_when_drained(&self) -> bool {
        self.source.stops_when_drained()
    }
}

/// Reads a split, and watches for how long nothing has come.
pub struct IdleReader<R> {
    inner: R,
    pause: Duration,
    /// Since when it has been caught up and empty.
    silent_since: Option<Timestamp>,
    is_idle: bool,
}

impl<R: Reader> IdleReader<R> {
    /// When it becomes idle if nothing comes; nothing has just come.
    fn idle_from(&mut self, now: Timestamp) -> Timestamp {
        *self.silent_since.get_or_insert(now) + self.pause
    }
}

impl<R: Reader> Reader for IdleReader<R> {
    type Out = R::Out;
    type Split = R::Split;

    fn poll(&mut self, out: &mut SourceBatch<'_, R::Out>) -> Result<Next, BoxError> {
        let before = out.len();
        let next = self.inner.poll(out)?;
        if out.len() > before || !self.inner.is_caught_up() {
            (self.silent_since, self.is_idle) = (None, false);
            return Ok(next);
        }
        let idle_from = self.idle_from(out.now());
        self.is_idle = idle_from <= out.now();
        Ok(match next {
            Next::WakeAt(time) if !self.is_idle => Next::WakeAt(time.min(idle_from)),
            next => next,
        })
    }

    fn bytes_read(&self) -> u64 {
        self.inner.bytes_read()
    }

    fn watermark(&self) -> Timestamp {
        self.inner.watermark()
    }

    fn is_idle(&self) -> bool {
        self.is_idle || self.inner.is_idle()
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
