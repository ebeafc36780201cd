//! A source that does everything that a source may: timestamps for some elements, splits while it is read, waits.

use crate::functions::time_of;
use beamline::{BoxError, Next, Reader, Source, SourceBatch, SplitTarget, Timestamp};
use std::ops::Range;
use std::sync::Arc;

#[derive(Clone)]
pub(crate) struct Stamped(pub Arc<Vec<i8>>);

impl Source for Stamped {
    type Out = i64;
    type Split = Range<usize>;
    type Reader = StampedReader;

    fn label(&self) -> String {
        "Stamped".into()
    }

    fn splits(&self, _target: &SplitTarget) -> Result<Vec<Range<usize>>, BoxError> {
        // Three splits for any number of workers, the last one empty.
        let (len, middle) = (self.0.len(), self.0.len() / 3);
        Ok(vec![0..middle, middle..len, len..len])
    }

    fn describe(&self, split: &Range<usize>) -> String {
        format!("{split:?}")
    }

    fn open(&self, split: Range<usize>) -> Result<StampedReader, BoxError> {
        Ok(StampedReader { elements: self.0.clone(), split, polls: 0 })
    }
}

pub(crate) struct StampedReader {
    elements: Arc<Vec<i8>>,
    split: Range<usize>,
    polls: u32,
}

impl Reader for StampedReader {
    type Out = i64;
    type Split = Range<usize>;

    fn poll(&mut self, out: &mut SourceBatch<'_, i64>) -> Result<Next, BoxError> {
        self.polls += 1;
        for _ in 0..self.polls % 4 {
            let Some(i) = self.split.next() else { return Ok(Next::Done) };
            let x = self.elements[i];
            match time_of(x) {
                Some(time) => out.push_at(i64::from(x), Timestamp::from_millis(time)),
                None => out.push(i64::from(x)),
            }
        }
        Ok(if self.polls.is_multiple_of(5) { Next::WakeAt(out.now()) } else { Next::More })
    }

    fn try_split(&mut self, fraction: f64) -> Option<Range<usize>> {
        let share = (self.split.len() as f64 * fraction) as usize;
        let middle = self.split.end - share;
        let given = middle..self.split.end;
        self.split.end = middle;
        (share > 0).then_some(given)
    }
}
