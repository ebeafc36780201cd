//! Elements in chunks: growing moves none of them.
//!
//! Their iterators are written out: `flatten` and `chain` are a lot of code, for each thing that is done with each.

use std::slice;
use std::vec::{Drain, IntoIter};

/// Chunks of at most so many bytes, of which all but the last one are full.
#[derive(Clone)]
pub(super) struct Chunks<T, const BYTES: usize>(Vec<Vec<T>>);

/// All elements of chunks, each of which is given back when it has been gone through.
pub(crate) struct Taken<T> {
    chunk: IntoIter<T>,
    later: IntoIter<Vec<T>>,
}

impl<T> Iterator for Taken<T> {
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        loop {
            match self.chunk.next() {
                None => self.chunk = self.later.next()?.into_iter(),
                element => return element,
            }
        }
    }
}

/// As [`Taken`], and the vector keeps its room.
pub(crate) struct Drained<'a, T> {
    pub(super) first: Drain<'a, T>,
    pub(super) later: Taken<T>,
}

impl<T> Iterator for Drained<'_, T> {
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        match self.first.next() {
            None => self.later.next(),
            element => element,
        }
    }
}

/// Elements of a vector, then of chunks.
pub(crate) struct Each<'a, T> {
    pub(super) chunk: slice::Iter<'a, T>,
    pub(super) later: slice::Iter<'a, Vec<T>>,
}

impl<'a, T> Iterator for Each<'a, T> {
    type Item = &'a T;

    #[inline]
    fn next(&mut self) -> Option<&'a T> {
        loop {
            match self.chunk.next() {
                None => self.chunk = self.later.next()?.iter(),
                element => return element,
            }
        }
    }
}

/// How many elements have room in so many bytes: one at least.
pub(crate) const fn room_in<T>(bytes: usize) -> usize {
    match size_of::<T>() {
        0 => bytes,
        size if size > bytes => 1,
        size => bytes / size,
    }
}

impl<T, const BYTES: usize> Chunks<T, BYTES> {
    const FULL: usize = room_in::<T>(BYTES);

    pub(super) const fn new() -> Self {
        Self(Vec::new())
    }

    #[inline]
    pub(super) fn len(&self) -> usize {
        self.0.last().map_or(0, |last| (self.0.len() - 1) * Self::FULL + last.len())
    }

    /// Not in line: it would be in the way of those that are found without.
    #[inline(never)]
    pub(super) fn get(&self, number: usize) -> Option<&T> {
        self.0.get(number / Self::FULL)?.get(number % Self::FULL)
    }

    #[inline(never)]
    pub(super) fn get_mut(&mut self, number: usize) -> Option<&mut T> {
        self.0.get_mut(number / Self::FULL)?.get_mut(number % Self::FULL)
    }

    #[inline]
    pub(super) fn push(&mut self, element: T) {
        match self.0.last_mut() {
            Some(last) if last.len() < Self::FULL => last.push(element),
            _ => self.push_chunk(element),
        }
    }

    #[cold]
    fn push_chunk(&mut self, element: T) {
        let mut chunk = Vec::with_capacity(Self::FULL);
        chunk.push(element);
        self.0.push(chunk);
    }

    /// `first`, then all.
    pub(super) fn behind<'a>(&'a self, first: &'a [T]) -> Each<'a, T> {
        Each { chunk: first.iter(), later: self.0.iter() }
    }

    /// Those behind the first `before`.
    pub(super) fn since(&self, before: usize) -> Each<'_, T> {
        let mut later = self.0.get(before / Self::FULL..).unwrap_or_default().iter();
        let cut = later.next().and_then(|cut| cut.get(before % Self::FULL..));
        Each { chunk: cut.unwrap_or_default().iter(), later }
    }

    /// Takes all out, behind `first`.
    pub(super) fn take_behind(&mut self, first: Vec<T>) -> Taken<T> {
        Taken { chunk: first.into_iter(), later: std::mem::take(&mut self.0).into_iter() }
    }

    /// Takes all out.
    pub(super) fn take(&mut self) -> Taken<T> {
        self.take_behind(Vec::new())
    }

    /// Gives back the room that nothing is in.
    pub(super) fn shrink_to_fit(&mut self) {
        self.0.last_mut().into_iter().for_each(Vec::shrink_to_fit);
    }
}
