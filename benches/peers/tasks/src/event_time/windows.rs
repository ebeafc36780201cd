//! Counts by key in windows one after the other.

use std::collections::VecDeque;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use beamline_bench_data::events::WINDOW;

use super::{Count, EventTime};

pub(super) type Counts = HashMap<u64, u64, FixedState>;

/// A table for each window that is open. Tables of closed windows are used again.
#[derive(Clone, Debug, Default)]
pub struct WindowCounts {
    /// The beginning of the first open window, once there is one.
    first: Option<i64>,
    open: VecDeque<Counts>,
    spare: Vec<Counts>,
}

impl WindowCounts {
    /// The table of the window that begins at `start`.
    #[inline]
    fn table(&mut self, start: i64) -> &mut Counts {
        let first = *self.first.get_or_insert(start);
        if start < first {
            self.open_before(start, first);
        }
        let place = ((start - self.first.unwrap_or(start)) / WINDOW) as usize;
        while self.open.len() <= place {
            self.open.push_back(self.spare.pop().unwrap_or_default());
        }
        &mut self.open[place]
    }

    /// Nothing has been given out yet of windows before the first.
    #[cold]
    fn open_before(&mut self, start: i64, first: i64) {
        (0..(first - start) / WINDOW).for_each(|_| self.open.push_front(Counts::default()));
        self.first = Some(start);
    }

    /// The beginning of the first window if it is over.
    pub(super) fn complete(&self, watermark: i64) -> Option<i64> {
        self.first.filter(|first| first.saturating_add(WINDOW) <= watermark && !self.open.is_empty())
    }

    /// Closes the first window if it is over, and gives out its beginning and its table.
    pub(super) fn close(&mut self, watermark: i64) -> Option<(i64, Counts)> {
        let start = self.complete(watermark)?;
        let counts = self.open.pop_front()?;
        self.first = (!self.open.is_empty()).then_some(start + WINDOW);
        Some((start, counts))
    }

    /// Takes back a table that has been emptied.
    pub(super) fn reuse(&mut self, table: Counts) {
        self.spare.push(table);
    }
}

impl EventTime for WindowCounts {
    type In = Count;
    type Out = Count;

    #[inline]
    fn add(&mut self, Count { key, window, many }: Count) {
        *self.table(window).entry(key).or_insert(0) += many;
    }

    fn advance(&mut self, watermark: i64, mut emit: impl FnMut(Count)) -> bool {
        let Some((window, mut counts)) = self.close(watermark) else { return false };
        counts.drain().for_each(|(key, many)| emit(Count { key, window, many }));
        self.reuse(counts);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_close_in_order_with_what_came_out_of_order() {
        let mut windows = WindowCounts::default();
        for window in [50_000, 30_000, 50_000, 40_000, 30_000, 50_000] {
            windows.add(Count { key: 7, window, many: 1 });
        }
        let mut given = Vec::new();
        while windows.advance(40_000, |count| given.push((count.window, count.many))) {}
        assert_eq!(given, [(30_000, 2)]);
        while windows.advance(i64::MAX, |count| given.push((count.window, count.many))) {}
        assert_eq!(given, [(30_000, 2), (40_000, 1), (50_000, 3)]);
        windows.add(Count { key: 7, window: 80_000, many: 1 });
        while windows.advance(90_000, |count| given.push((count.window, count.many))) {}
        assert_eq!(given.last(), Some(&(80_000, 1)));
    }
}
