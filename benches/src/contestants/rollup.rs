//! The roll-up of visits by hand: for each window and each combination of country, page and device how many visits there
//! were, by how many visitors, and how slow the slowest twentieth of the answers was; and the ten most frequent
//! combinations of each window.

use std::collections::BTreeMap;

use ::beamline::combine::CombineFn;
use foldhash::fast::FixedState;
use hashbrown::HashMap;

use beamline_bench_data::rollup::{
    Dimensions, Measures, MostFrequent, WINDOW, digest, digest_of_top, dimensions, measures, window,
};
use beamline_bench_data::visits::{DISORDER, Visit, latest, visit};

/// The visits to roll up.
#[derive(Clone, Copy, Debug)]
pub struct Visits {
    /// How many visitors there are.
    pub visitors: u64,
    /// How many visits.
    pub count: u64,
}

/// A table for each window, which goes when no more visits of it can come.
pub fn roll_up(visits: Visits) -> u64 {
    let measures = measures();
    let mut open: BTreeMap<i64, HashMap<Dimensions, _, FixedState>> = BTreeMap::new();
    let mut checksum = 0_u64;
    for index in 0..visits.count {
        let visit = visit(visits.visitors, index);
        let table = open.entry(window(&visit)).or_default();
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
    let (mut checksum, mut top) = (0_u64, MostFrequent::default());
    for (dimensions, acc) in table {
        let result = measures.extract(acc);
        checksum = checksum.wrapping_add(digest(dimensions, &result));
        top.add(result.0, dimensions);
    }
    top.ranked().fold(checksum, |sum, (rank, entry)| sum.wrapping_add(digest_of_top(rank, entry)))
}
