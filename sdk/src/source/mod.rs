//! Reading: what a connector implements to bring elements into a pipeline.
//!
//! A [`Source`] is a description that can be cloned and sent. When the pipeline runs it is asked for its
//! [`splits`](Source::splits), each of which some worker [`open`](Source::open)s and polls batch by batch. A worker
//! that has run out of splits asks a busy [`Reader`] to give away a part of what it has not read yet.

mod estimator;
mod waker;

use crate::kernel::{Clock, SystemClock};
use crate::{BoxError, Element, Timestamp};
use std::time::Duration;

pub use estimator::{BoundedOutOfOrderness, Manual, Monotonic, Punctuated, WatermarkEstimator};
pub use waker::Waker;

/// A set of elements that can be read in independent parts.
#[diagnostic::on_unimplemented(message = "`{Self}` is no source", label = "a `Source` is wanted here")]
pub trait Source: Clone + Send + Sync + 'static {
    /// What it reads.
    type Out: Element;
    /// A part of the source, such as a range of bytes of a file.
    type Split: Element;
    /// What reads one split.
    type Reader: Reader<Out = Self::Out, Split = Self::Split>;

    /// A short name for the step, such as `text::read(in/*.txt)`.
    fn label(&self) -> String;

    /// Whether it will have been read to its end at some time. What is made of a source without an end is unbounded
    /// too, and its groupings need windows or triggers to show results.
    fn is_bounded(&self) -> bool {
        true
    }

    /// Divides the source for `target.parallelism` workers. Called once, when the pipeline starts: the first moment at
    /// which the outside world is touched.
    ///
    /// # Errors
    /// When the source does not exist or cannot be read. The error fails the pipeline before any step has run.
    fn splits(&self, target: &SplitTarget) -> Result<Vec<Self::Split>, BoxError>;

    /// The size of a split in bytes, if known: drives the progress display.
    fn size(&self, split: &Self::Split) -> Option<u64> {
        let _ = split;
        None
    }

    /// Says where a split is, for error messages, such as `in/a.txt, bytes 0..4096`.
    fn describe(&self, split: &Self::Split) -> String;

    /// Opens a split. Called on the worker that will read it.
    ///
    /// # Errors
    /// When the split cannot be read. The error fails the pipeline.
    fn open(&self, split: Self::Split) -> Result<Self::Reader, BoxError>;
}

/// What the runner would like to have from [`Source::splits`].
#[derive(Clone, Copy, Debug)]
pub struct SplitTarget {
    /// The number of workers that will read.
    pub parallelism: usize,
}

/// Reads one split, a batch at a time. Never leaves its worker thread.
pub trait Reader: 'static {
    /// What it reads.
    type Out;
    /// A part of the source.
    type Split;

    /// Pushes elements until `out` [is full](SourceBatch::is_full) or nothing is left, and says what to do next.
    ///
    /// A reader may wait for a disk, but not for something that may never come (a terminal, a socket): it then returns
    /// [`Next::WakeAt`], so that the pipeline can be stopped. Time is [what the batch says](SourceBatch::now).
    ///
    /// # Errors
    /// When reading fails. The error fails the pipeline.
    fn poll(&mut self, out: &mut SourceBatch<'_, Self::Out>) -> Result<Next, BoxError>;

    /// How many bytes of the split have been read (before decompression): drives the progress display. Counts only up
    /// to what [`Source::size`] said, less what was given away.
    fn bytes_read(&self) -> u64 {
        0
    }

    /// An instant before which no further element of this split is, unless it is late: what the windows of an
    /// [unbounded](Source::is_bounded) source wait for. It never goes back. Of a bounded source nobody asks.
    ///
    /// By default no instant is known, and windows end when the source does.
    fn watermark(&self) -> Timestamp {
        Timestamp::MIN
    }

    /// Whether the split is caught up and empty: nothing has come for so long that others need not wait for its
    /// [watermark](Self::watermark). To be said because nothing is there, never because of a clock alone: an element that
    /// has been waiting meanwhile would be late. Of a bounded source nobody asks.
    fn is_idle(&self) -> bool {
        false
    }

    /// Gives away about `fraction` (between 0 and 1) of what has not been read yet, as a split of its own, or `None`
    /// when that is too little to share or cannot be divided. Together, this reader's further elements and those of the
    /// new split must be exactly what this reader would have read. The watermark holds for both.
    fn try_split(&mut self, fraction: f64) -> Option<Self::Split> {
        let _ = fraction;
        None
    }
}

/// What a [`Reader`] says after a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// There is more: call again.
    More,
    /// Nothing has come yet: call again at this processing time, or when [woken](Waker::wake).
    WakeAt(Timestamp),
    /// The split has been read to its end.
    Done,
}

/// Where a [`Reader`] puts its elements.
pub struct SourceBatch<'a, T> {
    values: &'a mut Vec<T>,
    times: &'a mut Vec<Timestamp>,
    capacity: usize,
    now: Timestamp,
    waker: Waker,
}

impl<'a, T> SourceBatch<'a, T> {
    /// A batch over empty buffers that is full at `capacity` elements, by the clock of the system. For runners and for
    /// tests of connectors.
    pub fn new(values: &'a mut Vec<T>, times: &'a mut Vec<Timestamp>, capacity: usize) -> Self {
        values.clear();
        times.clear();
        Self { values, times, capacity, now: SystemClock.now(), waker: Waker::default() }
    }

    /// The same at another processing time, whose reader can be woken.
    #[must_use]
    pub fn at(self, now: Timestamp, waker: Waker) -> Self {
        Self { now, waker, ..self }
    }

    /// Processing time: what the pipeline's clock said when the batch was begun.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// What to return when nothing is there: calls again after `pause`.
    pub fn wake_after(&self, pause: Duration) -> Next {
        Next::WakeAt(self.now + pause)
    }

    /// Wakes this reader: for what fills it from another thread.
    pub fn waker(&self) -> Waker {
        self.waker.clone()
    }

    /// The elements so far.
    pub fn values(&self) -> &[T] {
        self.values
    }

    /// The event times of the elements so far, and where they can be changed.
    pub(crate) fn stamps(&mut self) -> (&[T], &mut Vec<Timestamp>) {
        self.times.resize(self.values.len(), Timestamp::MIN);
        (self.values, self.times)
    }

    /// Adds an element without a time of its own: its timestamp is [`Timestamp::MIN`].
    #[inline]
    pub fn push(&mut self, value: T) {
        if !self.times.is_empty() {
            self.times.push(Timestamp::MIN);
        }
        self.values.push(value);
    }

    /// Adds an element with its event time.
    #[inline]
    pub fn push_at(&mut self, value: T, time: Timestamp) {
        self.times.resize(self.values.len(), Timestamp::MIN);
        self.times.push(time);
        self.values.push(value);
    }

    /// Whether the reader should return. Pushing more is allowed, and wasteful.
    #[inline]
    pub fn is_full(&self) -> bool {
        self.values.len() >= self.capacity
    }

    /// How many more elements fit until it is full.
    #[inline]
    pub fn room(&self) -> usize {
        self.capacity.saturating_sub(self.values.len())
    }

    /// The number of elements pushed so far.
    #[inline]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether nothing has been pushed yet.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}
