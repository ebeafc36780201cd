//! The values of a group: iterable any number of times, in memory or on disk.

use crate::kernel::ScratchFile;
use crate::kernel::scratch::{Block, codec_error, read_block};
use crate::{Element, coder};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::panic::panic_any;
use std::sync::Arc;

/// All values of one key, as [`group_by_key`](crate::PCollection::group_by_key) gives them: in no particular order,
/// iterable any number of times.
///
/// A group that is larger than memory stays on disk and is paged in while it is iterated over; nothing but the time
/// that it takes shows the difference. Iterating yields owned values: [`iter`](Self::iter) clones those in memory,
/// [`into_iter`](IntoIterator::into_iter) moves them out.
///
/// ```
/// use beamline_sdk::Values;
///
/// let values = Values::from(vec![3, 1, 2]);
/// let total: i32 = values.iter().sum();
/// let largest = values.iter().max();
/// assert_eq!((total, largest, values.len()), (6, Some(3), 3));
/// ```
///
/// # Panics
///
/// Iterating panics when a group on disk cannot be read back; the runner turns that into an error of the step.
#[derive(Clone)]
pub struct Values<V>(Repr<V>);

#[derive(Clone)]
enum Repr<V> {
    InMemory(Vec<V>),
    Paged(Paged),
}

/// Values in a scratch file.
#[derive(Clone)]
pub(crate) struct Paged {
    file: Arc<dyn ScratchFile>,
    blocks: Arc<[Block]>,
    len: usize,
}

impl Paged {
    pub(crate) fn new(file: Arc<dyn ScratchFile>, blocks: Vec<Block>, len: usize) -> Self {
        Self { file, blocks: blocks.into(), len }
    }
}

impl<V: Element> Values<V> {
    pub(crate) fn paged(paged: Paged) -> Self {
        Self(Repr::Paged(paged))
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        match &self.0 {
            Repr::InMemory(values) => values.len(),
            Repr::Paged(paged) => paged.len,
        }
    }

    /// Whether there is none: in a join, a key that this side does not have.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Goes over the values, which stay for the next time.
    pub fn iter(&self) -> Iter<'_, V> {
        Iter(match &self.0 {
            Repr::InMemory(values) => Source::Borrowed(values.iter()),
            Repr::Paged(paged) => Source::Paged(Pages::new(paged.clone())),
        })
    }

    /// The values, if they are in memory.
    pub(crate) fn as_slice(&self) -> Option<&[V]> {
        match &self.0 {
            Repr::InMemory(values) => Some(values),
            Repr::Paged(_) => None,
        }
    }

    /// All values in memory, whatever their size.
    pub fn into_vec(self) -> Vec<V> {
        match self.0 {
            Repr::InMemory(values) => values,
            Repr::Paged(paged) => Pages::new(paged).collect(),
        }
    }
}

impl<V> From<Vec<V>> for Values<V> {
    fn from(values: Vec<V>) -> Self {
        Self(Repr::InMemory(values))
    }
}

impl<V> Default for Values<V> {
    fn default() -> Self {
        Vec::new().into()
    }
}

impl<V: Element> FromIterator<V> for Values<V> {
    fn from_iter<I: IntoIterator<Item = V>>(values: I) -> Self {
        values.into_iter().collect::<Vec<_>>().into()
    }
}

/// Iterates over the values of a group.
pub struct Iter<'a, V>(Source<'a, V>);

enum Source<'a, V> {
    Borrowed(std::slice::Iter<'a, V>),
    Owned(std::vec::IntoIter<V>),
    Paged(Pages<V>),
}

impl<V: Element> Iterator for Iter<'_, V> {
    type Item = V;

    #[inline]
    fn next(&mut self) -> Option<V> {
        match &mut self.0 {
            Source::Borrowed(values) => values.next().cloned(),
            Source::Owned(values) => values.next(),
            Source::Paged(pages) => pages.next(),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match &self.0 {
            Source::Borrowed(values) => values.size_hint(),
            Source::Owned(values) => values.size_hint(),
            Source::Paged(pages) => (pages.left, Some(pages.left)),
        }
    }
}

impl<V: Element> ExactSizeIterator for Iter<'_, V> {}

impl<'a, V: Element> IntoIterator for &'a Values<V> {
    type Item = V;
    type IntoIter = Iter<'a, V>;
    fn into_iter(self) -> Iter<'a, V> {
        self.iter()
    }
}

impl<V: Element> IntoIterator for Values<V> {
    type Item = V;
    type IntoIter = Iter<'static, V>;
    fn into_iter(self) -> Iter<'static, V> {
        Iter(match self.0 {
            Repr::InMemory(values) => Source::Owned(values.into_iter()),
            Repr::Paged(paged) => Source::Paged(Pages::new(paged)),
        })
    }
}

/// Reads values back, a block at a time.
struct Pages<V> {
    paged: Paged,
    next_block: usize,
    buffer: Vec<u8>,
    at: usize,
    left: usize,
    _values: std::marker::PhantomData<V>,
}

impl<V: Element> Pages<V> {
    fn new(paged: Paged) -> Self {
        let left = paged.len;
        Self { paged, next_block: 0, buffer: Vec::new(), at: 0, left, _values: std::marker::PhantomData }
    }

    fn fill(&mut self) {
        let Some(block) = self.paged.blocks.get(self.next_block) else { return };
        self.next_block += 1;
        self.at = 0;
        if let Err(error) = read_block(&*self.paged.file, *block, &mut self.buffer) {
            panic_any(error);
        }
    }
}

impl<V: Element> Iterator for Pages<V> {
    type Item = V;

    fn next(&mut self) -> Option<V> {
        if self.left == 0 {
            return None;
        }
        // Values without content take no bytes: there is no block to be read for them.
        if self.at == self.buffer.len() {
            self.fill();
        }
        let mut rest = &self.buffer[self.at..];
        let value = coder::decode(&mut rest).unwrap_or_else(|error| panic_any(codec_error::<V>(error)));
        self.at = self.buffer.len() - rest.len();
        self.left -= 1;
        Some(value)
    }
}

impl<V: Element> Serialize for Values<V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for Values<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(Self::from)
    }
}

impl<V: Element + fmt::Debug> fmt::Debug for Values<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<V: Element + PartialEq> PartialEq for Values<V> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}
