//! Counts by key in windows of several periods, one every period.

use std::collections::VecDeque;

use super::windows::{Counts, Windows};
use super::{Count, EventTime};

/// Counts by key in windows of so many periods of so many milliseconds. There are totals of the window that ended last: with
/// each period one table is added and one taken away, so that an event costs the same however many windows it is in.
#[derive(Clone, Debug, Default)]
pub struct SlidingCounts<const PERIOD: i64, const PERIODS: usize> {
    periods: Windows<Counts, PERIOD>,
    /// The periods of the window that ended last, and where it ended.
    complete: VecDeque<Counts>,
    end: i64,
    totals: Counts,
}

impl<const PERIOD: i64, const PERIODS: usize> SlidingCounts<PERIOD, PERIODS> {
    fn slide(&mut self, period: Counts, emit: &mut impl FnMut(Count)) {
        period.iter().for_each(|(key, many)| *self.totals.entry(*key).or_insert(0) += many);
        self.complete.push_back(period);
        self.end += PERIOD;
        let window = self.end - PERIODS as i64 * PERIOD;
        self.totals.iter().for_each(|(key, many)| emit(Count { key: *key, window, many: *many }));
        if self.complete.len() == PERIODS {
            self.forget_first();
        }
    }

    fn forget_first(&mut self) {
        let mut period = self.complete.pop_front().unwrap_or_default();
        for (key, many) in period.drain() {
            if let hashbrown::hash_map::Entry::Occupied(mut total) = self.totals.entry(key) {
                *total.get_mut() -= many;
                if *total.get() == 0 {
                    total.remove();
                }
            }
        }
        self.periods.reuse(period);
    }
}

impl<const PERIOD: i64, const PERIODS: usize> EventTime for SlidingCounts<PERIOD, PERIODS> {
    type In = Count;
    type Out = Count;

    #[inline]
    fn add(&mut self, Count { key, window, many }: Count) {
        *self.periods.at(window).entry(key).or_insert(0) += many;
    }

    fn advance(&mut self, watermark: i64, mut emit: impl FnMut(Count)) -> bool {
        let next = self.periods.complete(watermark).unwrap_or_else(|| watermark.saturating_sub(PERIOD - 1));
        if self.totals.is_empty() {
            self.complete.clear();
        } else if self.end < next {
            self.slide(Counts::default(), &mut emit);
            return true;
        }
        let Some((start, period)) = self.periods.close(watermark) else { return false };
        self.end = start;
        self.slide(period, &mut emit);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_count_is_in_sixty_windows() {
        let mut sliding = SlidingCounts::<10_000, 60>::default();
        let mut given = Vec::new();
        for (key, window) in [(1, 0), (2, 0), (1, 700_000), (1, 30_000)] {
            sliding.add(Count { key, window, many: 1 });
        }
        while sliding.advance(60_000, |count| given.push(count)) {}
        let of_one: Vec<_> = given.iter().filter(|count| count.key == 1).map(|count| count.many).collect();
        assert_eq!(of_one, [1, 1, 1, 2, 2, 2]);
        assert_eq!(given.iter().map(|count| count.window).min(), Some(-590_000));
        while sliding.advance(900_000, |count| given.push(count)) {}
        sliding.add(Count { key: 3, window: 910_000, many: 1 });
        while sliding.advance(i64::MAX, |count| given.push(count)) {}
        let total = |key| given.iter().filter(|count| count.key == key).map(|count| count.many).sum::<u64>();
        assert_eq!((total(1), total(2), total(3)), (180, 60, 60));
        assert_eq!(given.iter().map(|count| count.window).max(), Some(910_000));
    }
}
