//! Where rows are: in chunks, so that the oldest can go together.

use crate::Timestamp;
use std::collections::VecDeque;

/// A value with its key and its time, and the way to one that came before it.
pub(super) struct Row<K, V> {
    /// The upper half of the key's hash.
    pub(super) hash: u32,
    /// The number of an earlier row.
    pub(super) before: u32,
    pub(super) time: Timestamp,
    pub(super) key: K,
    pub(super) value: V,
}

/// What a row has instead of the number of another one when it was taken out, and is only there until its chunk goes.
const TAKEN: u32 = u32::MAX;

impl<K, V> Row<K, V> {
    pub(super) fn is_taken(&self) -> bool {
        self.before == TAKEN
    }

    pub(super) fn mark_as_taken(&mut self) {
        self.before = TAKEN;
    }
}

/// Rows that are numbered in the order of their coming.
///
/// Numbers begin with 1, and those of rows that are gone are not used again: they name no row.
pub(super) struct Chunks<K, V> {
    /// All but the last are full.
    all: VecDeque<Chunk<K, V>>,
    /// The number of the first row that is there.
    first: u32,
    /// The number of the next one to come.
    next: u32,
}

struct Chunk<K, V> {
    rows: Vec<Row<K, V>>,
    latest: Timestamp,
}

/// So many rows go together. A power of two.
const CHUNK: usize = if cfg!(test) { 8 } else { 1 << 9 };

impl<K, V> Chunks<K, V> {
    pub(super) fn new() -> Self {
        Self { all: VecDeque::new(), first: 1, next: 1 }
    }

    pub(super) fn len(&self) -> usize {
        (self.next - self.first) as usize
    }

    /// Whether some more rows can be numbered.
    pub(super) fn has_numbers(&self, rows: usize) -> bool {
        ((TAKEN - self.next) as usize) > rows
    }

    /// The latest timestamp of the rows that go next.
    pub(super) fn goes_next(&self) -> Option<Timestamp> {
        self.all.front().map(|chunk| chunk.latest)
    }

    /// The row of a number, if it is there.
    #[inline]
    pub(super) fn get(&self, number: u32) -> Option<&Row<K, V>> {
        let behind = number.checked_sub(self.first)? as usize;
        self.all.get(behind / CHUNK)?.rows.get(behind % CHUNK)
    }

    #[inline]
    pub(super) fn get_mut(&mut self, number: u32) -> Option<&mut Row<K, V>> {
        let behind = number.checked_sub(self.first)? as usize;
        self.all.get_mut(behind / CHUNK)?.rows.get_mut(behind % CHUNK)
    }

    /// Adds a row; gives its number.
    #[inline]
    pub(super) fn push(&mut self, row: Row<K, V>) -> u32 {
        assert!(self.next < TAKEN, "a worker has fewer than four thousand million elements of a side");
        match self.all.back_mut().filter(|chunk| chunk.rows.len() < CHUNK) {
            Some(chunk) => {
                chunk.latest = chunk.latest.max(row.time);
                chunk.rows.push(row);
            }
            None => self.begin(row),
        }
        self.next += 1;
        self.next - 1
    }

    fn begin(&mut self, row: Row<K, V>) {
        // Where there is one there will be more; the first grows with its rows.
        let mut rows = Vec::with_capacity(if self.all.is_empty() { 1 } else { CHUNK });
        let latest = row.time;
        rows.push(row);
        self.all.push_back(Chunk { rows, latest });
    }

    /// Drops the oldest chunks as long as all of their rows are up to the instant `last`.
    pub(super) fn forget(&mut self, last: i64) {
        while let Some(chunk) = self.all.pop_front_if(|chunk| chunk.latest.millis() <= last) {
            self.first += chunk.rows.len() as u32;
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Row<K, V>> {
        self.all.iter().flat_map(|chunk| &chunk.rows)
    }
}

impl<K: 'static, V: 'static> IntoIterator for Chunks<K, V> {
    type Item = Row<K, V>;
    type IntoIter = Box<dyn Iterator<Item = Row<K, V>>>;

    fn into_iter(self) -> Self::IntoIter {
        Box::new(self.all.into_iter().flat_map(|chunk| chunk.rows))
    }
}
