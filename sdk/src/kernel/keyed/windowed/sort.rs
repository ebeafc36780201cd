//! The rows of a batch, window by window.

use crate::Timestamp;
use crate::kernel::Batch;
use crate::window::Window;

/// The rows of a batch that are in one window.
pub(super) struct WindowRows<K, V> {
    pub(super) window: Window,
    pub(super) hashes: Vec<u64>,
    pub(super) rows: Vec<(K, V)>,
    pub(super) times: Vec<Timestamp>,
}

/// Sorts rows by their windows; a row that is in several comes to each of them.
pub(super) fn by_window<K: Clone, V: Clone>(hashes: Vec<u64>, batch: Batch<(K, V)>) -> Vec<WindowRows<K, V>> {
    let Batch { values, meta } = batch;
    if let crate::kernel::Col::Same(windows) = &meta.windows
        && let [window] = windows.as_slice()
    {
        let times = (0..values.len()).map(|row| *meta.time.get(row)).collect();
        return vec![WindowRows { window: *window, hashes, rows: values, times }];
    }
    let mut sorted = Sorted { windows: Vec::new(), last: 0, left: values.len() };
    for (row, (pair, hash)) in values.into_iter().zip(hashes).enumerate() {
        let time = *meta.time.get(row);
        let Some((last, others)) = meta.windows.get(row).split_last() else { continue };
        for window in others {
            sorted.rows_of(*window).push(pair.clone(), hash, time);
        }
        sorted.rows_of(*last).push(pair, hash, time);
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
    fn rows_of(&mut self, window: Window) -> &mut WindowRows<K, V> {
        if self.windows.get(self.last).is_none_or(|rows| rows.window != window) {
            self.last = self.find(window);
        }
        &mut self.windows[self.last]
    }

    fn find(&mut self, window: Window) -> usize {
        self.windows.iter().position(|rows| rows.window == window).unwrap_or_else(|| {
            self.windows.push(WindowRows::with_capacity(window, self.left));
            self.left /= 2;
            self.windows.len() - 1
        })
    }
}

impl<K, V> WindowRows<K, V> {
    fn with_capacity(window: Window, rows: usize) -> Self {
        let (hashes, times) = (Vec::with_capacity(rows), Vec::with_capacity(rows));
        Self { window, hashes, rows: Vec::with_capacity(rows), times }
    }

    #[inline]
    fn push(&mut self, pair: (K, V), hash: u64, time: Timestamp) {
        self.rows.push(pair);
        self.hashes.push(hash);
        self.times.push(time);
    }
}
