//! Windows one after the other, and counts by key in them.

use std::collections::VecDeque;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::{Count, EventTime};

pub(super) type Counts = HashMap<u64, u64, FixedState>;

/// Something for each window of so many milliseconds that is open. What closed windows had is used again.
#[derive(Clone, Debug)]
pub(crate) struct Windows<T, const WIDTH: i64> {
    /// The beginning of the first open window, once there is one.
    first: Option<i64>,
    open: VecDeque<T>,
    spare: Vec<T>,
}

impl<T, const WIDTH: i64> Default for Windows<T, WIDTH> {
    fn default() -> Self {
        Self { first: None, open: VecDeque::new(), spare: Vec::new() }
    }
}

impl<T: Default, const WIDTH: i64> Windows<T, WIDTH> {
    /// What the window has that begins at `start`.
    #[inline]
    pub(crate) fn at(&mut self, start: i64) -> &mut T {
        let first = *self.first.get_or_insert(start);
        if start < first {
            self.open_before(start, first);
        }
        let place = ((start - self.first.unwrap_or(start)) / WIDTH) as usize;
        while self.open.len() <= place {
            self.open.push_back(self.spare.pop().unwrap_or_default());
        }
        &mut self.open[place]
    }

    /// Nothing has been given out yet of windows before the first.
    #[cold]
    fn open_before(&mut self, start: i64, first: i64) {
        (0..(first - start) / WIDTH).for_each(|_| self.open.push_front(T::default()));
        self.first = Some(start);
    }

    /// The beginning of the first window if it is over.
    pub(crate) fn complete(&self, watermark: i64) -> Option<i64> {
        self.first.filter(|first| first.saturating_add(WIDTH) <= watermark && !self.open.is_empty())
    }

    /// Closes the first window if it is over, and gives out its beginning and what it has.
    pub(crate) fn close(&mut self, watermark: i64) -> Option<(i64, T)> {
        let start = self.complete(watermark)?;
        let content = self.open.pop_front()?;
        self.first = (!self.open.is_empty()).then_some(start + WIDTH);
        Some((start, content))
    }

    /// Takes back what has been emptied.
    pub(crate) fn reuse(&mut self, content: T) {
        self.spare.push(content);
    }
}

/// Counts by key in windows of so many milliseconds: a table for each of them.
#[derive(Clone, Debug, Default)]
pub struct WindowCounts<const WIDTH: i64>(Windows<Counts, WIDTH>);

impl<const WIDTH: i64> EventTime for WindowCounts<WIDTH> {
    type In = Count;
    type Out = Count;

    #[inline]
    fn add(&mut self, Count { key, window, many }: Count) {
        *self.0.at(window).entry(key).or_insert(0) += many;
    }

    fn advance(&mut self, watermark: i64, mut emit: impl FnMut(Count)) -> bool {
        let Some((window, mut counts)) = self.0.close(watermark) else { return false };
        counts.drain().for_each(|(key, many)| emit(Count { key, window, many }));
        self.0.reuse(counts);
        true
    }
}

#[cfg(test)]
mod tests {
    use beamline_bench_data::events::WINDOW;

    use super::*;

    #[test]
    fn windows_close_in_order_with_what_came_out_of_order() {
        let mut windows = WindowCounts::<WINDOW>::default();
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
