//! How much memory the process takes, measured in a process of its own.
#![cfg(target_os = "linux")]

use crate::support::in_child;
use crate::{only, runner, sum_to};
use beamline::Pipeline;
use beamline::combine::{Count, Sum};

/// What a process takes without data, and what the allocator keeps.
const REST: usize = 80;

fn long(i: u64) -> String {
    format!("{i:0>1000}")
}

fn number(text: &str) -> u64 {
    text.parse().unwrap()
}

#[test]
fn ten_times_the_budget() {
    let peak = in_child("resident::ten_times_the_budget", "-n 200", || {
        let p = Pipeline::new();
        let groups = p.sequence(0..160_000).map(|i| (i % 10_000, long(i))).group_by_key();
        let sums = groups.map(|(_, values)| values.into_iter().map(|text| number(&text)).sum::<u64>());
        assert_eq!(only(&sums.combine((Count, Sum)), "ten times"), (10_000, sum_to(160_000)));
    });
    assert!(peak.is_none_or(|mib| mib < 16 + REST), "{peak:?} MiB");
}

#[test]
fn one_key_that_nearly_fills_the_budget() {
    let peak = in_child("resident::one_key_that_nearly_fills_the_budget", "-n 200", || {
        let p = Pipeline::new();
        let values = p.sequence(0..9_000_000).map(|i| ((), i));
        let sums = values.group_by_key().map(|((), values)| (values.len() as u64, values.into_iter().sum::<u64>()));
        let found = crate::elements(&sums, &runner().memory(80 << 20), "nearly fills");
        assert_eq!(found, [(9_000_000, sum_to(9_000_000))]);
    });
    assert!(peak.is_none_or(|mib| mib < 80 + REST), "{peak:?} MiB");
}

#[test]
fn more_large_keys_than_files_may_be_open() {
    let peak = in_child("resident::more_large_keys_than_files_may_be_open", "-n 40", || {
        let p = Pipeline::new();
        let groups = p.sequence(0..12_000).map(|i| (i % 80, "x".repeat(10_000))).group_by_key();
        let lengths = groups.map(|(_, values)| values.into_iter().map(|text| text.len() as u64).sum::<u64>());
        assert_eq!(only(&lengths.combine((Count, Sum)), "large keys"), (80, 120_000_000));
    });
    assert!(peak.is_none_or(|mib| mib < 16 + REST), "{peak:?} MiB");
}

#[test]
fn large_keys_of_one_hash() {
    let peak = in_child("resident::large_keys_of_one_hash", "-n 40", || {
        let p = Pipeline::new();
        let groups = p.sequence(0..6_000).map(|i| (crate::collisions::Same(i % 40), "x".repeat(10_000))).group_by_key();
        let lengths = groups.map(|(_, values)| values.into_iter().map(|text| text.len() as u64).sum::<u64>());
        assert_eq!(only(&lengths.combine((Count, Sum)), "large keys"), (40, 60_000_000));
    });
    assert!(peak.is_none_or(|mib| mib < 16 + REST), "{peak:?} MiB");
}

/// One element becomes 300 MB.
fn explosion(p: &Pipeline) -> beamline::PCollection<String> {
    p.create([300_000u64]).flat_map(|n| (0..n).map(long))
}

#[test]
fn an_explosion_into_a_reshuffle() {
    let peak = in_child("resident::an_explosion_into_a_reshuffle", "-n 200", || {
        let numbers = explosion(&Pipeline::new()).reshuffle().map(|text| number(&text));
        assert_eq!(only(&numbers.combine((Count, Sum)), "reshuffle"), (300_000, sum_to(300_000)));
    });
    assert!(peak.is_none_or(|mib| mib < 16 + REST), "{peak:?} MiB");
}

#[test]
fn an_explosion_into_a_combiner() {
    let peak = in_child("resident::an_explosion_into_a_combiner", "-n 200", || {
        let pairs = explosion(&Pipeline::new()).map(|text| (text[995..].to_owned(), number(&text)));
        let sums = pairs.combine_per_key(Sum).values();
        assert_eq!(only(&sums.combine((Count, Sum)), "combiner"), (100_000, sum_to(300_000)));
    });
    assert!(peak.is_none_or(|mib| mib < 16 + REST), "{peak:?} MiB");
}

#[test]
fn an_explosion_into_a_grouping() {
    let peak = in_child("resident::an_explosion_into_a_grouping", "-n 200", || {
        let groups = explosion(&Pipeline::new()).map(|text| (number(&text) % 1000, text)).group_by_key();
        let sums = groups.map(|(_, values)| values.into_iter().map(|text| number(&text)).sum::<u64>());
        assert_eq!(only(&sums.combine((Count, Sum)), "grouping"), (1000, sum_to(300_000)));
    });
    assert!(peak.is_none_or(|mib| mib < 16 + REST), "{peak:?} MiB");
}
