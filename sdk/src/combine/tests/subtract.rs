//! Inputs that are taken out again leave the result of the rest.

use super::*;
use crate::combine::{Count, Latest, Max, Mean, Min, Of, Or, OrNone, Reduce, Sum, ToList};
use std::num::{Saturating, Wrapping};
use std::time::Duration;

/// Adds and takes out in any order: what cannot be taken out yet is tried again later.
fn left<In: Clone, C: CombineFn<In>>(combiner: &C, kept: &[In], gone: &[In], mut split: Split) -> C::Out {
    let mut acc = combiner.create();
    let (mut to_add, mut to_take) = ([kept, gone].concat(), gone.to_vec());
    while !(to_add.is_empty() && to_take.is_empty()) {
        if !to_take.is_empty() && (to_add.is_empty() || split.below(2) == 0) {
            let next = split.below(to_take.len());
            let before = combiner.extract(acc.clone());
            if combiner.subtract(&mut acc, &to_take[next]) {
                to_take.swap_remove(next);
            } else {
                let bytes = |out| bincode::serde::encode_to_vec(out, bincode::config::standard()).unwrap();
                assert_eq!(bytes(combiner.extract(acc.clone())), bytes(before), "a failure changes nothing");
                assert!(!to_add.is_empty(), "all has come, and cannot be taken back");
            }
        } else if !to_add.is_empty() {
            let next = split.below(to_add.len());
            combiner.add(&mut acc, to_add.swap_remove(next));
        }
    }
    combiner.extract(acc)
}

proptest! {
    #[test]
    fn numbers(kept in prop::collection::vec(0..1000_u16, 1..50), gone in prop::collection::vec(0..1000_u16, 0..50), split in split()) {
        prop_assert_eq!(left(&Count, &kept, &gone, split), apply(&Count, kept.clone()));
        let (kept, gone): (Vec<u64>, Vec<u64>) = (kept.iter().map(|x| u64::from(*x)).collect(), gone.iter().map(|x| u64::from(*x)).collect());
        let expected = apply(&(Sum, Mean, Count), kept.clone());
        prop_assert_eq!(left(&(Sum, Mean, Count), &kept, &gone, split), expected);
        prop_assert_eq!(left(&OrNone::new((Sum, Mean, Count)), &kept, &gone, split), Some(expected));
        prop_assert_eq!(left(&Or::new(Sum, 7), &kept, &gone, split), expected.0);
        prop_assert_eq!(left(&Sum.of(|x: &u64| -(*x as i64)), &kept, &gone, split), -(expected.0 as i64));
        prop_assert_eq!(left(&Sum.of(|x: &u64| Duration::from_millis(*x)), &kept, &gone, split), Duration::from_millis(expected.0));
        let places = Sum.of(|x: &u64| [*x, x % 7, u64::from(*x == 3)]);
        prop_assert_eq!(left(&places, &kept, &gone, split), apply(&places, kept.clone()));
        let wrapping = Sum.of(|x: &u64| Wrapping(*x as u8));
        prop_assert_eq!(left(&wrapping, &kept, &gone, split), apply(&wrapping, kept));
    }
}

#[test]
fn who_subtracts() {
    assert!(CombineFn::<&str>::can_subtract(&Count));
    assert!(CombineFn::<i8>::can_subtract(&(Sum, Mean, Count)));
    assert!(CombineFn::<i8>::can_subtract(&Of::new(OrNone::new(Sum), |x: &i8| i64::from(*x))));
    assert!(!CombineFn::<i8>::can_subtract(&(Sum, Max)));
    assert!(!CombineFn::<f64>::can_subtract(&Sum), "0.1 + 0.2 - 0.2 is not 0.1");
    assert!(!CombineFn::<f32>::can_subtract(&Mean));
    assert!(!CombineFn::<u64>::can_subtract(&Mean), "2^60 + 5 - 2^60 is not 5, in floats");
    assert!(!CombineFn::<Saturating<u8>>::can_subtract(&Sum));
    assert!(!CombineFn::<u8>::can_subtract(&ToList));
}

#[test]
fn who_has_an_answer_to_nothing() {
    assert!(CombineFn::<u8>::has_default(&(Count, Sum, Max.or(0), Min.or_none())));
    assert!(!CombineFn::<u8>::has_default(&(Count, Max)));
    assert!(!CombineFn::<u8>::has_default(&Min.of(|x: &u8| *x)));
    assert!(!CombineFn::<u8>::has_default(&Max::by_key(|x: &u8| *x)));
    assert!(!CombineFn::<u8>::has_default(&Reduce::new(|a: u8, b| a | b)));
    assert!(!CombineFn::<(crate::Timestamp, u8)>::has_default(&Latest));
}
