//! Combiners with more keys or larger accumulators than fit into memory.

use crate::{only, sum_to, text};
use beamline::Pipeline;
use beamline::combine::{Count, Max, Sum, ToList};

#[test]
fn distinct_numbers() {
    let p = Pipeline::new();
    let distinct = p.sequence(0..3_000_000).map(|i| i % 1_200_000).distinct();
    assert_eq!(only(&distinct.combine((Count, Sum)), "distinct"), (1_200_000, sum_to(1_200_000)));
}

#[test]
fn distinct_strings() {
    let p = Pipeline::new();
    let distinct = p.sequence(0..600_000).map(|i| text(i % 350_000)).distinct();
    let numbers = distinct.map(|text| text[..8].parse::<u64>().unwrap());
    assert_eq!(only(&numbers.combine((Count, Sum)), "distinct strings"), (350_000, sum_to(350_000)));
}

#[test]
fn sums_of_many_keys() {
    let p = Pipeline::new();
    let sums = p.sequence(0..2_000_000).map(|i| (i % 800_000, i)).combine_per_key((Count, Sum, Max));
    let total = sums.map(|(key, (n, sum, max))| {
        assert_eq!(n, if key < 400_000 { 3 } else { 2 });
        assert_eq!(max, key + (n - 1) * 800_000);
        sum
    });
    assert_eq!(only(&total.combine((Count, Sum)), "sums"), (800_000, sum_to(2_000_000)));
}

#[test]
fn lists_as_accumulators() {
    let p = Pipeline::new();
    let lists = p.sequence(0..600_000).map(|i| (i % 30_000, text(i))).combine_per_key(ToList);
    let total = lists.map(|(key, list)| {
        assert_eq!(list.len(), 20);
        list.iter().map(|text| text[..8].parse::<u64>().unwrap()).inspect(|i| assert_eq!(i % 30_000, key)).sum::<u64>()
    });
    assert_eq!(only(&total.combine((Count, Sum)), "lists"), (30_000, sum_to(600_000)));
}
