//! Creating, and one element at a time.

use crate::support::{everywhere, fails_everywhere, nothing, owned, spread};
use beamline::prelude::*;
use beamline::testing::assert_that;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

#[test]
fn create() {
    everywhere(|p| {
        assert_that(&p.create([3, 1, 3])).contains_in_any_order([1, 3, 3]);
        assert_that(&nothing::<String>(p)).is_empty();
        assert_that(&p.create((0..5000u64).rev())).contains_in_any_order(0..5000);
    });
}

#[test]
fn sequence() {
    everywhere(|p| {
        assert_that(&p.sequence(0..10_000)).contains_in_any_order(0..10_000);
        assert_that(&p.sequence(7..8)).contains_in_any_order([7]);
        assert_that(&p.sequence(7..7)).is_empty();
        #[expect(clippy::reversed_empty_ranges)]
        assert_that(&p.sequence(8..7)).is_empty();
        let last = u64::MAX - 3000;
        assert_that(&p.sequence(last..u64::MAX)).contains_in_any_order(last..u64::MAX);
    });
}

#[test]
fn map() {
    everywhere(|p| {
        let copies = p.sequence(0..3000).map(|n| n * 2);
        assert_that(&copies).contains_in_any_order((0..3000).map(|n| n * 2));
        let owned = spread(p, owned(["a", "bc"])).map(|s| (s.len(), s));
        assert_that(&owned).contains_in_any_order([(1, "a".to_owned()), (2, "bc".to_owned())]);
        assert_that(&nothing::<u8>(p).map(|n| n + 1)).is_empty();
    });
}

#[test]
fn try_map() {
    everywhere(|p| {
        let parsed = spread(p, owned(["1", "two", "3", "four"])).try_map(|s| s.parse::<u32>()).named("Parse");
        let line = line!() - 1;
        assert_that(&parsed.ok).contains_in_any_order([1, 3]);
        assert_that(&parsed.failed.map(|f| f.element)).contains_in_any_order(owned(["two", "four"]));
        assert_that(&parsed.failed).satisfies(move |failures| {
            for failure in failures {
                assert_eq!(failure.step, "Parse");
                assert_eq!(failure.location, format!("{}:{line}", file!()));
                assert_eq!(failure.error, "invalid digit found in string");
                assert_eq!(failure.timestamp, Timestamp::MIN);
            }
        });
    });
}

#[test]
fn try_map_with_failures_that_nothing_reads() {
    let parse = |p: &Pipeline, texts: [&str; 3]| spread(p, owned(texts)).try_map(|s| s.parse::<u32>()).ok;
    everywhere(|p| {
        assert_that(&parse(p, ["1", "2", "3"])).contains_in_any_order([1, 2, 3]);
    });
    fails_everywhere(
        |p| {
            let _ = parse(p, ["1", "two", "3"]);
        },
        |error| {
            assert_eq!(error.kind(), beamline::ErrorKind::User);
            assert_eq!(error.step().map(|s| s.name.as_str()), Some("TryMap"));
            assert_eq!(error.element(), Some("element \"two\""));
            assert!(error.to_string().contains("invalid digit"), "{error}");
        },
    );
}

#[test]
fn flat_map() {
    everywhere(|p| {
        let numbers = spread(p, [0u64, 1, 5000]).flat_map(|n| 0..n);
        assert_that(&numbers).contains_in_any_order((0..1).chain(0..5000));
        assert_that(&spread(p, [Some(1), None]).flat_map(|n| n)).contains_in_any_order([1]);
    });
}

#[test]
fn flat_map_with() {
    everywhere(|p| {
        let words = spread(p, owned(["to be or not", "", "to be"])).flat_map_with(|line, out| {
            for word in line.split_whitespace() {
                out.emit(word.to_owned());
            }
        });
        assert_that(&words).contains_in_any_order(owned(["to", "be", "or", "not", "to", "be"]));
        let many = spread(p, [3000u64]).flat_map_with(|n, out| (0..*n).for_each(|i| out.emit(i)));
        assert_that(&many).contains_in_any_order(0..3000);
    });
}

#[test]
fn filter() {
    everywhere(|p| {
        let numbers = p.sequence(0..4000);
        assert_that(&numbers.filter(|n| n % 1000 == 0)).contains_in_any_order([0, 1000, 2000, 3000]);
        assert_that(&numbers.filter(|_| true)).has_count(4000);
        assert_that(&numbers.filter(|_| false)).is_empty();
        let strings = numbers.map(|n| n.to_string()).filter(|s| s.len() == 1);
        assert_that(&strings).contains_in_any_order((0..10).map(|n| n.to_string()));
    });
}

#[test]
fn inspect() {
    everywhere(|p| {
        let seen = Arc::new(AtomicU64::new(0));
        let add = seen.clone();
        let numbers = p.sequence(0..2000).inspect(move |n| {
            add.fetch_add(*n, Ordering::Relaxed);
        });
        assert_that(&numbers).contains_in_any_order(0..2000);
        // The assertion comes later than what it reads.
        assert_that(&numbers.count()).satisfies(move |_| assert_eq!(seen.load(Ordering::Relaxed), 1_999_000));
    });
}

#[test]
fn a_function_runs_although_nothing_reads_its_results() {
    let seen = Arc::new(AtomicU64::new(0));
    let p = beamline::testing::TestPipeline::new();
    let add = seen.clone();
    let _ = p.sequence(0..3000).inspect(move |_| {
        add.fetch_add(1, Ordering::Relaxed);
    });
    p.run();
    assert_eq!(seen.load(Ordering::Relaxed), 3000);
}

#[test]
fn partition() {
    everywhere(|p| {
        let parts = p.sequence(0..3001).partition(3, |n| (n % 3) as usize);
        assert_eq!(parts.len(), 3);
        for (i, part) in (0..).zip(&parts) {
            assert_that(part).contains_in_any_order((i..3001).step_by(3));
        }
        assert_that(&p.flatten(&parts)).has_count(3001);
        assert_that(&nothing::<u8>(p).partition(2, |_| 9)[1]).is_empty();
    });
}

#[test]
fn a_partition_that_does_not_exist() {
    fails_everywhere(
        |p| {
            let _ = spread(p, [1, 7]).partition(2, |n| *n);
        },
        |error| {
            assert_eq!(error.element(), Some("element 7"));
            assert!(error.to_string().contains("the function chose partition 7, and there are 2"), "{error}");
        },
    );
}

#[test]
fn flatten_in_a_stage_and_of_stages() {
    everywhere(|p| {
        let numbers = p.sequence(0..1000);
        let (even, odd) = (numbers.filter(|n| n % 2 == 0), numbers.filter(|n| n % 2 == 1));
        assert_that(&p.flatten([&even, &odd])).contains_in_any_order(0..1000);
        assert_that(&even.flatten_with(&odd.reshuffle())).contains_in_any_order(0..1000);
        let others = p.sequence(1000..2000);
        assert_that(&p.flatten([&numbers, &others, &nothing(p)])).contains_in_any_order(0..2000);
        assert_that(&p.flatten([&even, &even])).has_count(1000);
        assert_that(&p.flatten([&odd])).has_count(500);
        assert_that(&p.flatten::<u64>([])).is_empty();
        assert_that(&p.flatten::<u64>([]).map(|n| n + 1).count()).contains_in_any_order([0]);
    });
}

#[test]
fn reshuffle() {
    everywhere(|p| {
        let numbers = p.sequence(0..5000).reshuffle();
        assert_that(&numbers).contains_in_any_order(0..5000);
        assert_that(&numbers.reshuffle().map(|n| n + 1).reshuffle()).contains_in_any_order(1..5001);
        assert_that(&nothing::<u8>(p).reshuffle()).is_empty();
    });
}

#[test]
fn keys_and_values() {
    everywhere(|p| {
        let pairs = spread(p, owned(["a", "bc", "de"])).key_by(String::len);
        let expected = [(1, "a"), (2, "bc"), (2, "de")].map(|(n, s)| (n, s.to_owned()));
        assert_that(&pairs).contains_in_any_order(expected.clone());
        assert_that(&pairs.keys()).contains_in_any_order([1, 2, 2]);
        assert_that(&pairs.values()).contains_in_any_order(owned(["a", "bc", "de"]));
        assert_that(&pairs.map_values(|s| s.to_uppercase()).values()).contains_in_any_order(owned(["A", "BC", "DE"]));
        assert_that(&pairs.swap()).contains_in_any_order(expected.map(|(n, s)| (s, n)));
    });
}

/// The words that are longer than a number of letters, in upper case: a composite in a composite.
struct LongWords(usize);

struct Upper;

impl PTransform<PCollection<String>> for LongWords {
    type Out = PCollection<String>;
    fn expand(self, words: PCollection<String>) -> Self::Out {
        words.filter(move |word| word.len() > self.0).apply(Upper)
    }
}

impl PTransform<PCollection<String>> for Upper {
    type Out = PCollection<String>;
    fn label(&self) -> String {
        "UpperCase".to_owned()
    }
    fn expand(self, words: PCollection<String>) -> Self::Out {
        words.map(|word| word.to_uppercase()).named("Each")
    }
}

/// Two sources in one transform.
struct Letters;

impl PTransform<Pipeline> for Letters {
    type Out = PCollection<String>;
    fn expand(self, p: Pipeline) -> Self::Out {
        p.create(owned(["a"])).flatten_with(&p.create(owned(["b"])))
    }
}

/// Of two collections one.
struct Longer;

impl PTransform<(PCollection<u64>, PCollection<u64>)> for Longer {
    type Out = PCollection<u64>;
    fn expand(self, (a, b): (PCollection<u64>, PCollection<u64>)) -> Self::Out {
        a.count().flatten_with(&b.count()).combine(Max)
    }
}

#[test]
fn composites() {
    everywhere(|p| {
        let words = spread(p, owned(["a", "abc", "abcde"]));
        let long = words.apply(LongWords(1)).named("Long");
        let longer = words.apply(LongWords(3));
        assert_that(&long).contains_in_any_order(owned(["ABC", "ABCDE"]));
        assert_that(&longer).contains_in_any_order(owned(["ABCDE"]));
        assert_that(&p.apply(Letters)).contains_in_any_order(owned(["a", "b"]));
        let longest = p.apply_to((p.sequence(0..3), p.sequence(0..5)), Longer);
        assert_that(&longest).contains_in_any_order([5]);

        let names: Vec<_> = p.graph().unwrap().nodes.iter().map(|node| node.step.name.clone()).collect();
        for name in ["Long/Filter", "Long/UpperCase/Each", "LongWords/Filter", "LongWords/UpperCase/Each"] {
            assert!(names.iter().any(|n| n == name), "{name} is not in {names:?}");
        }
    });
}
