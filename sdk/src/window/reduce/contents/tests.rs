use super::*;
use crate::coder;
use crate::combine::{Count, Latest, Max, Mean, Sum, ToList};
use crate::{Element, Timestamp};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// A value that comes, or is taken back.
type Change = (bool, u8);

/// Values as often as they came, less how often they were taken back: above zero they are there, below they are
/// expected.
fn balance(changes: &[Change]) -> BTreeMap<u8, i64> {
    let mut balance = BTreeMap::new();
    changes.iter().for_each(|(comes, value)| *balance.entry(*value).or_default() += if *comes { 1 } else { -1 });
    balance
}

fn spread(balance: &BTreeMap<u8, i64>, sign: i64) -> Vec<u8> {
    balance.iter().flat_map(|(value, n)| std::iter::repeat_n(*value, (n * sign).max(0) as usize)).collect()
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    prop::collection::vec((prop::bool::weighted(0.6), 0..6_u8), 0..80)
}

fn round_trip<T: Element>(value: &T) -> T {
    let mut bytes = Vec::new();
    coder::encode(value, &mut bytes).unwrap();
    coder::decode(&mut bytes.as_slice()).unwrap()
}

fn sorted<T: Ord>(mut values: Vec<T>) -> Vec<T> {
    values.sort_unstable();
    values
}

/// Deals changes to two windows, looks at one of them now and then, and merges them.
fn changed<C: Contents<u8>>(contents: &C, changes: &[Change], split: usize) -> C::State {
    let mut windows = [contents.create_revisable(), contents.create_revisable()];
    for (i, (comes, value)) in changes.iter().enumerate() {
        let window = &mut windows[usize::from(i < split)];
        if *comes {
            contents.add(window, *value);
        } else {
            contents.retract(window, *value);
        }
        if value % 3 == 0 && (!contents.is_empty(window) || contents.has_default()) {
            drop(contents.show(window));
            *window = round_trip(window);
        }
    }
    let [mut all, other] = windows;
    contents.merge(&mut all, other);
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_list_is_what_came_less_what_was_taken_back(changes in changes(), split in 0..80_usize) {
        let mut list = changed(&Listed, &changes, split);
        let balance = balance(&changes);
        prop_assert_eq!(Listed.is_empty(&list), spread(&balance, 1).is_empty());
        prop_assert_eq!(sorted(Listed.show(&mut list)), spread(&balance, 1));
        let mut snapshot = Listed.snapshot(&mut list);
        prop_assert_eq!(Listed.take(&mut snapshot), Listed.take(&mut list));
        prop_assert_eq!(sorted(Listed.unmatched(&mut list)), spread(&balance, -1));
        prop_assert!(Listed.unmatched(&mut list).is_empty() && Listed.is_empty(&list));
    }

    #[test]
    fn combiners_that_keep_values_combine_what_is_left(changes in changes(), split in 0..80_usize) {
        let combined = Combined((Max.or_none(), ToList));
        let mut acc = changed(&combined, &changes, split);
        let left = spread(&balance(&changes), 1);
        prop_assert_eq!(combined.is_empty(&acc), left.is_empty());
        let (max, list) = combined.show(&mut acc);
        prop_assert_eq!((max, sorted(list)), (left.last().copied(), left));
        prop_assert_eq!(sorted(combined.unmatched(&mut acc)), spread(&balance(&changes), -1));
    }

    #[test]
    fn combiners_that_subtract_agree_once_all_has_come(values in prop::collection::vec(0..6_u8, 0..40), gone in 0..40_usize, order: u64, split in 0..80_usize) {
        let gone = &values[..gone.min(values.len())];
        let mut changes: Vec<Change> = values.iter().map(|v| (true, *v)).chain(gone.iter().map(|v| (false, *v))).collect();
        let shift = order as usize % changes.len().max(1);
        changes.rotate_left(shift);
        let combined = Combined((Sum, Count, Mean.or(-1.0)));
        let mut acc = changed(&combined, &changes, split);
        let left = spread(&balance(&changes), 1);
        let sum: u32 = left.iter().map(|v| u32::from(*v)).sum();
        let mean = if left.is_empty() { -1.0 } else { f64::from(sum) / left.len() as f64 };
        prop_assert_eq!(combined.is_empty(&acc), left.is_empty());
        prop_assert_eq!(combined.show(&mut acc), (sum as u8, left.len() as u64, mean));
        prop_assert!(combined.unmatched(&mut acc).is_empty());
    }
}

#[test]
fn values_stay_in_the_order_of_their_coming() {
    let mut list = Listed.create_revisable();
    (0..100_u32).for_each(|value| Listed.add(&mut list, value));
    (0..100_u32).filter(|value| value % 7 != 0).for_each(|value| Listed.retract(&mut list, value));
    assert_eq!(Listed.take(&mut list), (0..100).step_by(7).collect::<Vec<_>>());
}

#[test]
fn many_equal_values_are_taken_back_one_by_one() {
    let mut list = Listed.create_revisable();
    (0..200_000).for_each(|_| Listed.add(&mut list, f64::NAN));
    (0..200_001).for_each(|_| Listed.retract(&mut list, f64::NAN));
    assert!(Listed.is_empty(&list));
    assert_eq!(Listed.unmatched(&mut list).len(), 1);
}

#[test]
fn what_stays_takes_no_more_memory_for_what_might_not() {
    assert_eq!(size_of::<List<String>>(), size_of::<Vec<String>>());
    assert_eq!(size_of::<Accumulated<u64, u64>>(), size_of::<Option<u64>>());
    assert_eq!(size_of::<Accumulated<String, String>>(), size_of::<Option<String>>());
    let set = size_of::<Option<std::collections::HashSet<u8>>>();
    assert_eq!(size_of::<Accumulated<std::collections::HashSet<u8>, u8>>(), set);
}

#[test]
fn a_combiner_without_an_answer_says_so() {
    type Stamped = (Timestamp, u8);
    assert!(!Contents::<Stamped>::has_default(&Combined(Latest)));
    assert!(Contents::<u8>::has_default(&Combined(Count)));
    assert!(Contents::<u8>::has_default(&Listed));
}
