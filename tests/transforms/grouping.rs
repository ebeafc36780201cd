//! Groups: by key, of several collections, in batches; and every element once.

use crate::support::{everywhere, nothing, owned, sorted, spread};
use beamline::Element;
use beamline::prelude::*;
use beamline::testing::{TestPipeline, assert_that};

/// Groups as sorted lists.
fn lists<K: Key, V: Element + Ord>(groups: &PCollection<(K, Values<V>)>) -> PCollection<(K, Vec<V>)> {
    groups.map_values(sorted)
}

#[test]
fn group_by_key() {
    everywhere(|p| {
        let pairs = spread(p, owned(["apple", "bee", "ant", "cat", "bear"])).key_by(|s| s[..1].to_owned());
        let expected = [("a", vec!["ant", "apple"]), ("b", vec!["bear", "bee"]), ("c", vec!["cat"])];
        let expected = expected.map(|(k, v)| (k.to_owned(), v.into_iter().map(str::to_owned).collect()));
        assert_that(&lists(&pairs.group_by_key())).contains_in_any_order(expected);
        assert_that(&nothing::<(u8, u8)>(p).group_by_key()).is_empty();
    });
}

#[test]
fn group_by_key_of_many() {
    everywhere(|p| {
        let groups = p.sequence(0..5000).key_by(|n| n % 700).group_by_key();
        let expected = (0..700).map(|k| (k, (k..5000).step_by(700).collect()));
        assert_that(&lists(&groups)).contains_in_any_order(expected);
        let one = p.sequence(0..5000).key_by(|_| ()).group_by_key().map(|((), values)| values.len());
        assert_that(&one).contains_in_any_order([5000]);
    });
}

#[test]
fn groups_of_nothing_at_all() {
    everywhere(|p| {
        let units = spread(p, [((), ()); 30]);
        assert_that(&units.group_by_key().map(|((), values)| values.len())).contains_in_any_order([30]);
        let both = units.co_group(&nothing::<((), ())>(p));
        assert_that(&both.map(|((), (all, none))| (all.len(), none.len()))).contains_in_any_order([(30, 0)]);
    });
}

#[test]
fn groups_can_be_gone_over_again_and_kept() {
    everywhere(|p| {
        let groups = p.sequence(0..1000).key_by(|n| n % 3).group_by_key();
        let twice = groups.map(|(key, values)| {
            let (sum, max) = (values.iter().sum::<u64>(), values.iter().max());
            assert_eq!((&values).into_iter().count(), values.len());
            (key, sum, max)
        });
        let expected = [(0, 166_833, Some(999)), (1, 166_167, Some(997)), (2, 166_500, Some(998))];
        assert_that(&twice).contains_in_any_order(expected);
        // Two readers of the same groups, and a group as a value.
        let again = groups.reshuffle().map_values(|values| values.into_vec().len());
        assert_that(&again).contains_in_any_order([(0, 334), (1, 333), (2, 333)]);
        let of_groups = groups.map(|(_, values)| (values.len(), values)).group_by_key();
        assert_that(&of_groups.map_values(|v| v.len())).contains_in_any_order([(334, 1), (333, 2)]);
    });
}

#[test]
fn co_group_of_two() {
    everywhere(|p| {
        let ages = spread(p, [("ann".to_owned(), 30u8), ("bob".to_owned(), 40)]);
        let towns = spread(p, [("bob".to_owned(), 'x'), ("bob".to_owned(), 'y'), ("eve".to_owned(), 'z')]);
        let both = ages.co_group(&towns).map_values(|(ages, towns)| (sorted(ages), sorted(towns)));
        let expected = [("ann", (vec![30], vec![])), ("bob", (vec![40], vec!['x', 'y'])), ("eve", (vec![], vec!['z']))];
        assert_that(&both).contains_in_any_order(expected.map(|(k, v)| (k.to_owned(), v)));
        let empty = ages.filter(|_| false).co_group(&towns.filter(|_| false));
        assert_that(&empty).is_empty();
    });
}

/// Multiples of `step`, as keys and, in another type each, as values.
fn multiples<V: Element>(p: &Pipeline, step: u64, value: fn(u64) -> V) -> PCollection<(u64, V)> {
    p.sequence(0..60).filter(move |n| n % step == 0).map(move |n| (n, value(n)))
}

#[test]
fn co_group_of_three_to_six() {
    everywhere(|p| {
        let (one, two) = (multiples(p, 1, |n| n), multiples(p, 2, |n| n as u32));
        let (three, four) = (multiples(p, 3, |n| n.to_string()), multiples(p, 4, |n| n as f64));
        let (five, six) = (multiples(p, 5, Some), multiples(p, 6, |n| vec![n]));
        let kept = |n: &u64| *n < 8 || *n == 30;

        let sizes = one.co_group((&two, &three)).map_values(|(a, b, c)| [a.len(), b.len(), c.len()]);
        let expected = (0..60u64).map(|n| (n, [1, 2, 3].map(|step| usize::from(n % step == 0))));
        assert_that(&sizes).contains_in_any_order(expected);

        let sizes = one.co_group((&two, &three, &four)).filter(move |(n, _)| kept(n));
        let sizes = sizes.map_values(|(a, b, c, d)| [a.len(), b.len(), c.len(), d.len()]);
        let keys = || (0..60u64).filter(move |n| kept(n));
        let of = |n: u64, step: u64| usize::from(n.is_multiple_of(step));
        assert_that(&sizes).contains_in_any_order(keys().map(|n| (n, [1, 2, 3, 4].map(|s| of(n, s)))));

        let sizes = one.co_group((&two, &three, &four, &five)).filter(move |(n, _)| kept(n));
        let sizes = sizes.map_values(|(a, b, c, d, e)| [a.len(), b.len(), c.len(), d.len(), e.len()]);
        assert_that(&sizes).contains_in_any_order(keys().map(|n| (n, [1, 2, 3, 4, 5].map(|s| of(n, s)))));

        let groups = one.co_group((&two, &three, &four, &five, &six)).filter(|(n, _)| *n == 30);
        let values = groups.map(|(_, (a, b, c, d, e, f))| {
            let head = (a.into_vec(), b.into_vec(), c.into_vec());
            (head, (d.into_vec(), e.into_vec(), f.into_vec()))
        });
        let head = (vec![30], vec![30], vec!["30".to_owned()]);
        assert_that(&values).contains_in_any_order([(head, (vec![], vec![Some(30)], vec![vec![30]]))]);
    });
}

#[test]
fn a_collection_grouped_with_itself() {
    everywhere(|p| {
        let pairs = p.sequence(0..100).key_by(|n| n % 10);
        let sizes = pairs.co_group((&pairs, &pairs)).map_values(|(a, b, c)| (a.len(), b.len(), c.len()));
        assert_that(&sizes).contains_in_any_order((0..10).map(|k| (k, (10, 10, 10))));
    });
}

#[test]
fn distinct() {
    everywhere(|p| {
        let words = spread(p, owned(["a", "b", "a", "", "b"]));
        assert_that(&words.distinct()).contains_in_any_order(owned(["", "a", "b"]));
        assert_that(&p.sequence(0..5000).map(|n| n % 1234).distinct()).contains_in_any_order(0..1234);
        assert_that(&nothing::<u8>(p).distinct()).is_empty();
    });
}

#[test]
fn group_into_batches() {
    everywhere(|p| {
        let batches = p.sequence(0..1000).key_by(|n| n % 3).group_into_batches(50);
        assert_that(&batches.flat_map(|(_, batch)| batch)).contains_in_any_order(0..1000);
        let sizes = batches.map(|(key, batch)| (key, batch.len()));
        assert_that(&sizes.filter(|(_, size)| *size == 50)).has_count(18);
        assert_that(&sizes.filter(|(_, size)| *size < 50)).contains_in_any_order([(0, 34), (1, 33), (2, 33)]);
        assert_that(&batches).satisfies(|batches| {
            assert!(batches.iter().all(|(key, batch)| batch.iter().all(|n| n % 3 == *key)));
        });
        let single = p.sequence(0..10).key_by(|_| ()).group_into_batches(1).map(|((), batch)| batch.len());
        assert_that(&single).contains_in_any_order([1; 10]);
    });
}

#[test]
#[should_panic(expected = "a batch of 0 elements is none")]
fn batches_of_nothing() {
    let p = TestPipeline::new();
    let _ = p.create([(1, 2)]).group_into_batches(0);
}
