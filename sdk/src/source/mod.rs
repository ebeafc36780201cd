//! Reading: what a connector implements to bring elements into a pipeline.
//!
//! A [`Source`] is a description that can be cloned and sent. When the pipeline runs it is asked for its
//! [`splits`](Source::splits), each of which some worker [`open`](Source::open)s and polls batch by batch. A worker
//! that has run out of splits asks a busy [`Reader`] to give away a part of what it has not read yet.

//!
//! Sources are changed by wrapping them, whatever they read: `timestamps` and `arriving` say what time it is, `idle` when
//! nobody waits for a split, `limit` where reading ends, `concat` what comes behind it; the last two read several splits in
//! `turns`. `generate` makes elements at a rate.

mod arriving;
mod concat;
mod estimator;
mod generate;
mod idle;
mod limit;
mod pause;
#[cfg(test)]
mod tests;
mod timestamps;
mod turns;
mod waker;

use crate::kernel::{Clock, SourceFactory, SystemClock, read_with};
use crate::{BoxError, Element, Timestamp};
use std::sync::Arc;
use std::time::Duration;

pub use arriving::{Arriving, ArrivingReader};
pub use concat::Concat;
pub use estimator::{BoundedOutOfOrderness, Manual, Monotonic, Punctuated, WatermarkEstimator};
pub(crate) use generate::generate_every;
pub use generate::{Generate, generate};
pub use idle::IdleAfter;
pub use limit::Limited;
pub(crate) use pause::Pause;
pub use timestamps::{IntoTimestamp, Timestamped, Untimed};
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

    /// Whether reading ends when the pipeline is drained, because what is to be read may never come. So it is with sources
    /// without an end, and with the beginning of one.
    fn stops_when_drained(&self) -> bool {
        !self.is_bounded()
    }

    /// What a runner reads it with.
    ///
    /// A source that says this itself, with the same [`read_with`](crate::kernel::read_with), is compiled in its own crate,
    /// and not once more in each program, if its type has no parameters.
    fn into_factory(self) -> Arc<dyn SourceFactory> {
        read_with(self)
    }

    /// Gives each element a timestamp of its own, and lets an estimator say how far the source has come.
    ///
    /// The function returns a [`Timestamp`], or a `Result` or an `Option` of one where an element may have none. Such an
    /// element fails the pipeline, with an error that shows it, unless it is to be [kept](Timestamped::untimed). Each split
    /// has an estimator of its own, and the source has come as far as the slowest of them.
    ///
    /// ```
    /// use beamline_sdk::{BoundedOutOfOrderness, Pipeline, Source, Timestamp, generate};
    /// use std::time::Duration;
    ///
    /// let readings = generate(10.0, |n| (n as i64 * 60_000, 20.5));
    /// let estimator = BoundedOutOfOrderness::new(Duration::from_secs(30));
    /// let in_time = readings.with_timestamps(|(millis, _)| Timestamp::from_millis(*millis), estimator);
    /// # Pipeline::new().read(in_time);
    /// ```
    fn with_timestamps<F, R, E>(self, time_of: F, estimator: E) -> Timestamped<Self, F, E>
    where
        Self: Sized,
        F: Fn(&Self::Out) -> R + Clone + Send + Sync + 'static,
        R: IntoTimestamp,
        E: WatermarkEstimator<Self::Out>,
    {
        Timestamped::new(self, time_of, estimator)
    }

    /// Takes the processing time at which an element is read for its timestamp. The watermark is that of the last attempt
    /// to read, so windows end by the clock, whether something comes or not.
    ///
    /// ```
    /// use beamline_sdk::{Pipeline, Source, generate};
    ///
    /// let p = Pipeline::new();
    /// let numbers = p.read(generate(10.0, |n| n).arriving());
    /// # drop(numbers);
    /// ```
    fn arriving(self) -> Arriving<Self>
    where
        Self: Sized,
    {
        Arriving::new(self)
    }

    /// Lets nobody wait for a split that has been [caught up and empty](Reader::is_caught_up) for so long by the clock.
    ///
    /// Otherwise a split to which nothing comes, such as a file that nobody writes to, holds the watermark of the whole
    /// source, and windows stay open. Time alone makes no split idle: one that cannot be read for a while, because the
    /// pipeline is busy, is waited for. An element that comes after all may be late.
    ///
    /// ```
    /// use beamline_sdk::{Monotonic, Pipeline, Source, Timestamp, generate};
    /// use std::time::Duration;
    ///
    /// let source = generate(10.0, |n| n).with_timestamps(|n| Timestamp::from_millis(*n as i64), Monotonic::default());
    /// Pipeline::new().read(source.idle_after(Duration::from_secs(5)));
    /// ```
    fn idle_after(self, pause: Duration) -> IdleAfter<Self>
    where
        Self: Sized,
    {
        IdleAfter::new(self, pause)
    }

    /// Ends after `count` elements: what is read has an end then. All splits are read by one worker, which counts: those
    /// of a source with an end one after the other, others in turns.
    ///
    /// ```
    /// use beamline_sdk::{Pipeline, Source, generate};
    ///
    /// let p = Pipeline::new();
    /// let first = p.read(generate(100.0, |n| n).take(5));
    /// assert!(first.is_bounded());
    /// ```
    fn take(self, count: u64) -> Limited<Self>
    where
        Self: Sized,
    {
        Limited::count(self, count)
    }

    /// Ends so long after reading began, by the pipeline's clock: what is read has an end then. All splits are read by one
    /// worker, as with [`take`](Self::take).
    ///
    /// ```
    /// use beamline_sdk::{Pipeline, Source, generate};
    /// use std::time::Duration;
    ///
    /// Pipeline::new().read(generate(100.0, |n| n).take_for(Duration::from_secs(10)));
    /// ```
    fn take_for(self, duration: Duration) -> Limited<Self>
    where
        Self: Sized,
    {
        Limited::duration(self, duration)
    }

    /// Ends when the source's own watermark has come to `end`: what is read has an end then, and contains all elements
    /// before `end` that are not late. Later ones that were read before that remain in it. All splits are read by one
    /// worker, as with [`take`](Self::take).
    ///
    /// ```
    /// use beamline_sdk::{Pipeline, Source, Timestamp, generate};
    ///
    /// let midnight: Timestamp = "2030-01-01T00:00".parse()?;
    /// Pipeline::new().read(generate(100.0, |n| n).until(midnight));
    /// # Ok::<(), beamline_sdk::ParseTimestampError>(())
    /// ```
    fn until(self, end: Timestamp) -> Limited<Self>
    where
        Self: Sized,
    {
        Limited::until(self, end)
    }

    /// Reads another source behind this one, which must have an end: first what there was, then what comes, under one
    /// watermark.
    ///
    /// The splits of this source are read in their order by one worker, so that event time goes forward if it does from
    /// one to the next. Then the splits of `live` are divided among all workers. They are decided on when the
    /// pipeline starts, and opened when the first source has ended. A policy of
    /// [timestamps](Self::with_timestamps) that both share belongs behind `concat`.
    ///
    /// ```
    /// use beamline_sdk::{Pipeline, Source, generate};
    ///
    /// let history = generate(f64::INFINITY, |n| n).take(1_000);
    /// Pipeline::new().read(history.concat(generate(10.0, |n| 1_000 + n)));
    /// ```
    fn concat<L: Source<Out = Self::Out>>(self, live: L) -> Concat<Self, L>
    where
        Self: Sized,
    {
        Concat::new(self, live)
    }
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

    /// Whether everything that has come so far has been read, and nothing more was there at the last
    /// [`poll`](Self::poll). What [`Source::idle_after`] goes by; unlike an [idle](Self::is_idle) split, one that is caught
    /// up is still waited for.
    fn is_caught_up(&self) -> bool {
        self.is_idle()
    }

    /// A split that has come into being while this one was read, such as a new file in a folder, to be read beside it.
    /// Asked after each [`poll`](Self::poll) until there is none.
    fn discover(&mut self) -> Option<Self::Split> {
        None
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
    hear: Option<&'a dyn Fn(BoxError, &str)>,
}

impl<'a, T> SourceBatch<'a, T> {
    /// A batch over empty buffers that is full at `capacity` elements, by the clock of the system. For runners and for
    /// tests of connectors.
    pub fn new(values: &'a mut Vec<T>, times: &'a mut Vec<Timestamp>, capacity: usize) -> Self {
        values.clear();
        times.clear();
        Self { values, times, capacity, now: SystemClock.now(), waker: Waker::default(), hear: None }
    }

    /// The same at another processing time, whose reader can be woken.
    #[must_use]
    pub fn at(self, now: Timestamp, waker: Waker) -> Self {
        Self { now, waker, ..self }
    }

    /// The same with somebody who hears of [warnings](Self::warn), which are lost otherwise.
    #[must_use]
    pub fn heard_by(self, hear: &'a dyn Fn(BoxError, &str)) -> Self {
        Self { hear: Some(hear), ..self }
    }

    /// Warns of what has gone wrong and does not fail the run, such as a connection that was lost while others go on;
    /// `consequence` says what becomes of it. Warnings are said, and are in the status of the run; one that comes again and
    /// again is said less and less often.
    pub fn warn(&self, cause: impl Into<BoxError>, consequence: &str) {
        if let Some(hear) = self.hear {
            hear(cause.into(), consequence);
        }
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

    /// A part of this batch, in which so many more elements fit at most.
    pub(crate) fn part(&mut self, most: usize, waker: Waker) -> SourceBatch<'_, T> {
        let capacity = self.capacity.min(self.values.len().saturating_add(most));
        SourceBatch { values: self.values, times: self.times, capacity, now: self.now, waker, hear: self.hear }
    }

    /// Keeps the first `count` elements.
    pub(crate) fn truncate(&mut self, count: usize) {
        self.values.truncate(count);
        self.times.truncate(count);
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
        // The value comes first: it is copied once, to where it stays.
        let before = self.values.len();
        self.values.push(value);
        if self.times.len() < before {
            self.times.resize(before, Timestamp::MIN);
        }
        self.times.push(time);
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

/// Adds elements without times of their own, however full the batch is: see [`room`](SourceBatch::room).
impl<T> Extend<T> for SourceBatch<'_, T> {
    #[inline]
    fn extend<I: IntoIterator<Item = T>>(&mut self, values: I) {
        self.values.extend(values);
        if !self.times.is_empty() {
            self.times.resize(self.values.len(), Timestamp::MIN);
        }
    }
}
