//! Batches: what moves between steps.

use super::memory::size_of_value;
use super::meta::{Meta, Stamp};
use serde::Serialize;

/// A batch does not wait for the end of more retractions than these.
const MOST_TAKEN_BACK: usize = 64;

/// Elements on their way from one step to the next.
#[derive(Clone, Debug)]
pub struct Batch<T> {
    /// The elements.
    pub values: Vec<T>,
    /// Their timestamps, windows and panes.
    pub meta: Meta,
}

impl<T> Batch<T> {
    /// An empty batch.
    pub fn new() -> Self {
        Self { values: Vec::new(), meta: Meta::unstamped() }
    }

    /// The number of elements.
    #[inline]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there is no element.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Whether it is to be passed on: it has `capacity` rows, and does not end with something taken back. What comes in
    /// its place is behind that, and a step that saw one without the other would show what is true in between.
    #[inline]
    pub(crate) fn is_full(&self, capacity: usize) -> bool {
        self.len() >= capacity && self.may_end(capacity)
    }

    #[cold]
    fn may_end(&self, capacity: usize) -> bool {
        let len = self.len();
        len - capacity >= MOST_TAKEN_BACK || !self.meta.takes_back(len - 1)
    }

    /// Adds an element with its stamp.
    #[inline]
    pub fn push(&mut self, value: T, stamp: &Stamp) {
        self.meta.append(self.values.len(), stamp);
        self.values.push(value);
    }

    /// Drops all elements and the stamps of single rows.
    #[inline]
    pub(crate) fn clear(&mut self) {
        self.values.clear();
        if !self.meta.is_same() {
            self.meta = Meta::unstamped();
        }
    }

    /// Moves all elements of `other` behind those of this batch.
    pub(crate) fn append(&mut self, other: &mut Self) {
        if self.is_empty() {
            self.meta.clone_from(&other.meta);
        } else {
            self.meta.append_all(self.values.len(), &other.meta, other.values.len());
        }
        self.values.append(&mut other.values);
    }

    /// Takes the batch out, and leaves an empty one.
    pub(crate) fn take(&mut self) -> Self {
        std::mem::take(self)
    }

    /// Takes the first `n` elements out; all of them if there are no more.
    pub(crate) fn take_front(&mut self, n: usize) -> Self {
        if n >= self.len() {
            return self.take();
        }
        let rest = Self { values: self.values.split_off(n), meta: self.meta.split_off(n) };
        std::mem::replace(self, rest)
    }

    /// About how many bytes it takes.
    pub(crate) fn bytes(&self) -> usize
    where
        T: Serialize,
    {
        self.values.iter().map(size_of_value).sum::<usize>() + self.meta.bytes()
    }

    /// Keeps the elements for which `keep` says so.
    pub(crate) fn retain(&mut self, mut keep: impl FnMut(&T) -> bool) {
        if self.meta.is_same() {
            self.values.retain(keep);
        } else {
            let kept: Vec<bool> = self.values.iter().map(&mut keep).collect();
            self.meta.retain(&kept);
            let mut row = 0;
            self.values.retain(|_| {
                row += 1;
                kept[row - 1]
            });
        }
    }
}

impl<T> Default for Batch<T> {
    fn default() -> Self {
        Self::new()
    }
}
