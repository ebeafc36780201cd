//! Collects what a step emits into batches, and passes them on when they are full.

use super::batch::Batch;
use super::col::Col;
use super::env::Env;
use super::meta::{Meta, Stamp};
use super::output::Output;
use crate::window::{Pane, Window};
use crate::{Error, Result, RunId, Timestamp};
use std::panic::resume_unwind;
use std::rc::Rc;

/// What unwinds a function that emits after a failure: no panic, and never shown.
struct Interrupted;

/// The outgoing side of a step.
///
/// A full batch is pushed inside the call that filled it, so a function that emits without end holds one batch, not
/// all of them.
pub struct Emitter<T> {
    batch: Batch<T>,
    capacity: usize,
    output: Output<T>,
    /// What rows inherit while `stamp` is `None`: then it is also the stamp of the batch.
    common: Meta,
    /// What rows inherit when the rows of the batch differ.
    stamp: Option<Stamp>,
    /// Whether these differ in their times alone, so that the batch has their windows and their pane already.
    is_timed: bool,
    /// Whether each row of the input batch has a time of its own: then so have those of the next batch from the start.
    has_each_time: bool,
    failure: Option<Error>,
}

impl<T: 'static> Emitter<T> {
    pub(crate) fn new(output: Output<T>, capacity: usize) -> Self {
        let (batch, common) = (Batch::new(), Meta::unstamped());
        Self { batch, capacity, output, common, stamp: None, is_timed: false, has_each_time: false, failure: None }
    }

    /// An emitter whose elements are [taken](Self::take) and not passed on.
    pub(crate) fn collecting(env: &Env) -> Self {
        Self::new(Output::new(&[], Rc::default(), env), usize::MAX)
    }

    /// What has been collected.
    pub(crate) fn take(&mut self) -> Batch<T> {
        self.is_timed = false;
        self.batch.take()
    }

    /// Which run it is.
    pub(crate) fn run(&self) -> RunId {
        self.output.run()
    }

    /// Whether what is emitted is counted and nothing else.
    #[inline]
    pub(crate) fn is_unread(&self) -> bool {
        self.output.is_unread()
    }

    /// Counts an element instead of emitting it, where [nobody reads](Self::is_unread) it.
    #[inline]
    pub(crate) fn count_unread(&self) {
        self.output.count_unread();
    }

    /// Whether the run is to stop.
    pub(crate) fn is_stopped(&self) -> bool {
        self.output.is_stopped()
    }

    /// Begins an input batch: what is emitted from now on inherits the stamps of its elements.
    pub(crate) fn begin(&mut self, meta: &Meta) {
        if meta.is_same() && (self.batch.is_empty() || self.batch.meta == *meta) {
            self.batch.meta.clone_from(meta);
            self.common.clone_from(meta);
            (self.stamp, self.is_timed) = (None, false);
        } else {
            self.begin_stamped(meta);
        }
    }

    fn begin_stamped(&mut self, meta: &Meta) {
        let stamp = self.stamp.insert(meta.get(0));
        let differs_in_times = meta.windows.is_same() && meta.pane.is_same();
        self.has_each_time = matches!(meta.time, Col::Each(_));
        if differs_in_times && self.batch.is_empty() {
            self.batch.meta = timed(stamp, self.has_each_time, room_of(&self.batch.values));
        }
        let has_the_same = || self.batch.meta.windows == meta.windows && self.batch.meta.pane == meta.pane;
        self.is_timed = differs_in_times && has_the_same();
    }

    /// As [`begin`](Self::begin), with a new batch if what has been collected has other stamps. A failure is kept.
    pub(crate) fn begin_anew(&mut self, meta: &Meta) {
        if !self.batch.is_empty() && self.batch.meta != *meta {
            self.pass_on_or_keep_failure();
        }
        self.begin(meta);
    }

    /// Begins the `row`-th element of the input batch. Where its elements have the same stamp it need not be called.
    #[inline]
    pub(crate) fn begin_row(&mut self, meta: &Meta, row: usize) {
        match &mut self.stamp {
            Some(stamp) if self.is_timed => stamp.time = *meta.time.get(row),
            Some(stamp) => *stamp = meta.get(row),
            None => {}
        }
    }

    /// Emits an element with the stamp of the element in work.
    #[inline]
    pub(crate) fn emit(&mut self, value: T) {
        if self.add(value) {
            self.pass_on_or_keep_failure();
        }
    }

    /// As [`emit`](Self::emit), for functions of the user, which may go on without end: after a failure, which a
    /// cancelled run is too, it does not return. To be called inside of `catch` only, with a `check` behind it.
    #[inline]
    pub(crate) fn emit_or_unwind(&mut self, value: T) {
        if self.add(value) {
            self.pass_on_or_unwind();
        }
    }

    /// As [`emit_or_unwind`](Self::emit_or_unwind), for the `row`-th element of the input batch, which need not have been
    /// begun: if it `is_new` it is now.
    #[inline]
    pub(crate) fn emit_of_or_unwind(&mut self, value: T, meta: &Meta, row: usize, is_new: bool) {
        self.batch.values.push(value);
        if is_new {
            self.begin_row(meta, row);
        }
        if self.stamp_last() {
            self.pass_on_or_unwind();
        }
    }

    /// Says whether the batch is full. The element comes first: it is copied once, into the batch.
    #[expect(clippy::inline_always, reason = "an element is to be copied once, into the batch")]
    #[inline(always)]
    fn add(&mut self, value: T) -> bool {
        self.batch.values.push(value);
        self.stamp_last()
    }

    /// Stamps the element that has just been added. Says whether the batch is full.
    #[inline]
    fn stamp_last(&mut self) -> bool {
        if self.stamp.is_some() {
            self.append_stamp();
        }
        self.batch.is_full(self.capacity)
    }

    #[inline]
    fn append_stamp(&mut self) {
        let Some(stamp) = &self.stamp else { return };
        let before = self.batch.values.len() - 1;
        if self.is_timed {
            self.batch.meta.time.append(before, &stamp.time);
        } else {
            self.batch.meta.append(before, stamp);
        }
    }

    /// Emits an element with another timestamp than that of the element in work, the `row`-th of its batch.
    pub(crate) fn emit_at(&mut self, value: T, time: Timestamp, meta: &Meta, row: usize) {
        let inherited = self.stamp.get_or_insert_with(|| meta.get(row)).clone();
        self.emit_stamped(value, &Stamp { time, ..inherited });
    }

    /// Emits an element that comes from no other one.
    pub(crate) fn emit_into(&mut self, value: T, time: Timestamp, window: Window) {
        let stamp = Stamp { time, windows: window.into(), pane: Pane::UNKNOWN };
        self.begin_other();
        self.emit_stamped(value, &stamp);
    }

    /// Emits an element that comes from no other one, of a step whose elements are all in the global window and differ
    /// in nothing but their times.
    #[inline]
    pub(crate) fn emit_timed(&mut self, value: T, time: Timestamp) {
        debug_assert!(self.stamp.is_none(), "such a step begins no batches");
        self.batch.meta.time.append(self.batch.len(), &time);
        self.batch.values.push(value);
        if self.batch.is_full(self.capacity) {
            self.pass_on_or_unwind();
        }
    }

    /// Emits an element with this stamp. Not for functions of the user.
    pub(crate) fn emit_with(&mut self, value: T, stamp: &Stamp) {
        self.begin_other();
        self.batch.push(value, stamp);
        if self.batch.is_full(self.capacity) {
            self.pass_on_or_keep_failure();
        }
    }

    /// From here on rows may differ in all, and those of the element in work inherit what they did.
    #[inline]
    fn begin_other(&mut self) {
        self.stamp.get_or_insert_with(|| self.common.get(0));
        self.is_timed = false;
    }

    fn emit_stamped(&mut self, value: T, stamp: &Stamp) {
        self.batch.push(value, stamp);
        if self.batch.is_full(self.capacity) {
            self.pass_on_or_unwind();
        }
    }

    /// Passes on a whole batch: directly when it is worth a call, else together with what comes later.
    pub(crate) fn forward(&mut self, batch: &mut Batch<T>) -> Result<()> {
        if batch.len() * 4 >= self.capacity {
            return self.output.push(batch);
        }
        self.is_timed = false;
        self.batch.append(batch);
        if self.batch.is_full(self.capacity) { self.pass_on() } else { Ok(()) }
    }

    /// Passes on what has been collected, and reports the error of a consumer, if one failed since the last call.
    pub(crate) fn flush(&mut self) -> Result<()> {
        self.check()?;
        self.pass_on()
    }

    /// The error of a consumer, if one failed since the last call.
    pub(crate) fn check(&mut self) -> Result<()> {
        self.failure.take().map_or(Ok(()), Err)
    }

    fn pass_on(&mut self) -> Result<()> {
        if self.batch.is_empty() {
            return Ok(());
        }
        let result = self.output.push(&mut self.batch);
        self.batch.clear();
        match &self.stamp {
            Some(stamp) if self.is_timed => {
                self.batch.meta = timed(stamp, self.has_each_time, room_of(&self.batch.values));
            }
            Some(_) => {}
            None => self.batch.meta.clone_from(&self.common),
        }
        result
    }

    /// Passes on what has been emitted so far, for functions of the user. What is [collected](Self::collecting) stays.
    pub(crate) fn pass_on_early(&mut self) {
        if self.capacity < usize::MAX {
            self.pass_on_or_unwind();
        }
    }

    #[cold]
    #[inline(never)]
    fn pass_on_or_unwind(&mut self) {
        self.pass_on_or_keep_failure();
        // Where panics abort, the function has to come to its end; so does the destructor that emits in a panic.
        if cfg!(panic = "unwind") && self.failure.is_some() && !std::thread::panicking() {
            resume_unwind(Box::new(Interrupted));
        }
    }

    #[cold]
    #[inline(never)]
    fn pass_on_or_keep_failure(&mut self) {
        if self.failure.is_none() {
            self.failure = self.pass_on().err();
        } else {
            self.batch.clear();
        }
        // A consumer may have kept the buffer.
        self.batch.values.reserve(self.capacity);
    }
}

/// For how many elements a vector has room. Where they take none, no number says how many will come.
fn room_of<T>(values: &Vec<T>) -> usize {
    if size_of::<T>() == 0 { 0 } else { values.capacity() }
}

/// Of an empty batch whose rows will differ from a stamp in their times alone, and perhaps each from the other: then there
/// is room for so many.
fn timed(stamp: &Stamp, has_each_time: bool, rows: usize) -> Meta {
    let meta = Meta::of(stamp.clone());
    if has_each_time { Meta { time: Col::Each(Vec::with_capacity(rows)), ..meta } } else { meta }
}
