//! The roll-up of visits: for each window and each combination of country, page and device how many visits there were, by how
//! many visitors, and how slow the slowest twentieth of the answers was; and the most frequent combinations of each window.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use beamline_sdk::combine::{ApproxDistinct, ApproxQuantiles, CombineFn, Count};

use crate::rng::mix;
use crate::visits::Visit;

/// Country, page and device.
pub type Dimensions = (u16, u16, u8);

/// Visits, visitors, and quantiles of the microseconds.
pub type Measures = (u64, u64, Vec<f64>);

/// The length of windows in milliseconds.
pub const WINDOW: i64 = 10_000;
/// How many of the most frequent combinations are shown.
pub const TOP: usize = 10;

/// What is measured, by the same sketches for every contestant.
pub fn measures() -> impl CombineFn<Visit, Out = Measures> {
    let slow = ApproxQuantiles::new([0.95]).of(|visit: &Visit| visit.micros);
    (Count, ApproxDistinct::new().of(|visit: &Visit| visit.visitor), slow)
}

/// The beginning of the window of a visit.
pub const fn window(visit: &Visit) -> i64 {
    visit.millis - visit.millis.rem_euclid(WINDOW)
}

/// The dimensions of a visit.
pub const fn dimensions(visit: &Visit) -> Dimensions {
    (visit.country, visit.page, visit.device)
}

/// The most frequent combinations of a window, as far as known.
#[derive(Clone, Debug, Default)]
pub struct MostFrequent(BinaryHeap<Reverse<(u64, Dimensions)>>);

impl MostFrequent {
    /// Takes in how many visits a combination has had.
    pub fn add(&mut self, visits: u64, dimensions: Dimensions) {
        self.0.push(Reverse((visits, dimensions)));
        if self.0.len() > TOP {
            self.0.pop();
        }
    }

    /// Visits and dimensions by rank.
    pub fn ranked(self) -> impl Iterator<Item = (usize, (u64, Dimensions))> {
        self.0.into_sorted_vec().into_iter().map(|Reverse(entry)| entry).enumerate()
    }
}

/// What a combination adds to the checksum. Quantiles depend on the order of visits, within their error: they only have to
/// be among the times that there are.
pub fn digest((country, page, device): Dimensions, (visits, visitors, slow): &Measures) -> u64 {
    let key = u64::from(country) << 32 | u64::from(page) << 8 | u64::from(device);
    let is_sound = slow.iter().all(|micros| (2_000.0..10_000_000.0).contains(micros));
    mix(key ^ mix(visits << 32 ^ visitors)).wrapping_add(u64::from(!is_sound))
}

/// What one of the most frequent combinations of a window adds to the checksum.
pub fn digest_of_top(rank: usize, (visits, (country, page, device)): (u64, Dimensions)) -> u64 {
    mix(visits ^ (rank as u64) << 48 ^ u64::from(country) << 40 ^ u64::from(page) << 24 ^ u64::from(device))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use beamline_sdk::combine::apply;

    use super::*;
    use crate::visits::visit;

    #[test]
    fn measures_are_near_to_those_of_all_visits() {
        let visits: Vec<Visit> = (0..200_000).map(|index| visit(5_000, index)).collect();
        let (count, visitors, slow) = apply(&measures(), visits.iter().copied());
        let exact = visits.iter().map(|visit| visit.visitor).collect::<HashSet<_>>().len() as f64;
        assert_eq!(count, 200_000);
        assert!((visitors as f64 / exact - 1.0).abs() < 0.03, "{visitors} of {exact}");
        let not_slower = visits.iter().filter(|visit| f64::from(visit.micros) <= slow[0]).count() as f64;
        assert!((0.94..0.96).contains(&(not_slower / 200_000.0)), "{not_slower} within {slow:?}");
    }

    #[test]
    fn the_most_frequent_come_first() {
        let mut most = MostFrequent::default();
        for index in 0..100 {
            most.add(index * 37 % 100, (0, 0, index as u8));
        }
        let visits: Vec<_> = most.ranked().map(|(rank, (visits, _))| (rank, visits)).collect();
        assert_eq!(visits, (0..TOP).map(|rank| (rank, 99 - rank as u64)).collect::<Vec<_>>());
    }
}
