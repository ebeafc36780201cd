//! The last hour at every second by hand: for each meter the sum and the maximum of its readings.

use std::collections::{BTreeMap, VecDeque};

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use beamline_bench_data::readings::{DISORDER, Reading, latest, reading};
use beamline_bench_data::rng::mix;

/// The readings.
#[derive(Clone, Copy, Debug)]
pub struct Readings {
    /// How many meters there are.
    pub meters: u64,
    /// How many readings.
    pub count: u64,
}

/// How far windows are apart, in milliseconds.
pub const PERIOD: i64 = 1_000;
/// How many periods a window has.
pub const PERIODS: i64 = 3_600;

/// The sum and the maximum of each meter in one period.
type Slice = HashMap<u64, (u64, u64), FixedState>;

/// The last hour of a meter.
#[derive(Default)]
struct Meter {
    sum: u64,
    /// In how many periods it has readings.
    periods: u64,
    /// Maxima by period, each less than those before it: the first one is that of the hour.
    maxima: VecDeque<(i64, u64)>,
}

#[derive(Default)]
struct LastHour {
    meters: HashMap<u64, Meter, FixedState>,
    slices: VecDeque<(i64, Slice)>,
    checksum: u64,
}

impl LastHour {
    /// Shows the window that ends with a period, after all before it.
    fn show(&mut self, period: i64, slice: Slice) {
        self.leave(period - PERIODS);
        for (meter, (sum, max)) in &slice {
            let meter = self.meters.entry(*meter).or_default();
            meter.sum += sum;
            meter.periods += 1;
            while meter.maxima.back().is_some_and(|(_, other)| other <= max) {
                meter.maxima.pop_back();
            }
            meter.maxima.push_back((period, *max));
        }
        self.slices.push_back((period, slice));
        for (meter, hour) in &self.meters {
            self.checksum = self.checksum.wrapping_add(digest(*meter, hour.sum, hour.maxima[0].1));
        }
    }

    /// Takes out what was in a period.
    fn leave(&mut self, period: i64) {
        let Some((_, slice)) = self.slices.pop_front_if(|(first, _)| *first == period) else { return };
        for (name, (sum, _)) in slice {
            let Some(meter) = self.meters.get_mut(&name) else { continue };
            meter.sum -= sum;
            meter.periods -= 1;
            meter.maxima.pop_front_if(|(first, _)| *first == period);
            if meter.periods == 0 {
                self.meters.remove(&name);
            }
        }
    }
}

/// What a meter adds to the checksum at a second.
pub fn digest(meter: u64, sum: u64, max: u64) -> u64 {
    mix(meter ^ mix(sum << 16 ^ max))
}

/// A table for each second; when no more readings of it can come, it goes into the last hour of the meters.
pub fn last_hour(readings: Readings) -> u64 {
    let (mut open, mut hour): (BTreeMap<i64, Slice>, _) = (BTreeMap::new(), LastHour::default());
    let mut next = period(latest(0) - DISORDER);
    for index in 0..readings.count {
        let Reading { meter, millis, value } = reading(readings.meters, index);
        let (sum, max) = open.entry(period(millis)).or_default().entry(meter).or_default();
        *sum += value;
        *max = value.max(*max);
        while (next + 1) * PERIOD <= latest(index) - DISORDER {
            hour.show(next, open.remove(&next).unwrap_or_default());
            next += 1;
        }
    }
    while !open.is_empty() || !hour.slices.is_empty() && !hour.meters.is_empty() {
        hour.show(next, open.remove(&next).unwrap_or_default());
        next += 1;
    }
    hour.checksum
}

fn period(millis: i64) -> i64 {
    millis.div_euclid(PERIOD)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    #[test]
    fn every_window_is_that_of_its_readings() {
        let readings = Readings { meters: 3, count: 20 };
        let mut windows: HashMap<(u64, i64), (u64, u64)> = HashMap::new();
        for index in 0..readings.count {
            let Reading { meter, millis, value } = reading(readings.meters, index);
            for end in period(millis)..period(millis) + PERIODS {
                let (sum, max) = windows.entry((meter, end)).or_default();
                (*sum, *max) = (*sum + value, value.max(*max));
            }
        }
        let digests = windows.into_iter().map(|((meter, _), (sum, max))| digest(meter, sum, max));
        assert_eq!(last_hour(readings), digests.fold(0, u64::wrapping_add));
    }

    #[test]
    fn what_has_left_the_hour_does_not_count() {
        let mut hour = LastHour::default();
        let slice = |value| Slice::from_iter([(7, (value, value))]);
        hour.show(0, slice(9));
        hour.show(1, slice(5));
        let before = hour.checksum;
        hour.show(PERIODS, Slice::default());
        assert_eq!(hour.checksum.wrapping_sub(before), digest(7, 5, 5));
        hour.show(PERIODS + 1, Slice::default());
        assert!(hour.meters.is_empty());
    }
}
