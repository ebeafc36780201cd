//! Counts by key and window by hand.

use std::collections::BTreeMap;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

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
    }
}
