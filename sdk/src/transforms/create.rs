//! Collections made in the program.

use crate::{BoxError, Element, Next, PCollection, Pipeline, Reader, Source, SourceBatch, SplitTarget};
use std::ops::Range;
use std::sync::Arc;

impl Pipeline {
    /// A collection of the given elements.
    ///
    /// ```
    /// # use beamline_sdk::Pipeline;
    /// let p = Pipeline::new();
    /// let colours = p.create(["red", "green", "blue"].map(str::to_owned));
    /// ```
    #[track_caller]
    pub fn create<T: Element>(&self, elements: impl IntoIterator<Item = T>) -> PCollection<T> {
        let elements: Arc<Vec<T>> = Arc::new(elements.into_iter().collect());
        let len = elements.len() as u64;
        self.read(Indexed { name: "Create", range: 0..len, make: move |i| elements[i as usize].clone() })
    }

    /// The numbers of a range (`GenerateSequence` in Beam): made when they are needed, by all workers.
    ///
    /// ```
    /// # use beamline_sdk::Pipeline;
    /// let p = Pipeline::new();
    /// let numbers = p.sequence(0..1_000_000);
    /// ```
    #[track_caller]
    pub fn sequence(&self, range: Range<u64>) -> PCollection<u64> {
        self.read(Indexed { name: "Sequence", range, make: |i| i })
    }
}

/// Elements that are made of their index.
#[derive(Clone)]
struct Indexed<F> {
    name: &'static str,
    range: Range<u64>,
    make: F,
}

/// Shares smaller than this are not worth a hand-over.
const SMALLEST_SHARE: u64 = 1024;

impl<T: Element, F: Fn(u64) -> T + Clone + Send + Sync + 'static> Source for Indexed<F> {
    type Out = T;
    type Split = Range<u64>;
    type Reader = IndexedReader<F>;

    fn label(&self) -> String {
        self.name.to_owned()
    }

    fn splits(&self, target: &SplitTarget) -> Result<Vec<Range<u64>>, BoxError> {
        let Range { start, end } = self.range;
        let total = end.saturating_sub(start);
        let parts = (target.parallelism as u64).min(total.div_ceil(SMALLEST_SHARE));
        let bound = |i: u64| start + (u128::from(total) * u128::from(i) / u128::from(parts)) as u64;
        Ok((0..parts).map(|i| bound(i)..bound(i + 1)).collect())
    }

    fn describe(&self, split: &Range<u64>) -> String {
        format!("elements {} to {}", split.start, split.end)
    }

    fn open(&self, split: Range<u64>) -> Result<Self::Reader, BoxError> {
        Ok(IndexedReader { range: split, make: self.make.clone() })
    }
}

struct IndexedReader<F> {
    range: Range<u64>,
    make: F,
}

impl<T: Element, F: Fn(u64) -> T + 'static> Reader for IndexedReader<F> {
    type Out = T;
    type Split = Range<u64>;

    fn poll(&mut self, out: &mut SourceBatch<'_, T>) -> Result<Next, BoxError> {
        let Range { start, end } = self.range;
        let middle = end.min(start.saturating_add(out.room() as u64));
        out.extend((start..middle).map(&self.make));
        self.range.start = middle;
        Ok(if middle < end { Next::More } else { Next::Done })
    }

    fn try_split(&mut self, fraction: f64) -> Option<Range<u64>> {
        let left = self.range.end - self.range.start;
        let share = (left as f64 * fraction) as u64;
        if share < SMALLEST_SHARE || left - share < SMALLEST_SHARE {
            return None;
        }
        let middle = self.range.end - share;
        let given = middle..self.range.end;
        self.range.end = middle;
        Some(given)
    }
}
