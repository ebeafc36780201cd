//! Several splits that one worker reads: one after the other if they have an end, in turns if not.

use crate::kernel::Mark;
use crate::source::{Pause, Waker};
use crate::{BoxError, Next, Reader, Source, SourceBatch, Timestamp};
use std::collections::VecDeque;

/// Reads splits as if they were one.
pub(super) struct Turns<S: Source> {
    source: S,
    waiting: VecDeque<S::Split>,
    open: Vec<Turn<S::Reader>>,
    /// Whose turn is next.
    next: usize,
    /// Of the splits that have been read to their end.
    bytes_read: u64,
    mark: Mark,
}

struct Turn<R> {
    reader: R,
    pause: Pause,
}

impl<S: Source> Turns<S> {
    pub(super) fn new(source: &S, splits: Vec<S::Split>) -> Self {
        Self {
            source: source.clone(),
            waiting: splits.into(),
            open: Vec::new(),
            next: 0,
            bytes_read: 0,
            mark: Mark::START,
        }
    }

    pub(super) fn poll(&mut self, out: &mut SourceBatch<'_, S::Out>) -> Result<Next, BoxError> {
        if self.may_open() {
            self.open_next(&out.waker())?;
        }
        let (count, now) = (self.open.len(), out.now());
        let mut in_turn = (0..count).map(|i| (self.next + i) % count);
        if let Some(index) = in_turn.find(|i| self.open[*i].pause.is_over(now)) {
            self.go_on(index, out)?;
        }
        self.look_how_far();
        Ok(self.outlook(now))
    }

    /// Splits without an end are all read at the same time.
    fn may_open(&self) -> bool {
        !self.waiting.is_empty() && (self.open.is_empty() || !self.source.is_bounded())
    }

    fn open_next(&mut self, waker: &Waker) -> Result<(), BoxError> {
        if let Some(split) = self.waiting.pop_front() {
            let reader = self.source.open(split)?;
            self.open.push(Turn { reader, pause: Pause::new(waker.inner()) });
        }
        Ok(())
    }

    fn go_on(&mut self, index: usize, out: &mut SourceBatch<'_, S::Out>) -> Result<(), BoxError> {
        let turn = &mut self.open[index];
        let next = turn.reader.poll(&mut out.part(usize::MAX, turn.pause.waker().clone()))?;
        self.waiting.extend(std::iter::from_fn(|| turn.reader.discover()));
        self.next = index + 1;
        match next {
            Next::More => {}
            Next::WakeAt(time) => turn.pause.begin(out.now(), time),
            Next::Done => {
                self.bytes_read += self.open.remove(index).reader.bytes_read();
                self.next = index;
            }
        }
        Ok(())
    }

    /// What there is to do after a poll.
    fn outlook(&mut self, now: Timestamp) -> Next {
        if self.open.is_empty() && self.waiting.is_empty() {
            return Next::Done;
        }
        if self.may_open() || self.open.iter_mut().any(|turn| turn.pause.is_over(now)) {
            return Next::More;
        }
        let until = self.open.iter().filter_map(|turn| turn.pause.until()).min();
        until.map_or(Next::More, Next::WakeAt)
    }

    /// Splits with an end are in the order of time, so those that wait hold nothing.
    fn look_how_far(&mut self) {
        let waits = !self.source.is_bounded() && !self.waiting.is_empty();
        if waits || self.open.is_empty() {
            return;
        }
        let mark = |turn: &Turn<S::Reader>| Mark { time: turn.reader.watermark(), is_idle: turn.reader.is_idle() };
        self.mark = self.mark.advanced_by(self.open.iter().map(mark));
    }

    /// How far all of them have come.
    pub(super) fn mark(&self) -> Mark {
        self.mark
    }

    pub(super) fn is_caught_up(&self) -> bool {
        self.waiting.is_empty() && self.open.iter().all(|turn| turn.reader.is_caught_up())
    }

    pub(super) fn bytes_read(&self) -> u64 {
        self.bytes_read + self.open.iter().map(|turn| turn.reader.bytes_read()).sum::<u64>()
    }

    /// Wakes one of the readers, as what fills it would do.
    #[cfg(test)]
    pub(super) fn wake(&self, index: usize) {
        self.open[index].pause.waker().wake();
    }

    /// Gives away about so much of what has not been begun.
    pub(super) fn share(&mut self, fraction: f64) -> Vec<S::Split> {
        let given = (self.waiting.len() as f64 * fraction).ceil() as usize;
        self.waiting.split_off(self.waiting.len() - given.min(self.waiting.len())).into()
    }
}

/// Which splits these are, for error messages.
pub(super) fn describe<S: Source>(source: &S, splits: &[S::Split]) -> String {
    match splits {
        [] => "nothing".to_owned(),
        [only] => source.describe(only),
        [first, rest @ ..] => format!("{} and {} more", source.describe(first), rest.len()),
    }
}
