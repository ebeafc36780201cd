//! Elements in chunks: growing moves none of them.

use std::iter::Flatten;
use std::vec::IntoIter;

/// Chunks of at most so many bytes, of which all but the last one are full.
#[derive(Clone)]
pub(super) struct Chunks<T, const BYTES: usize>(Vec<Vec<T>>);

/// All elements of chunks, each of which is given back when it has been gone through.
pub(crate) type Taken<T> = Flatten<IntoIter<Vec<T>>>;

/// How many elements have room in so many bytes: one at least, and a power of two.
pub(super) const fn fit<T>(bytes: usize) -> usize {
    match bytes / if size_of::<T>() == 0 { 1 } else { size_of::<T>() } {
        0 => 1,
        elements => 1 << elements.ilog2(),
    }
}

impl<T, const BYTES: usize> Chunks<T, BYTES> {
    const FULL: usize = fit::<T>(BYTES);

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

    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.0.iter().flatten()
    }

    /// Those behind the first `before`.
    pub(super) fn since(&self, before: usize) -> impl Iterator<Item = &T> {
        let chunks = self.0.get(before / Self::FULL..).unwrap_or_default();
        let (cut, whole) = chunks.split_first().map_or((&[][..], &[][..]), |(cut, whole)| (&cut[..], whole));
        cut.get(before % Self::FULL..).unwrap_or_default().iter().chain(whole.iter().flatten())
    }

    /// Takes all out.
    pub(super) fn take(&mut self) -> Taken<T> {
        std::mem::take(&mut self.0).into_iter().flatten()
    }

    /// Gives back the room that nothing is in.
    pub(super) fn shrink_to_fit(&mut self) {
        self.0.last_mut().into_iter().for_each(Vec::shrink_to_fit);
    }
}
