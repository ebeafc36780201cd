//! Keys with the same hash, as a careless implementation of `Hash` makes them.

use crate::{only, sum_to};
use beamline::Pipeline;
use beamline::combine::{Count, Sum};
use serde::{Deserialize, Serialize};
use std::hash::{Hash, Hasher};

/// All keys have one hash.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Same(pub u64);

impl Hash for Same {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(1);
    }
}

const ROWS: u64 = 600_000;
const KEYS: u64 = 5;

fn key(i: u64) -> Same {
    // The first key is much larger than the others.
    Same(if i.is_multiple_of(2) { 0 } else { i % KEYS })
}

#[test]
fn groups() {
    let p = Pipeline::new();
    let sums = p.sequence(0..ROWS).map(|i| (key(i), i)).group_by_key().map(|(k, values)| {
        assert!(values.iter().all(|i| key(i) == k));
        (values.len() as u64, values.into_iter().sum::<u64>())
    });
    let total = sums.combine((Count, Sum.of(|(n, _): &(u64, u64)| *n), Sum.of(|(_, sum): &(u64, u64)| *sum)));
    assert_eq!(only(&total, "groups"), (KEYS, ROWS, sum_to(ROWS)));
}

#[test]
fn many_groups() {
    let p = Pipeline::new();
    let texts = p.sequence(0..120_000).map(|i| (Same(i % 30), format!("{i:0200}")));
    let sums = texts.group_by_key().map(|(k, values)| {
        let sum: u64 = values.iter().map(|text| text.parse::<u64>().unwrap()).sum();
        assert_eq!(sum, sum_to(4000) * 30 + 4000 * k.0);
        values.len() as u64
    });
    assert_eq!(only(&sums.combine((Count, Sum)), "many groups"), (30, 120_000));
}

#[test]
fn combined() {
    let p = Pipeline::new();
    let sums = p.sequence(0..200_000).map(|i| (Same(i % 50), i)).combine_per_key(Sum).map(|(_, sum)| sum);
    assert_eq!(only(&sums.combine((Count, Sum)), "combined"), (50, sum_to(200_000)));
}

#[test]
fn combined_beyond_memory() {
    // Every accumulator is larger than what an edge or a table holds without asking.
    let p = Pipeline::new();
    let texts = p.sequence(0..2000).map(|i| (Same(i), "x".repeat(20_000)));
    let lengths = texts.combine_per_key(beamline::combine::Max).map(|(_, text)| text.len() as u64);
    assert_eq!(only(&lengths.combine((Count, Sum)), "combined"), (2000, 40_000_000));
}

#[test]
fn joined() {
    let p = Pipeline::new();
    let left = p.sequence(0..ROWS).map(|i| (key(i), i));
    let right = p.sequence(0..ROWS).map(|i| (Same(KEYS + i % 3), i)).flatten_with(&p.create([(Same(2), 1u64)]));
    let joined = left.full_join(&right).map(|(_, (l, r))| (l.is_some(), r.is_some()));
    let counts = joined.count_per_element();
    let mut found = crate::elements(&counts, &crate::runner(), "joined");
    found.sort_unstable();
    // Of every 10 numbers one is odd and ends in 2 or 7.
    let both = ROWS / 10;
    assert_eq!(found, [((false, true), ROWS), ((true, false), ROWS - both), ((true, true), both)]);
}
