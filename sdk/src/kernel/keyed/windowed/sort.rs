//! The rows of a batch, by the windows that they are in.

use crate::Timestamp;
use crate::kernel::{Batch, Col};
use crate::window::{Window, WindowSet};

/// The rows of a batch that have `W` in common: a window, or all of their windows.
#[derive(Clone)]
pub(super) struct WindowRows<W, K, V> {
    pub(super) windows: W,
    pub(super) hashes: Vec<u64>,
    pub(super) rows: Vec<(K, V)>,
    pub(super) times: Vec<Timestamp>,
}

/// Sorts rows by all of their windows.
pub(super) fn by_windows<K, V>(hashes: Vec<u64>, batch: Batch<(K, V)>) -> Vec<WindowRows<WindowSet, K, V>> {
    let Batch { values, meta } = batch;
    if let Col::Same(windows) = &meta.windows {
        let times = (0..values.len()).map(|row| *meta.time.get(row)).collect();
        return vec![WindowRows { windows: windows.clone(), hashes, rows: values, times }];
    }
    let mut sorted = Sorted::new(values.len());
    for (row, (pair, hash)) in values.into_iter().zip(hashes).enumerate() {
        sorted.rows_of(meta.windows.get(row)).push(pair, hash, *meta.time.get(row));
    }
    sorted.groups
}

/// Sorts rows by window; one that is in several comes to each of them. Rows of a window stay in their order.
pub(super) fn by_window<K: Clone, V: Clone>(hashes: Vec<u64>, batch: Batch<(K, V)>) -> Vec<WindowRows<Window, K, V>> {
    if matches!(batch.meta.windows, Col::Same(_)) {
        return by_windows(hashes, batch).into_iter().flat_map(WindowRows::for_each_window).collect();
    }
    let Batch { values, meta } = batch;
    let mut sorted = Sorted::new(values.len());
    for (row, (pair, hash)) in values.into_iter().zip(hashes).enumerate() {
        let time = *meta.time.get(row);
        let Some((last, others)) = meta.windows.get(row).split_last() else { continue };
        for window in others {
            sorted.rows_of(window).push(pair.clone(), hash, time);
        }
        sorted.rows_of(last).push(pair, hash, time);
    }
    sorted.groups
}

struct Sorted<W, K, V> {
    groups: Vec<WindowRows<W, K, V>>,
    /// That of the last row: the next one is often of the same.
    last: usize,
    /// For how many rows the next group gets room at once.
    room: usize,
}

impl<W: Clone + PartialEq, K, V> Sorted<W, K, V> {
    fn new(rows: usize) -> Self {
        Self { groups: Vec::new(), last: 0, room: rows }
    }

    #[inline]
    fn rows_of(&mut self, windows: &W) -> &mut WindowRows<W, K, V> {
        if self.groups.get(self.last).is_none_or(|rows| rows.windows != *windows) {
            self.last = self.find(windows);
        }
        &mut self.groups[self.last]
    }

    fn find(&mut self, windows: &W) -> usize {
        self.groups.iter().position(|rows| rows.windows == *windows).unwrap_or_else(|| {
            self.groups.push(WindowRows::with_capacity(windows.clone(), self.room));
            self.room /= 2;
            self.groups.len() - 1
        })
    }
}

impl<W, K, V> WindowRows<W, K, V> {
    fn with_capacity(windows: W, rows: usize) -> Self {
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

impl<K: Clone, V: Clone> WindowRows<WindowSet, K, V> {
    /// The same rows, once for each of their windows.
    fn for_each_window(self) -> impl Iterator<Item = WindowRows<Window, K, V>> {
        let Self { windows, hashes, rows, times } = self;
        (0..windows.len()).map(move |i| WindowRows {
            windows: windows[i],
            hashes: hashes.clone(),
            rows: rows.clone(),
            times: times.clone(),
        })
    }
}
