//! The beginning of a source.

use super::turns::{Turns, describe};
use crate::{BoxError, Next, Reader, Source, SourceBatch, SplitTarget, Timestamp};
use std::time::Duration;

/// The beginning of a source: see [`Source::take`], [`Source::take_for`] and [`Source::until`].
#[derive(Clone, Debug)]
pub struct Limited<S> {
    source: S,
    limit: Limit,
}

#[derive(Clone, Copy, Debug)]
enum Limit {
    Count(u64),
    Duration(Duration),
    Watermark(Timestamp),
}

impl<S> Limited<S> {
    pub(super) fn count(source: S, count: u64) -> Self {
        Self { source, limit: Limit::Count(count) }
    }

    pub(super) fn duration(source: S, duration: Duration) -> Self {
        Self { source, limit: Limit::Duration(duration) }
    }

    pub(super) fn until(source: S, end: Timestamp) -> Self {
        Self { source, limit: Limit::Watermark(end) }
    }
}

impl<S: Source> Source for Limited<S> {
    type Out = S::Out;
    /// All splits of the inner source.
    type Split = Vec<S::Split>;
    type Reader = LimitedReader<S>;

    fn label(&self) -> String {
        self.source.label()
    }

    fn splits(&self, _: &SplitTarget) -> Result<Vec<Self::Split>, BoxError> {
        Ok(vec![self.source.splits(&SplitTarget { parallelism: 1 })?])
    }

    fn describe(&self, splits: &Self::Split) -> String {
        describe(&self.source, splits)
    }

    fn open(&self, splits: Self::Split) -> Result<LimitedReader<S>, BoxError> {
        Ok(LimitedReader { turns: Turns::new(&self.source, splits), left: Left::new(self.limit) })
    }

    fn stops_when_drained(&self) -> bool {
        self.source.stops_when_drained()
    }
}

/// Reads the beginning of a source.
pub struct LimitedReader<S: Source> {
    turns: Turns<S>,
    left: Left,
}

#[cfg(test)]
impl<S: Source> LimitedReader<S> {
    pub(super) fn turns(&self) -> &Turns<S> {
        &self.turns
    }
}

/// What is still to be read.
#[derive(Clone, Copy)]
enum Left {
    Count(u64),
    /// So long, as soon as it begins.
    Duration(Duration),
    Deadline(Timestamp),
    Watermark(Timestamp),
}

impl Left {
    fn new(limit: Limit) -> Self {
        match limit {
            Limit::Count(count) => Self::Count(count),
            Limit::Duration(duration) => Self::Duration(duration),
            Limit::Watermark(end) => Self::Watermark(end),
        }
    }

    fn begin(&mut self, now: Timestamp) {
        if let Self::Duration(duration) = *self {
            *self = Self::Deadline(now + duration);
        }
    }

    /// How many elements there may be in the next batch.
    fn room(self) -> usize {
        match self {
            Self::Count(count) => usize::try_from(count).unwrap_or(usize::MAX),
            _ => usize::MAX,
        }
    }

    fn note(&mut self, elements: usize) {
        if let Self::Count(count) = self {
            *count -= elements as u64;
        }
    }

    fn is_nothing(self, now: Timestamp, watermark: Timestamp) -> bool {
        match self {
            Self::Count(count) => count == 0,
            Self::Duration(_) => false,
            Self::Deadline(deadline) => deadline <= now,
            Self::Watermark(end) => end <= watermark,
        }
    }

    /// What to answer in place of `next`.
    fn clamp(self, next: Next) -> Next {
        match (self, next) {
            (Self::Deadline(deadline), Next::WakeAt(time)) => Next::WakeAt(time.min(deadline)),
            (_, next) => next,
        }
    }
}

impl<S: Source> Reader for LimitedReader<S> {
    type Out = S::Out;
    type Split = Vec<S::Split>;

    fn poll(&mut self, out: &mut SourceBatch<'_, S::Out>) -> Result<Next, BoxError> {
        let (before, now) = (out.len(), out.now());
        self.left.begin(now);
        if self.left.is_nothing(now, self.turns.mark().time) {
            return Ok(Next::Done);
        }
        let room = self.left.room();
        let waker = out.waker();
        let next = self.turns.poll(&mut out.part(room, waker))?;
        // A reader may push more than there is room for.
        out.truncate(before.saturating_add(room));
        self.left.note(out.len() - before);
        let is_over = self.left.is_nothing(now, self.turns.mark().time);
        Ok(if is_over { Next::Done } else { self.left.clamp(next) })
    }

    fn bytes_read(&self) -> u64 {
        self.turns.bytes_read()
    }

    fn watermark(&self) -> Timestamp {
        self.turns.mark().time
    }

    fn is_idle(&self) -> bool {
        self.turns.mark().is_idle
    }

    fn is_caught_up(&self) -> bool {
        self.turns.is_caught_up()
    }
}
