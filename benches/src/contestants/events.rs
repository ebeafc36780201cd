//! Counts by key and window by hand.

use std::collections::{BTreeMap, VecDeque};

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use hashbrown::hash_map::Entry;

use beamline_bench_data::events::{DISORDER, Event, WINDOW, checksum_of, event, latest};
use beamline_bench_data::pairs::Keys;

/// The events to count.
#[derive(Clone, Copy, Debug)]
pub struct Events {
    /// Which keys come how often.
    pub keys: Keys,
    /// How many events.
    pub count: u64,
}

type Counts = HashMap<u64, u64, FixedState>;

/// A table for each window, which goes when no more events of it can come.
pub fn count_in_windows(events: Events) -> u64 {
    let (mut open, mut checksum): (BTreeMap<i64, Counts>, u64) = (BTreeMap::new(), 0);
    for index in 0..events.count {
        let Event { key, millis } = event(events.keys, index);
        *open.entry(millis - millis.rem_euclid(WINDOW)).or_default().entry(key).or_insert(0) += 1;
        let is_over = |start: &i64| start + WINDOW <= latest(index) - DISORDER;
        while let Some(window) = open.first_entry().filter(|window| is_over(window.key())) {
            checksum = checksum.wrapping_add(checksum_of(window.remove().into_iter()));
        }
    }
    open.into_values().fold(checksum, |sum, counts| sum.wrapping_add(checksum_of(counts.into_iter())))
}

/// How many periods a sliding window has.
const PERIODS: usize = 60;

/// Totals of the last sixty periods.
#[derive(Default)]
struct Sliding {
    totals: Counts,
    periods: VecDeque<Counts>,
    checksum: u64,
}

impl Sliding {
    /// Shows the window that ends with a period, after all before it.
    fn show(&mut self, period: Counts) {
        period.iter().for_each(|(key, count)| *self.totals.entry(*key).or_insert(0) += count);
        self.periods.push_back(period);
        if self.periods.len() > PERIODS
            && let Some(first) = self.periods.pop_front()
        {
            self.leave(first);
        }
        let totals = self.totals.iter().map(|(key, count)| (*key, *count));
        self.checksum = self.checksum.wrapping_add(checksum_of(totals));
    }

    /// Takes out what was in a period.
    fn leave(&mut self, period: Counts) {
        for (key, count) in period {
            if let Entry::Occupied(mut total) = self.totals.entry(key) {
                *total.get_mut() -= count;
                if *total.get() == 0 {
                    total.remove();
                }
            }
        }
    }
}

/// A table for each period. When no more events of it can come, it is added to the totals, and taken away sixty periods later.
pub fn count_in_sliding_windows(events: Events) -> u64 {
    let (mut open, mut sliding): (BTreeMap<i64, Counts>, _) = (BTreeMap::new(), Sliding::default());
    let mut next = (latest(0) - DISORDER).div_euclid(WINDOW);
    for index in 0..events.count {
        let Event { key, millis } = event(events.keys, index);
        *open.entry(millis.div_euclid(WINDOW)).or_default().entry(key).or_insert(0) += 1;
        while (next + 1) * WINDOW <= latest(index) - DISORDER {
            sliding.show(open.remove(&next).unwrap_or_default());
            next += 1;
        }
    }
    while !open.is_empty() || !sliding.totals.is_empty() {
        sliding.show(open.remove(&next).unwrap_or_default());
        next += 1;
    }
    sliding.checksum
}

/// One table of counts: windows do not matter.
pub fn count(events: Events) -> u64 {
    let mut counts = Counts::default();
    (0..events.count).for_each(|index| *counts.entry(event(events.keys, index).key).or_insert(0) += 1);
    checksum_of(counts.into_iter())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_add_up_to_the_whole() {
        let events = Events { keys: Keys::Uniform(50), count: 10_000 };
        assert_eq!(count_in_windows(events), count(events));
        assert_eq!(count_in_sliding_windows(events), count(events).wrapping_mul(60));
    }
}
