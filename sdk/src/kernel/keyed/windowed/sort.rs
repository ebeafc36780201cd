//! The rows of a batch, by the windows that they are in.

use crate::Timestamp;
use crate::kernel::drain::drain;
use crate::kernel::ordered::{Place, Tree};
use crate::kernel::{Batch, Col};
use crate::window::{Window, WindowSet};

/// The rows of a batch that have `W` in common: a window, or all of their windows.
#[derive(Clone)]
pub(super) struct WindowRows<W, K, V> {
    pub(super) windows: W,
    pub(super) hashes: Vec<u64>,
    pub(super) rows: Vec<(K, V)>,
    /// Those of the rows, if they were asked for.
    pub(super) times: Vec<Timestamp>,
    timed: bool,
}

/// Sorts rows by all of their windows: there is no group without rows. Timestamps are kept where `timed` says so of their windows.
pub(super) fn by_windows<K, V>(
    hashes: Vec<u64>,
    batch: Batch<(K, V)>,
    timed: &dyn Fn(&WindowSet) -> bool,
) -> Vec<WindowRows<WindowSet, K, V>> {
    let Batch { mut values, meta } = batch;
    match &meta.windows {
        // The window of an empty batch is that of no row.
        Col::Same(_) if values.is_empty() => Vec::new(),
        Col::Same(windows) => {
            let timed = timed(windows);
            let times = (0..if timed { values.len() } else { 0 }).map(|row| *meta.time.get(row)).collect();
            vec![WindowRows { windows: windows.clone(), hashes, rows: values, times, timed }]
        }
        Col::Few { values: windows, rows } => {
            let mut groups = empty_groups(windows, rows, timed);
            drain(&mut values).enumerate().for_each(|(row, pair)| {
                groups[usize::from(rows[row])].push(pair, hashes[row], || *meta.time.get(row));
            });
            groups.retain(|group| !group.rows.is_empty());
            groups
        }
        Col::Each(all) => {
            let mut sorted = Sorted::new(values.len(), timed);
            drain(&mut values).enumerate().for_each(|(row, pair)| {
                sorted.rows_of(&all[row]).push(pair, hashes[row], || *meta.time.get(row));
            });
            sorted.groups
        }
    }
}

fn empty_groups<K, V>(
    windows: &[WindowSet],
    rows: &[u8],
    timed: &dyn Fn(&WindowSet) -> bool,
) -> Vec<WindowRows<WindowSet, K, V>> {
    let mut counts = [0; Col::<WindowSet>::MOST_FEW];
    rows.iter().for_each(|row| counts[usize::from(*row)] += 1);
    let groups = windows.iter().zip(counts);
    groups.map(|(windows, count)| WindowRows::with_capacity(windows.clone(), count, timed(windows))).collect()
}

/// Sorts rows by window; one that is in several comes to each of them. Rows of a window stay in their order. Timestamps
/// are kept where `timed` says so.
pub(super) fn by_window<K: Clone, V: Clone>(
    hashes: Vec<u64>,
    batch: Batch<(K, V)>,
    timed: &dyn Fn(&Window) -> bool,
) -> Vec<WindowRows<Window, K, V>> {
    if matches!(batch.meta.windows, Col::Same(_)) {
        let rows = by_windows(hashes, batch, &|windows| windows.iter().any(timed));
        return rows.into_iter().flat_map(WindowRows::for_each_window).collect();
    }
    let Batch { mut values, meta } = batch;
    let mut sorted = Sorted::new(values.len(), timed);
    drain(&mut values).enumerate().for_each(|(row, pair)| {
        let (hash, time) = (hashes[row], || *meta.time.get(row));
        let Some((last, others)) = meta.windows.get(row).split_last() else { return };
        for window in others {
            sorted.rows_of(window).push(pair.clone(), hash, time);
        }
        sorted.rows_of(last).push(pair, hash, time);
    });
    sorted.groups
}

/// Groups in the order of their first rows.
struct Sorted<'a, W, K, V> {
    groups: Vec<WindowRows<W, K, V>>,
    /// That of the last row: the next one is often of the same.
    last: usize,
    /// Where groups are, once there are many.
    found: Option<Box<dyn Tree<W>>>,
    /// For how many rows the next group gets room at once.
    room: usize,
    timed: &'a dyn Fn(&W) -> bool,
}

/// So few groups are searched one after the other.
const FEW: usize = 16;

impl<'a, W: Place, K, V> Sorted<'a, W, K, V> {
    fn new(rows: usize, timed: &'a dyn Fn(&W) -> bool) -> Self {
        Self { groups: Vec::new(), last: 0, found: None, room: rows, timed }
    }

    #[inline]
    fn rows_of(&mut self, windows: &W) -> &mut WindowRows<W, K, V> {
        if self.groups.get(self.last).is_none_or(|rows| rows.windows != *windows) {
            self.last = self.find(windows).unwrap_or_else(|| self.open(windows));
        }
        &mut self.groups[self.last]
    }

    fn find(&self, windows: &W) -> Option<usize> {
        let few = self.groups.iter().take(FEW).position(|rows| rows.windows == *windows);
        few.or_else(|| self.found.as_ref()?.get(windows).map(|number| number as usize))
    }

    fn open(&mut self, windows: &W) -> usize {
        let timed = (self.timed)(windows);
        self.groups.push(WindowRows::with_capacity(windows.clone(), self.room, timed));
        self.room /= 2;
        let number = self.groups.len() - 1;
        if number >= FEW {
            self.found.get_or_insert_with(W::tree).insert(windows.clone(), number as u32);
        }
        number
    }
}

impl<W, K, V> WindowRows<W, K, V> {
    fn with_capacity(windows: W, rows: usize, timed: bool) -> Self {
        let times = Vec::with_capacity(if timed { rows } else { 0 });
        Self { windows, hashes: Vec::with_capacity(rows), rows: Vec::with_capacity(rows), times, timed }
    }

    /// The same rows as of other windows.
    pub(super) fn map_windows<X>(self, f: impl FnOnce(W) -> X) -> WindowRows<X, K, V> {
        let Self { windows, hashes, rows, times, timed } = self;
        WindowRows { windows: f(windows), hashes, rows, times, timed }
    }

    /// Whether timestamps were asked for.
    pub(super) fn is_timed(&self) -> bool {
        self.timed
    }

    #[inline]
    fn push(&mut self, pair: (K, V), hash: u64, time: impl FnOnce() -> Timestamp) {
        self.rows.push(pair);
        self.hashes.push(hash);
        if self.timed {
            self.times.push(time());
        }
    }
}

impl<K: Clone, V: Clone> WindowRows<WindowSet, K, V> {
    /// The same rows, once for each of their windows.
    fn for_each_window(self) -> impl Iterator<Item = WindowRows<Window, K, V>> {
        let Self { windows, hashes, rows, times, timed } = self;
        let mut rest = Some((hashes, rows, times));
        (0..windows.len()).map(move |i| {
            let is_last = i + 1 == windows.len();
            let (hashes, rows, times) = if is_last { rest.take() } else { rest.clone() }.expect("the last comes once");
            WindowRows { windows: windows[i], hashes, rows, times, timed }
        })
    }
}
