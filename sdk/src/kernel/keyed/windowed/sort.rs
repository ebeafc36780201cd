//! The rows of a batch, by the windows that they are in.

use crate::Timestamp;
use crate::kernel::{Batch, Col};
use crate::window::WindowSet;

/// The rows of a batch that are in the same windows.
#[derive(Clone)]
pub(super) struct WindowRows<K, V> {
    pub(super) windows: WindowSet,
    pub(super) hashes: Vec<u64>,
    pub(super) rows: Vec<(K, V)>,
    pub(super) times: Vec<Timestamp>,
}

/// Sorts rows by their windows. Rows in no window are left out.
pub(super) fn by_windows<K, V>(hashes: Vec<u64>, batch: Batch<(K, V)>) -> Vec<WindowRows<K, V>> {
    let Batch { values, meta } = batch;
    if let Col::Same(windows) = &meta.windows {
        let times = (0..values.len()).map(|row| *meta.time.get(row)).collect();
        return vec![WindowRows { windows: windows.clone(), hashes, rows: values, times }];
    }
    let mut sorted = Sorted { windows: Vec::new(), last: 0, left: values.len() };
    for (row, (pair, hash)) in values.into_iter().zip(hashes).enumerate() {
        sorted.rows_of(meta.windows.get(row)).push(pair, hash, *meta.time.get(row));
    }
    sorted.windows
}

struct Sorted<K, V> {
    windows: Vec<WindowRows<K, V>>,
    /// That of the last row: the next one is often in the same.
    last: usize,
    /// For how many rows the next window gets room at once.
    left: usize,
}

impl<K, V> Sorted<K, V> {
    #[inline]
    fn rows_of(&mut self, windows: &WindowSet) -> &mut WindowRows<K, V> {
        if self.windows.get(self.last).is_none_or(|rows| rows.windows != *windows) {
            self.last = self.find(windows);
        }
        &mut self.windows[self.last]
    }

    fn find(&mut self, windows: &WindowSet) -> usize {
        self.windows.iter().position(|rows| rows.windows == *windows).unwrap_or_else(|| {
            self.windows.push(WindowRows::with_capacity(windows.clone(), self.left));
            self.left /= 2;
            self.windows.len() - 1
        })
    }
}

impl<K, V> WindowRows<K, V> {
    fn with_capacity(windows: WindowSet, rows: usize) -> Self {
        let (hashes, times) = (Vec::with_capacity(rows), Vec::with_capacity(rows));
        Self { windows, hashes, rows: Vec::with_capacity(rows), times }
    }

    #[inline]
    fn push(&mut self, pair: (K, V), hash: u64, time: Timestamp) {
        self.rows.push(pair);
        self.hashes.push(hash);
        self.times.push(time);
    }
}
