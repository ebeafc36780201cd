//! The last hour of meters, second by second, for contestants that keep it themselves.

use std::collections::{BTreeMap, VecDeque};

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use crate::readings::{PERIOD, PERIODS, Reading};

/// The sum and the maximum of each meter in one period.
type Slice = HashMap<u64, (u64, u64), FixedState>;

/// The last hour of a meter.
#[derive(Clone, Debug, Default)]
struct Meter {
    sum: u64,
    /// In how many periods it has readings.
    periods: u64,
    /// Maxima by period, each less than those before it: the first one is that of the hour.
    maxima: VecDeque<(i64, u64)>,
}

/// Readings of periods that are not over, and what has been in the last hour. When a period is over, it goes into the last
/// hour of the meters, and is taken out of it an hour later.
#[derive(Clone, Debug)]
pub struct Hours {
    /// The first period that is not over.
    next: i64,
    open: BTreeMap<i64, Slice>,
    meters: HashMap<u64, Meter, FixedState>,
    slices: VecDeque<(i64, Slice)>,
}

impl Hours {
    /// Nothing yet; the first readings are not from before `start`, in milliseconds since the epoch.
    pub fn new(start: i64) -> Self {
        let next = start.div_euclid(PERIOD);
        Self { next, open: BTreeMap::new(), meters: HashMap::default(), slices: VecDeque::new() }
    }

    /// Takes in a reading.
    #[inline]
    pub fn add(&mut self, reading: Reading) {
        let slice = self.open.entry(reading.millis.div_euclid(PERIOD)).or_default();
        let (sum, max) = slice.entry(reading.meter).or_default();
        *sum += reading.value;
        *max = reading.value.max(*max);
    }

    /// Shows the meter, the sum and the maximum of the window that ends next, if nothing from before `watermark` comes any more
    /// and that is after it. Says whether it was.
    pub fn show_next(&mut self, watermark: i64, show: impl FnMut(u64, u64, u64)) -> bool {
        if self.next.saturating_add(1).saturating_mul(PERIOD) > watermark {
            return false;
        }
        let slice = self.open.remove(&self.next).unwrap_or_default();
        self.end(self.next, slice, show);
        self.next += 1;
        true
    }

    /// Whether no window has anything in it.
    pub fn is_empty(&self) -> bool {
        self.open.is_empty() && self.meters.is_empty()
    }

    fn end(&mut self, period: i64, slice: Slice, mut show: impl FnMut(u64, u64, u64)) {
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
        self.meters.iter().for_each(|(meter, hour)| show(*meter, hour.sum, hour.maxima[0].1));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_left_the_hour_does_not_count() {
        let mut hours = Hours::new(0);
        let seconds = |second| second * PERIOD;
        hours.add(Reading { meter: 7, millis: 0, value: 9 });
        hours.add(Reading { meter: 7, millis: seconds(1), value: 5 });
        let mut shown = Vec::new();
        while hours.show_next(seconds(PERIODS + 2), |meter, sum, max| shown.push((meter, sum, max))) {}
        assert_eq!(shown.len() as i64, PERIODS + 1);
        assert_eq!((shown[0], shown[1], shown[PERIODS as usize]), ((7, 9, 9), (7, 14, 9), (7, 5, 5)));
        assert!(hours.is_empty());
    }

    #[test]
    fn nothing_is_shown_before_it_is_over() {
        let mut hours = Hours::new(0);
        hours.add(Reading { meter: 7, millis: 0, value: 9 });
        assert!(!hours.show_next(PERIOD - 1, |_, _, _| unreachable!()));
        assert!(hours.show_next(PERIOD, |_, _, _| {}));
    }
}
