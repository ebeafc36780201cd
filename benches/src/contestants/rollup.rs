//! The roll-up of visits by hand: for each window and each combination of country, page and device how many visits there
//! were, by how many visitors, and how slow the slowest twentieth of the answers was; and the ten most frequent
//! combinations of each window.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use ::beamline::combine::{ApproxDistinct, ApproxQuantiles, CombineFn, Count};
use foldhash::fast::FixedState;
use hashbrown::HashMap;

use beamline_bench_data::rng::mix;
use beamline_bench_data::visits::{DISORDER, Visit, latest, visit};

/// The visits to roll up.
#[derive(Clone, Copy, Debug)]
pub struct Visits {
    /// How many visitors there are.
    pub visitors: u64,
    /// How many visits.
    pub count: u64,
}

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

/// The dimensions of a visit.
pub const fn dimensions(visit: &Visit) -> Dimensions {
    (visit.country, visit.page, visit.device)
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

/// A table for each window, which goes when no more visits of it can come.
pub fn roll_up(visits: Visits) -> u64 {
    let measures = measures();
    let mut open: BTreeMap<i64, HashMap<Dimensions, _, FixedState>> = BTreeMap::new();
    let mut checksum = 0_u64;
    for index in 0..visits.count {
        let visit = visit(visits.visitors, index);
        let table = open.entry(visit.millis - visit.millis.rem_euclid(WINDOW)).or_default();
        measures.add(table.entry(dimensions(&visit)).or_insert_with(|| measures.create()), visit);
        let is_over = |start: &i64| start + WINDOW <= latest(index) - DISORDER;
        while let Some(window) = open.first_entry().filter(|window| is_over(window.key())) {
            checksum = checksum.wrapping_add(close(&measures, window.remove()));
        }
    }
    open.into_values().fold(checksum, |sum, table| sum.wrapping_add(close(&measures, table)))
}

fn close<C>(measures: &C, table: HashMap<Dimensions, C::Acc, FixedState>) -> u64
where
    C: CombineFn<Visit, Out = Measures>,
{
    let (mut checksum, mut top) = (0_u64, BinaryHeap::new());
    for (dimensions, acc) in table {
        let result = measures.extract(acc);
        checksum = checksum.wrapping_add(digest(dimensions, &result));
        top.push(Reverse((result.0, dimensions)));
        if top.len() > TOP {
            top.pop();
        }
    }
    let ranked = top.into_sorted_vec().into_iter().enumerate();
    ranked.fold(checksum, |sum, (rank, Reverse(entry))| sum.wrapping_add(digest_of_top(rank, entry)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, HashSet};

    #[test]
    fn measures_are_near_to_those_of_all_visits() {
        let visits: Vec<Visit> = (0..200_000).map(|index| visit(5_000, index)).collect();
        let (count, visitors, slow) = ::beamline::combine::apply(&measures(), visits.iter().copied());
        let exact = visits.iter().map(|visit| visit.visitor).collect::<HashSet<_>>().len() as f64;
        assert_eq!(count, 200_000);
        assert!((visitors as f64 / exact - 1.0).abs() < 0.03, "{visitors} of {exact}");
        let not_slower = visits.iter().filter(|visit| f64::from(visit.micros) <= slow[0]).count() as f64;
        assert!((0.94..0.96).contains(&(not_slower / 200_000.0)), "{not_slower} within {slow:?}");
    }

    #[test]
    fn the_most_frequent_come_first() {
        let measures = measures();
        let mut table: HashMap<Dimensions, _, FixedState> = HashMap::default();
        let mut exact: BTreeMap<Dimensions, u64> = BTreeMap::new();
        for visit in (0..20_000).map(|index| visit(100, index)) {
            measures.add(table.entry(dimensions(&visit)).or_insert_with(|| measures.create()), visit);
            *exact.entry(dimensions(&visit)).or_default() += 1;
        }
        let results = table.iter().map(|(key, acc)| digest(*key, &measures.extract(acc.clone())));
        let results = results.fold(0_u64, u64::wrapping_add);
        let mut ranked: Vec<(u64, Dimensions)> = exact.into_iter().map(|(key, count)| (count, key)).collect();
        ranked.sort_unstable_by(|a, b| b.cmp(a));
        let top = ranked.into_iter().take(TOP).enumerate().map(|(rank, entry)| digest_of_top(rank, entry));
        assert_eq!(close(&measures, table), top.fold(results, u64::wrapping_add));
    }
}
