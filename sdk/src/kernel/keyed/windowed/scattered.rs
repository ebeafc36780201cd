//! Windows that have few rows each: all of them in one table.

use super::lifted::in_each_window;
use crate::kernel::Batch;
use crate::kernel::hash::hash_key;
use crate::kernel::keyed::combine::bytes_of;
use crate::kernel::keyed::table::Table;
use crate::window::Window;
use crate::{Element, Key};

/// Accumulators by key and window.
pub(super) struct Scattered<K, A>(Table<(K, Window), A>);

impl<K: Key, A: Element> Scattered<K, A> {
    pub(super) fn new() -> Self {
        Self(Table::new())
    }

    /// Adds the rows of a batch to each of their windows; says how many bytes new ones take.
    pub(super) fn add_batch(&mut self, batch: Batch<(K, A)>, merge: impl FnMut(&mut A, A)) -> usize {
        self.add(in_each_window(batch), merge)
    }

    /// Adds rows; says how many bytes new ones take.
    pub(super) fn add(&mut self, mut rows: Vec<((K, Window), A)>, merge: impl FnMut(&mut A, A)) -> usize {
        let hashes: Vec<u64> = rows.iter().map(|(key, _)| hash_key(key)).collect();
        let before = self.0.len();
        self.0.update(&hashes, &mut rows, merge, |acc| acc);
        bytes_of(self.0.since(before))
    }

    /// The window of each row.
    pub(super) fn windows(&self) -> impl Iterator<Item = Window> {
        self.0.iter().map(|entry| entry.key.1)
    }

    /// Takes all rows out.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = (K, Window, A)> {
        self.0.drain().map(|(_, entry)| (entry.key.0, entry.key.1, entry.acc))
    }
}
