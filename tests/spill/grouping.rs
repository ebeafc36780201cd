//! Groups and joins.

use crate::{elements, only, runner, sum_to, text};
use beamline::combine::{Count, Sum};
use beamline::{PCollection, Pipeline, Values};

const ROWS: u64 = 1_500_000;

/// The number of keys, of values and the sum of the values, each of which belongs to its key.
fn summary(groups: &PCollection<(u64, Values<u64>)>, key_of: fn(u64) -> u64) -> PCollection<(u64, u64, u64)> {
    let one = move |(key, values): (u64, Values<u64>)| {
        let sum: u64 = values.iter().sum();
        assert_eq!((values.iter().count(), values.iter().sum::<u64>()), (values.len(), sum), "the second time");
        assert!(values.iter().all(|v| key_of(v) == key));
        (values.len() as u64, sum)
    };
    groups.map(one).combine((Count, Sum.of(|(n, _): &(u64, u64)| *n), Sum.of(|(_, sum): &(u64, u64)| *sum)))
}

#[test]
fn many_keys() {
    let p = Pipeline::new();
    let groups = p.sequence(0..ROWS).map(|i| (i % 300_000, i)).group_by_key();
    let found = only(&summary(&groups, |v| v % 300_000), "many keys");
    assert_eq!(found, (300_000, ROWS, sum_to(ROWS)));
}

#[test]
fn one_key_that_is_larger_than_memory() {
    let p = Pipeline::new();
    let groups = p.sequence(0..ROWS).map(|i| (7, i)).group_by_key();
    let found = only(&summary(&groups, |_| 7), "one key");
    assert_eq!(found, (1, ROWS, sum_to(ROWS)));
}

#[test]
fn a_large_key_among_many_small_ones() {
    fn key(i: u64) -> u64 {
        if i.is_multiple_of(3) { i } else { 1 }
    }
    let p = Pipeline::new();
    let groups = p.sequence(0..ROWS).map(|i| (key(i), i)).group_by_key();
    let found = only(&summary(&groups, key), "a large key");
    assert_eq!(found, (ROWS / 3 + 1, ROWS, sum_to(ROWS)));
}

#[test]
fn strings() {
    let p = Pipeline::new();
    let lengths = p
        .sequence(0..400_000)
        .map(|i| (text(i % 50_000), text(i)))
        .group_by_key()
        .map(|(key, values)| {
            let number = |text: &str| text[..8].parse::<u64>().unwrap();
            assert!(values.iter().all(|v| number(&v) % 50_000 == number(&key)));
            (values.len() as u64, values.into_iter().map(|v| number(&v)).sum::<u64>())
        })
        .combine((Count, Sum.of(|(n, _): &(u64, u64)| *n), Sum.of(|(_, sum): &(u64, u64)| *sum)));
    assert_eq!(only(&lengths, "strings"), (50_000, 400_000, sum_to(400_000)));
}

#[test]
fn a_large_key_of_values_without_content() {
    let p = Pipeline::new();
    let groups = p.sequence(0..2 * ROWS).map(|_| (1u8, ())).group_by_key();
    let counts = groups.map(|(_, values)| {
        assert_eq!(values.iter().count(), values.len());
        values.into_iter().count() as u64
    });
    assert_eq!(only(&counts, "units"), 2 * ROWS);
}

#[test]
fn more_values_than_memory_with_one_worker_and_with_many() {
    for workers in [1, 7] {
        let p = Pipeline::new();
        let groups = p.sequence(0..ROWS).map(|i| (i % 1000, i)).group_by_key();
        let found = elements(&summary(&groups, |v| v % 1000), &runner().parallelism(workers), "workers");
        assert_eq!(found, [(1000, ROWS, sum_to(ROWS))]);
    }
}

#[test]
fn joins_of_two_large_sides() {
    let p = Pipeline::new();
    let left = p.sequence(0..ROWS / 2).map(|i| (i, text(i)));
    let right = p.sequence(ROWS / 4..ROWS).map(|i| (i, i));
    let joined = left.full_join(&right).map(|(key, (l, r))| {
        assert_eq!((l.is_some(), r.is_some()), (key < ROWS / 2, key >= ROWS / 4));
        assert!(l.is_none_or(|l| l == text(key)) && r.is_none_or(|r| r == key));
        key
    });
    assert_eq!(only(&joined.combine((Count, Sum)), "join"), (ROWS, sum_to(ROWS)));
}

#[test]
fn groups_that_are_large_on_both_sides() {
    let p = Pipeline::new();
    let left = p.sequence(0..ROWS / 2).map(|i| ("hot".to_owned(), i));
    let right = p.sequence(0..ROWS / 2).map(|i| (if i == 0 { "cold" } else { "hot" }.to_owned(), i));
    let counts = left.co_group(&right).map(|(key, (l, r))| {
        let sums = (l.iter().sum::<u64>(), r.iter().sum::<u64>());
        assert_eq!(sums, (l.into_iter().sum(), r.into_iter().sum()));
        (key, sums)
    });
    let mut found = elements(&counts, &runner(), "both sides");
    found.sort();
    assert_eq!(found, [("cold".into(), (0, 0)), ("hot".into(), (sum_to(ROWS / 2), sum_to(ROWS / 2)))]);
}

#[test]
fn a_large_group_joined_with_one_value() {
    let p = Pipeline::new();
    let left = p.sequence(0..ROWS).map(|i| (1, i));
    let right = p.create([(1, 5u64), (2, 6)]);
    let joined = left.join(&right).map(|(_, (l, r))| l + r).combine((Count, Sum));
    assert_eq!(only(&joined, "a value"), (ROWS, sum_to(ROWS) + 5 * ROWS));
}

#[test]
fn batches_when_memory_is_short() {
    let p = Pipeline::new();
    let batches = p.sequence(0..ROWS).map(|i| (i % 400_000, i)).group_into_batches(100);
    let sums = batches.map(|(key, values)| {
        assert!(!values.is_empty() && values.len() <= 100 && values.iter().all(|v| v % 400_000 == key));
        (values.len() as u64, values.iter().sum::<u64>())
    });
    let total = sums.combine((Sum.of(|(n, _): &(u64, u64)| *n), Sum.of(|(_, sum): &(u64, u64)| *sum)));
    assert_eq!(only(&total, "batches"), (ROWS, sum_to(ROWS)));
}
