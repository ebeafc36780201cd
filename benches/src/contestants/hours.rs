//! The last hour at every second by hand: for each meter the sum and the maximum of its readings.

use beamline_bench_data::hours::Hours;
use beamline_bench_data::readings::{DISORDER, digest, latest, reading};

/// The readings.
#[derive(Clone, Copy, Debug)]
pub struct Readings {
    /// How many meters there are.
    pub meters: u64,
    /// How many readings.
    pub count: u64,
}

/// A table for each second; when no more readings of it can come, it goes into the last hour of the meters.
pub fn last_hour(readings: Readings) -> u64 {
    let (mut hours, mut checksum) = (Hours::new(latest(0) - DISORDER), 0_u64);
    let mut show = |meter, sum, max| checksum = checksum.wrapping_add(digest(meter, sum, max));
    for index in 0..readings.count {
        hours.add(reading(readings.meters, index));
        while hours.show_next(latest(index) - DISORDER, &mut show) {}
    }
    while !hours.is_empty() {
        hours.show_next(i64::MAX, &mut show);
    }
    checksum
}

#[cfg(test)]
mod tests {
    use super::*;
    use beamline_bench_data::readings::{PERIOD, PERIODS, Reading};
    use std::collections::HashMap;

    #[test]
    fn every_window_is_that_of_its_readings() {
        let readings = Readings { meters: 3, count: 20 };
        let mut windows: HashMap<(u64, i64), (u64, u64)> = HashMap::new();
        for index in 0..readings.count {
            let Reading { meter, millis, value } = reading(readings.meters, index);
            for end in millis.div_euclid(PERIOD)..millis.div_euclid(PERIOD) + PERIODS {
                let (sum, max) = windows.entry((meter, end)).or_default();
                (*sum, *max) = (*sum + value, value.max(*max));
            }
        }
        let digests = windows.into_iter().map(|((meter, _), (sum, max))| digest(meter, sum, max));
        assert_eq!(last_hour(readings), digests.fold(0, u64::wrapping_add));
    }
}
