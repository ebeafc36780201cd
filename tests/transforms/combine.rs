//! Combining, globally and by key, with every kind of combiner.

use crate::support::{everywhere, fails_everywhere, nothing, owned, sorted, spread};
use beamline::prelude::*;
use beamline::testing::assert_that;
use std::collections::HashSet;

#[test]
fn globally() {
    everywhere(|p| {
        let numbers = p.sequence(1..5001);
        assert_that(&numbers.combine(Sum)).contains_in_any_order([12_502_500]);
        assert_that(&numbers.count()).contains_in_any_order([5000]);
        assert_that(&numbers.combine(Mean)).contains_in_any_order([2500.5]);
        assert_that(&numbers.combine(Min)).contains_in_any_order([1]);
        assert_that(&numbers.combine(Max)).contains_in_any_order([5000]);
        assert_that(&numbers.combine(Top::largest(3))).contains_in_any_order([vec![5000, 4999, 4998]]);
        assert_that(&numbers.combine(Reduce::new(|a: u64, b| a.max(b)))).contains_in_any_order([5000]);
        assert_that(&numbers.combine(ToList).map(sorted)).contains_in_any_order([(1..5001).collect::<Vec<_>>()]);
        assert_that(&numbers.map(|n| n % 9).combine(ToSet)).contains_in_any_order([(0..9).collect::<HashSet<_>>()]);
    });
}

#[test]
fn an_empty_collection_has_results_too() {
    everywhere(|p| {
        for none in [nothing::<u64>(p), p.sequence(0..5000).filter(|_| false), p.flatten::<u64>([])] {
            assert_that(&none.combine(Sum)).contains_in_any_order([0]);
            assert_that(&none.count()).contains_in_any_order([0]);
            assert_that(&none.combine(Max.or_none())).contains_in_any_order([None]);
            assert_that(&none.combine(Min.or(7))).contains_in_any_order([7]);
            assert_that(&none.combine(Top::smallest(2))).contains_in_any_order([vec![]]);
            assert_that(&none.combine((Count, Sum))).contains_in_any_order([(0, 0)]);
            assert_that(&none.key_by(|n| *n).combine_per_key(Count)).is_empty();
            assert_that(&none.count_per_element()).is_empty();
        }
    });
}

#[test]
fn the_maximum_of_nothing() {
    fails_everywhere(
        |p| {
            let _ = nothing::<u64>(p).combine(Max).map(|n| n + 1);
        },
        |error| {
            assert_eq!(error.step().map(|s| s.name.as_str()), Some("Max"), "{error}");
            assert!(error.to_string().contains("Max of no values: where the input can be empty"), "{error}");
        },
    );
}

#[test]
fn per_key() {
    everywhere(|p| {
        let scores = [("ann", 3u64), ("bob", 5), ("ann", 4), ("eve", 1), ("bob", 5)];
        let scores = spread(p, scores.map(|(name, score)| (name.to_owned(), score)));
        assert_that(&scores.combine_per_key(Sum)).contains_in_any_order(by_name([7, 10, 1]));
        assert_that(&scores.combine_per_key(Max)).contains_in_any_order(by_name([4, 5, 1]));
        assert_that(&scores.combine_per_key(Mean)).contains_in_any_order(by_name([3.5, 5.0, 1.0]));
        assert_that(&scores.count_per_key()).contains_in_any_order(by_name([2, 2, 1]));
        assert_that(&scores.combine_per_key(Top::largest(1))).contains_in_any_order(by_name([
            vec![4],
            vec![5],
            vec![1],
        ]));
        assert_that(&scores.combine_per_key((Count, Min, Sum))).contains_in_any_order(by_name([
            (2, 3, 7),
            (2, 5, 10),
            (1, 1, 1),
        ]));
    });
}

fn by_name<T>(results: [T; 3]) -> impl Iterator<Item = (String, T)> {
    owned(["ann", "bob", "eve"]).into_iter().zip(results)
}

#[test]
fn many_keys_and_few() {
    everywhere(|p| {
        let many = p.sequence(0..6000).key_by(|n| n % 5000).combine_per_key(Sum);
        let expected = (0..5000).map(|key| (key, if key < 1000 { 2 * key + 5000 } else { key }));
        assert_that(&many).contains_in_any_order(expected);
        let one = p.sequence(0..6000).key_by(|_| "hot".to_owned()).combine_per_key(Count);
        assert_that(&one).contains_in_any_order([("hot".to_owned(), 6000)]);
    });
}

#[test]
fn count_per_element() {
    everywhere(|p| {
        let words = spread(p, owned(["a", "b", "a", "c", "a"]));
        let expected = [("a", 3), ("b", 1), ("c", 1)].map(|(word, n)| (word.to_owned(), n));
        assert_that(&words.count_per_element()).contains_in_any_order(expected);
    });
}

#[test]
fn tuples_of_combiners() {
    everywhere(|p| {
        let numbers = p.sequence(0..4000);
        let summary = numbers.combine((Count, Sum, Mean, Top::smallest(2), Max));
        assert_that(&summary).contains_in_any_order([(4000, 7_998_000, 1999.5, vec![0, 1], 3999)]);
        let lengths = (Min.of(|s: &String| s.len()), Max.of(|s: &String| s.len()), Count);
        assert_that(&numbers.map(|n| n.to_string()).combine(lengths)).contains_in_any_order([(1, 4, 4000)]);
    });
}

#[test]
fn with_fanout() {
    everywhere(|p| {
        let pairs = p.sequence(0..6000).key_by(|n| n % 2);
        for fanout in [0, 1, 2, 50] {
            let sums = pairs.combine_per_key_with_fanout(fanout, (Count, Sum));
            assert_that(&sums).contains_in_any_order([(0, (3000, 8_997_000)), (1, (3000, 9_000_000))]);
        }
        assert_that(&nothing::<(u8, u64)>(p).combine_per_key_with_fanout(4, Sum)).is_empty();
    });
}

#[test]
fn approximate() {
    everywhere(|p| {
        let numbers = p.sequence(0..20_000).map(|n| n % 5000);
        assert_that(&numbers.combine(ApproxDistinct::new())).satisfies(|counts| {
            assert!(matches!(counts, [4500..=5500]), "{counts:?}");
        });
        let quantiles = numbers.map(|n| n as f64).combine(ApproxQuantiles::new([0.0, 0.5, 1.0]));
        assert_that(&quantiles).satisfies(|quantiles| {
            let [least, median, greatest] = quantiles[0][..] else { panic!("{quantiles:?}") };
            assert!(least.abs() < 1e-9 && (greatest - 4999.0).abs() < 1e-9 && (median - 2500.0).abs() < 150.0);
        });
        assert_that(&numbers.combine(Sample::fixed(10))).satisfies(|samples| assert_eq!(samples[0].len(), 10));
    });
}

/// Gives each value the timestamp that comes with it.
#[derive(Clone)]
struct Stamp;

impl DoFn<(i32, (Timestamp, char))> for Stamp {
    type Out = (i32, char);
    fn process(
        &mut self,
        (key, (at, value)): (i32, (Timestamp, char)),
        cx: &mut Cx<'_, Self::Out>,
    ) -> Result<(), BoxError> {
        cx.emit_at(at, (key, value));
        Ok(())
    }
}

#[test]
fn latest() {
    everywhere(|p| {
        let at = Timestamp::from_millis;
        let prices = spread(p, [(1, (at(5), 'a')), (1, (at(9), 'b')), (2, (at(1), 'c')), (1, (at(7), 'd'))]);
        assert_that(&prices.combine_per_key(Latest)).contains_in_any_order([(1, 'b'), (2, 'c')]);
        let stamped = prices.par_do(Stamp);
        assert_that(&stamped.latest_per_key()).contains_in_any_order([(1, 'b'), (2, 'c')]);
        assert_that(&stamped.latest()).contains_in_any_order([(1, 'b')]);
        assert_that(&nothing::<u8>(p).latest()).is_empty();
    });
}

/// The longest word, and of several the first in the alphabet.
#[derive(Clone)]
struct Longest;

impl CombineFn<String> for Longest {
    type Acc = String;
    type Out = Option<String>;
    fn create(&self) -> String {
        String::new()
    }
    fn add(&self, acc: &mut String, word: String) {
        self.merge(acc, word);
    }
    fn merge(&self, acc: &mut String, other: String) {
        if (other.len(), &*acc) > (acc.len(), &other) {
            *acc = other;
        }
    }
    fn extract(&self, acc: String) -> Option<String> {
        Some(acc).filter(|word| !word.is_empty())
    }
}

#[test]
fn a_combiner_of_the_user() {
    everywhere(|p| {
        let words = spread(p, owned(["a", "ccc", "bbb", "dd"]));
        assert_that(&words.combine(Longest)).contains_in_any_order([Some("bbb".to_owned())]);
        assert_that(&words.filter(|_| false).combine(Longest)).contains_in_any_order([None]);
        let by_length = words.key_by(String::len).combine_per_key(Longest);
        let expected = [(1, "a"), (2, "dd"), (3, "bbb")].map(|(n, word)| (n, Some(word.to_owned())));
        assert_that(&by_length).contains_in_any_order(expected);
    });
}

#[test]
fn a_sum_that_overflows() {
    fails_everywhere(
        |p| {
            let _ = spread(p, [200u8, 100]).combine(Sum).map(|n| n);
        },
        |error| {
            assert_eq!(error.step().map(|s| s.name.as_str()), Some("Sum"), "{error}");
            assert!(error.to_string().contains("sum overflowed u8"), "{error}");
        },
    );
}
