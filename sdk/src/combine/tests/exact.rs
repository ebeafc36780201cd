//! Combiners with one right answer.

use super::*;
use crate::Timestamp;
use crate::combine::{Absorb, Count, CountDistinct, Latest, Max, Mean, Min, Of, Reduce, Sum, ToList, ToSet, Top};
use serde::{Deserialize, Serialize};
use std::cell::Cell;
use std::cmp::Reverse;
use std::num::{Saturating, Wrapping};
use std::time::Duration;

proptest! {
    #[test]
    fn count_is_the_number_of_inputs(xs: Vec<u8>, split in split()) {
        prop_assert_eq!(scattered(&Count, &xs, split), xs.len() as u64);
    }

    #[test]
    fn sum_of_integers_is_exact(xs: Vec<i32>, split in split()) {
        let xs: Vec<i64> = xs.into_iter().map(i64::from).collect();
        prop_assert_eq!(scattered(&Sum, &xs, split), xs.iter().sum::<i64>());
    }

    #[test]
    fn sum_of_floats_is_near(xs in prop::collection::vec(0.0..1e9_f64, 0..100), split in split()) {
        let expected: f64 = xs.iter().sum();
        let bound = expected * xs.len() as f64 * f64::EPSILON;
        prop_assert!((scattered(&Sum, &xs, split) - expected).abs() <= bound);
    }

    #[test]
    fn wrapping_sum_wraps_whatever_the_order(xs: Vec<u64>, split in split()) {
        let wrapping: Vec<Wrapping<u64>> = xs.iter().copied().map(Wrapping).collect();
        let expected = xs.iter().fold(0_u64, |sum, x| sum.wrapping_add(*x));
        prop_assert_eq!(scattered(&Sum, &wrapping, split), Wrapping(expected));
    }

    #[test]
    fn mean_of_integers_is_exact(xs in prop::collection::vec(any::<i32>(), 1..100), split in split()) {
        let sum: i64 = xs.iter().map(|x| i64::from(*x)).sum();
        let expected = sum as f64 / xs.len() as f64;
        prop_assert!((scattered(&Mean, &xs, split) - expected).abs() <= f64::EPSILON * expected.abs());
    }

    #[test]
    fn min_and_max(xs in prop::collection::vec(any::<i64>(), 1..100), split in split()) {
        let expected = (*xs.iter().min().unwrap(), *xs.iter().max().unwrap());
        prop_assert_eq!(scattered(&(Min, Max), &xs, split), expected);
        prop_assert_eq!(scattered(&(Min::by_key(|x: &i64| *x), Max::by_key(|x: &i64| *x)), &xs, split), expected);
        prop_assert_eq!(scattered(&(Max::by_key(|x: &i64| Reverse(*x)), Max::by(i64::cmp)), &xs, split), expected);
    }

    #[test]
    fn or_none_is_none_for_no_inputs_only(xs: Vec<i64>, split in split()) {
        prop_assert_eq!(scattered(&Max.or_none(), &xs, split), xs.iter().max().copied());
        prop_assert_eq!(scattered(&Min.or(7), &xs, split), xs.iter().min().copied().unwrap_or(7));
    }

    #[test]
    fn top_is_the_head_of_the_sorted_inputs(xs: Vec<u8>, n in 0..20_usize, split in split()) {
        let mut sorted = xs.clone();
        sorted.sort_unstable();
        let smallest: Vec<u8> = sorted.iter().take(n).copied().collect();
        let largest: Vec<u8> = sorted.iter().rev().take(n).copied().collect();
        prop_assert_eq!(scattered(&Top::smallest(n), &xs, split), smallest);
        prop_assert_eq!(scattered(&Top::largest(n), &xs, split), largest.clone());
        prop_assert_eq!(scattered(&Top::by(n, u8::cmp), &xs, split), largest.clone());
        prop_assert_eq!(scattered(&Top::by_key(n, |x: &u8| *x), &xs, split), largest);
    }

    #[test]
    fn arrays_are_summed_place_by_place(xs: Vec<[u8; 3]>, split in split()) {
        let xs: Vec<[u64; 3]> = xs.into_iter().map(|x| x.map(u64::from)).collect();
        let expected = [0, 1, 2].map(|place| xs.iter().map(|x| x[place]).sum::<u64>());
        prop_assert_eq!(scattered(&Sum, &xs, split), expected);
    }

    #[test]
    fn distinct_values_are_counted_for_each_condition(xs in prop::collection::vec((0..9_u8, 0..6_u8), 0..60), split in split()) {
        let conditions = |(_, b): &(u8, u8)| [*b < 2, *b % 2 == 0, true, false, *b == 5];
        let narrow = move |x: &(u8, u8)| { let [small, even, ..] = conditions(x); [small, even] };
        let distinct = |condition: usize| {
            let values: std::collections::HashSet<_> = xs.iter().filter(|x| conditions(x)[condition]).map(|x| x.0).collect();
            values.len() as u64
        };
        let of = CountDistinct.of(|x: &(u8, u8)| x.0.to_string());
        prop_assert_eq!(scattered(&of.when(conditions), &xs, split), [0, 1, 2, 3, 4].map(distinct));
        prop_assert_eq!(scattered(&of.when(narrow), &xs, split), [0, 1].map(distinct));
    }

    #[test]
    fn reduce_folds(xs in prop::collection::vec(any::<u32>(), 1..50), split in split()) {
        let expected = xs.iter().copied().reduce(|a, b| a ^ b).unwrap();
        prop_assert_eq!(scattered(&Reduce::new(|a: u32, b| a ^ b), &xs, split), expected);
        prop_assert_eq!(scattered(&Absorb::new(|a: &mut u32, b| *a ^= b), &xs, split), expected);
    }

    #[test]
    fn latest_is_last_in_time(times: std::collections::HashSet<i32>, split in split()) {
        let stamped: Vec<_> = times.iter().map(|t| (Timestamp::from_millis(i64::from(*t)), *t)).collect();
        prop_assert_eq!(scattered(&Latest.or_none(), &stamped, split), times.iter().max().copied());
    }

    #[test]
    fn lists_and_sets_hold_all_inputs(xs: Vec<u8>, split in split()) {
        let (mut list, set, distinct) = scattered(&(ToList, ToSet, CountDistinct), &xs, split);
        prop_assert_eq!(distinct, set.len() as u64);
        let mut sorted = xs.clone();
        sorted.sort_unstable();
        list.sort_unstable();
        prop_assert_eq!(list, sorted);
        prop_assert_eq!(set, xs.into_iter().collect());
    }

    #[test]
    fn tuples_see_what_their_parts_see(xs in prop::collection::vec(any::<(u16, String)>(), 1..40), split in split()) {
        let combiner = (
            Count,
            Sum.of(|x: &(u16, String)| u64::from(x.0)),
            Max,
            Min.of(|x: &(u16, String)| x.1.clone()),
            Top::largest(3).of(|x: &(u16, String)| x.0),
            Reduce::new(|a: (u16, String), b: (u16, String)| a.max(b)),
        );
        let (count, sum, max, min, top, reduced) = scattered(&combiner, &xs, split);
        prop_assert_eq!(count, xs.len() as u64);
        prop_assert_eq!(sum, xs.iter().map(|x| u64::from(x.0)).sum::<u64>());
        prop_assert_eq!(&max, xs.iter().max().unwrap());
        prop_assert_eq!(&min, xs.iter().map(|x| &x.1).min().unwrap());
        prop_assert_eq!(top, apply(&Top::largest(3), xs.iter().map(|x| x.0)));
        prop_assert_eq!(reduced, max);
    }
}

#[test]
fn many_distinct_values_are_merged() {
    let of = |values: std::ops::Range<u64>| {
        values.fold(CountDistinct.create(), |mut acc, x| {
            CountDistinct.add(&mut acc, x);
            acc
        })
    };
    let when = CountDistinct.of(|x: &u64| *x).when(|x: &u64| [x.is_multiple_of(2), true]);
    let both = |values: std::ops::Range<u64>| {
        values.fold(when.create(), |mut acc, x| {
            when.add(&mut acc, x);
            acc
        })
    };
    for (from, union) in [(0, 20_000), (10_000, 20_000), (19_990, 29_990), (20_000, 30_000), (90_000, 30_000)] {
        let mut acc = of(0..20_000);
        CountDistinct.merge(&mut acc, of(from..from + 10_000));
        assert_eq!(CombineFn::<u64>::extract(&CountDistinct, acc), union);
        let mut acc = both(0..20_000);
        when.merge(&mut acc, both(from..from + 10_000));
        assert_eq!(when.extract(acc), [union / 2, union]);
    }
}

#[test]
fn no_inputs() {
    assert_eq!(apply(&Count, [0; 0]), 0);
    assert_eq!(apply(&CountDistinct, [0; 0]), 0);
    assert_eq!(apply(&Sum, [0; 0]), 0);
    assert_eq!(apply(&Sum, [Duration::ZERO; 0]), Duration::ZERO);
    assert!(apply(&Mean, [0; 0]).is_nan());
    assert_eq!(apply(&Top::largest(3), [0; 0]), [0; 0]);
    assert_eq!(apply(&(Count, Max.or(1)), [0; 0]), (0, 1));
}

#[test]
#[should_panic(expected = "Max of no values: where the input can be empty, use `.or_none()` or `.or(default)`")]
fn there_is_no_greatest_of_nothing() {
    apply(&Max, [0; 0]);
}

#[test]
#[should_panic(expected = "Min of no values")]
fn there_is_no_least_of_nothing() {
    apply(&Min::by(f64::total_cmp), [0.0; 0]);
}

#[test]
#[should_panic(expected = "Reduce of no values")]
fn there_is_no_reduction_of_nothing() {
    apply(&Reduce::new(|a: u8, _| a), [0; 0]);
}

#[test]
#[should_panic(expected = "Absorb of no values")]
fn nothing_absorbs_nothing() {
    apply(&Absorb::new(|_: &mut u8, _| ()), [0; 0]);
}

#[test]
#[should_panic(expected = "sum overflowed u8")]
fn a_sum_of_integers_never_wraps() {
    apply(&Sum, [200_u8, 100]);
}

#[test]
#[should_panic(expected = "sum overflowed i64")]
fn a_sum_of_integers_never_wraps_below() {
    apply(&Sum, [i64::MIN, -1]);
}

#[test]
#[should_panic(expected = "sum overflowed Duration")]
fn a_sum_of_durations_never_wraps() {
    apply(&Sum, [Duration::MAX, Duration::from_nanos(1)]);
}

#[test]
fn a_sum_saturates_when_asked_to() {
    assert_eq!(apply(&Sum, [Saturating(200_u8), Saturating(100)]), Saturating(255));
}

#[test]
fn of_equal_timestamps_the_later_arrival_wins() {
    let at = Timestamp::from_millis;
    assert_eq!(apply(&Latest, [(at(2), 'a'), (at(2), 'b'), (at(1), 'c')]), 'b');
}

#[test]
#[should_panic(expected = "Latest of no values")]
fn there_is_no_latest_of_nothing() {
    apply(&Latest, [(Timestamp::MIN, 0); 0]);
}

#[test]
fn floats_are_compared_by_their_total_order() {
    let xs = [0.0, -0.0, f64::INFINITY, f64::NAN];
    assert!(apply(&Max::by(f64::total_cmp), xs).is_nan());
    assert!(apply(&Min::by(f64::total_cmp), xs).is_sign_negative());
}

thread_local! {
    static CLONES: Cell<u32> = const { Cell::new(0) };
}

/// Counts how often it is cloned.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Tracked(u32);

impl Clone for Tracked {
    fn clone(&self) -> Self {
        CLONES.set(CLONES.get() + 1);
        Tracked(self.0)
    }
}

#[test]
fn tuples_clone_only_what_is_kept_twice() {
    let combiner = (Count, Sum.of(|x: &Tracked| x.0), Min, Top::largest(2), ToList);
    let (count, sum, min, top, list) = apply(&combiner, [5, 9, 7, 6].map(Tracked));
    assert_eq!((count, sum, min, list.len()), (4, 27, Tracked(5), 4));
    assert_eq!(top, [9, 7].map(Tracked));
    // The first for `Min`; the first three for `Top`; the list takes the inputs themselves.
    assert_eq!(CLONES.get(), 4);
}

#[test]
fn names() {
    fn name<C: CombineFn<(u8, u8)>>(combiner: &C) -> String {
        combiner.name()
    }
    assert_eq!(name(&Count), "Count");
    assert_eq!(name(&Max), "Max");
    assert_eq!(name(&Min::by_key(|x: &(u8, u8)| x.1)), "Min");
    assert_eq!(name(&Top::smallest(10)), "Top(10)");
    assert_eq!(name(&Reduce::new(|a, _| a)), "Reduce");
    assert_eq!(name(&(Count, Sum.of(|x: &(u8, u8)| x.0), Max.or_none())), "(Count, Sum, Max)");
    assert_eq!(name(&Of::new((Count, Max), |x: &(u8, u8)| x.0)), "(Count, Max)");
}

#[test]
fn accumulators_are_compact() {
    assert_eq!(encoded_len(&CombineFn::<u8>::create(&Count)), 1);
    assert_eq!(encoded_len(&CombineFn::<u8>::create(&Max)), 1);
    assert_eq!(encoded_len(&CombineFn::<u8>::create(&Top::largest(1000))), 1);
    assert_eq!(encoded_len(&CombineFn::<u8>::create(&Mean)), 9);
}
