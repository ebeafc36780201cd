//! Whether it pays to combine what grows with its rows.

use crate::coder::encoded_len;
use crate::kernel::keyed::table::{Entry, Table};
use crate::{Element, Key};

/// Whether what is combined in a table becomes less by it.
pub(super) struct Weight {
    rows: u64,
    bytes: usize,
    /// With so many rows the table is weighed.
    next: u64,
    /// What the table weighed the last time, and what its rows had come to.
    before: Option<(usize, usize)>,
}

/// Rows before a table is weighed for the first time.
const TRIAL: u64 = if cfg!(test) { 1 << 4 } else { 1 << 16 };

/// With fewer keys than these, combining is what brings all workers to work on them.
const MANY_KEYS: usize = if cfg!(test) { 1 << 2 } else { 1 << 12 };

impl Default for Weight {
    fn default() -> Self {
        Self { rows: 0, bytes: 0, next: TRIAL, before: None }
    }
}

impl Weight {
    /// Counts rows that have been combined in a table, and weighs it now and then. Says whether it has grown by more than two
    /// fifths of what its rows since the last time would take: then it is faster if they travel as they are.
    pub(super) fn count<K: Key, A: Element>(&mut self, rows: u64, bytes: usize, table: &Table<K, A>) -> bool {
        self.rows += rows;
        self.bytes += bytes;
        if self.rows < self.next {
            return false;
        }
        self.next = 2 * self.rows;
        let now = weight_of(table);
        let Some((table_before, rows_before)) = self.before.replace((now, self.bytes)) else { return false };
        table.len() >= MANY_KEYS && now.saturating_sub(table_before) * 5 > (self.bytes - rows_before) * 2
    }
}

/// About how many bytes the entries of a table take: what some of them take stands for all.
fn weight_of<K: Key, A: Element>(table: &Table<K, A>) -> usize {
    let some = table.iter().step_by((table.len() / SOME).max(1));
    let weight = |entry: &Entry<K, A>| encoded_len(&entry.key) + encoded_len(&entry.acc);
    let (count, bytes) = some.fold((0, 0), |(count, bytes), entry| (count + 1, bytes + weight(entry)));
    bytes / count.max(1) * table.len()
}

const SOME: usize = 256;
