//! Side inputs of every kind.

use crate::support::{everywhere, fails_everywhere, nothing, owned, spread};
use beamline::ErrorKind;
use beamline::prelude::*;
use beamline::testing::{TestPipeline, assert_that};

#[test]
fn singleton() {
    everywhere(|p| {
        let limit = p.sequence(0..4000).combine(Max).as_singleton();
        let missing = nothing::<u64>(p).as_singleton_or(7);
        let given = p.create([8u64]).as_singleton_or(7);
        let numbers = spread(p, [1u64, 2]);
        assert_that(&numbers.with_side(limit).map(|n, limit| n + limit)).contains_in_any_order([4000, 4001]);
        assert_that(&numbers.with_side(missing).map(|n, m| n * m)).contains_in_any_order([7, 14]);
        assert_that(&numbers.with_side(given).map(|n, m| n * m)).contains_in_any_order([8, 16]);
    });
}

#[test]
fn list() {
    everywhere(|p| {
        let list = p.sequence(0..3000).as_list();
        let sums = spread(p, [1u64, 2]).with_side(list).map(|n, list| n * list.iter().sum::<u64>());
        assert_that(&sums).contains_in_any_order([4_498_500, 2 * 4_498_500]);
        let empty = nothing::<String>(p).as_list();
        let sizes = spread(p, [1usize]).with_side(empty).map(|n, list| n + list.len());
        assert_that(&sizes).contains_in_any_order([1]);
    });
}

#[test]
fn map() {
    everywhere(|p| {
        let names = spread(p, [(1u64, "one".to_owned()), (2, "two".to_owned())]).as_map();
        let found = p.sequence(0..4).with_side(names).flat_map_with(|n, names, out| {
            if let Some(name) = names.get(&n) {
                out.emit(name.clone());
                out.emit(name.to_uppercase());
            }
        });
        assert_that(&found).contains_in_any_order(owned(["one", "ONE", "two", "TWO"]));
    });
}

#[test]
fn multimap() {
    everywhere(|p| {
        let by_last_digit = p.sequence(0..100).key_by(|n| n % 10).as_multimap();
        let counts = p.sequence(8..12).with_side(by_last_digit).map(|n, map| map.get(&n).map_or(0, Vec::len));
        assert_that(&counts).contains_in_any_order([10, 10, 0, 0]);
    });
}

#[test]
fn filter() {
    everywhere(|p| {
        let even = p.create([0u64, 2, 4]).as_list();
        let kept = p.sequence(0..4).with_side(even).filter(|n, even| even.contains(n));
        assert_that(&kept).contains_in_any_order([0, 2]);
    });
}

#[test]
fn several_at_once() {
    everywhere(|p| {
        let one = p.create([1u64]).as_singleton();
        let list = spread(p, [10u64, 20]).as_list();
        let map = spread(p, [(5u64, 100u64)]).as_map();
        let multimap = spread(p, [(5u64, 1000u64), (5, 2000)]).as_multimap();
        let all = spread(p, [5u64, 6]).with_side((one, list, map, multimap)).map(|n, (one, list, map, multimap)| {
            let values = multimap.get(&n).map_or(0, |values| values.iter().sum());
            n + one + list.iter().sum::<u64>() + map.get(&n).unwrap_or(&0) + values
        });
        assert_that(&all).contains_in_any_order([3136, 37]);
    });
}

type Names = View<SideMap<u64, String>>;
type Suffix = View<String>;

/// Replaces numbers by names.
#[derive(Clone)]
struct Name;

impl DoFn<u64, (Names, Suffix)> for Name {
    type Out = String;
    fn process(&mut self, n: u64, cx: &mut Cx<'_, String, (Names, Suffix)>) -> Result<(), BoxError> {
        let (names, suffix) = cx.side();
        let found = names.get(&n).ok_or("no name")?;
        let replacement = format!("{found}{suffix}");
        cx.emit(replacement);
        Ok(())
    }
}

#[test]
fn a_dofn_with_side_inputs() {
    everywhere(|p| {
        let names = spread(p, (0..10u64).map(|n| (n, format!("n{n}")))).as_map();
        let suffix = p.create(owned(["!"])).as_singleton();
        let replaced = p.sequence(0..10).with_side((names, suffix)).par_do(Name);
        assert_that(&replaced).contains_in_any_order((0..10).map(|n| format!("n{n}!")));
    });
}

#[test]
fn a_view_can_be_read_many_times() {
    everywhere(|p| {
        let factor = p.create([3u64]).as_singleton();
        let once = p.sequence(0..1000).with_side(factor.clone()).map(|n, f| n * f);
        let twice = once.reshuffle().with_side(factor.clone()).map(|n, f| n * f);
        assert_that(&twice).contains_in_any_order((0..1000).map(|n| n * 9));
        assert_that(&nothing::<u64>(p).with_side(factor).map(|n, f| n * f)).is_empty();
    });
}

/// The same source feeds the main input and the side input, so the main input has to wait, on disk if need be.
#[test]
fn a_side_input_made_of_the_main_input() {
    everywhere(|p| {
        let numbers = p.sequence(0..5000);
        let total = numbers.combine(Sum).as_singleton();
        let shares = numbers.with_side(total).map(|n, total| (n, *total));
        assert_that(&shares).contains_in_any_order((0..5000).map(|n| (n, 12_497_500)));
    });
}

#[test]
fn a_side_input_of_a_side_input() {
    everywhere(|p| {
        let numbers = p.sequence(0..2000);
        let max = numbers.combine(Max).as_singleton();
        let distances = numbers.with_side(max).map(|n, max| max - n);
        let sum = distances.combine(Sum).as_singleton();
        let both = numbers.with_side(sum).filter(|n, sum| *sum == 1_999_000 && *n > 1990);
        assert_that(&both).contains_in_any_order(1991..2000);
    });
}

#[test]
fn two_collections_that_are_side_inputs_of_each_other() {
    everywhere(|p| {
        let (a, b) = (p.sequence(0..1500), p.sequence(0..1000));
        let a_with_b = a.with_side(b.count().as_singleton()).map(|n, count| n + count);
        let b_with_a = b.with_side(a.count().as_singleton()).map(|n, count| n + count);
        assert_that(&a_with_b).contains_in_any_order(1000..2500);
        assert_that(&b_with_a).contains_in_any_order(1500..2500);
    });
}

#[test]
fn a_side_input_larger_than_its_part_of_the_queues() {
    let p = TestPipeline::new().with_memory(64 << 20).with_batch_size(1024);
    let texts = p.sequence(0..20_000).map(|n| format!("{n:0>200}"));
    let count = texts.count().as_singleton();
    let held = texts.with_side(count).map(|text, count| (text.len(), *count)).distinct();
    assert_that(&held).contains_in_any_order([(200, 20_000)]);
    p.run();
}

fn fails_with(build: impl Fn(&TestPipeline), step: &str, text: &str) {
    fails_everywhere(build, |error| {
        assert_eq!(error.kind(), ErrorKind::User);
        assert_eq!(error.step().map(|s| s.name.as_str()), Some(step), "{error}");
        assert!(error.to_string().contains(text), "{error}");
    });
}

#[test]
fn a_singleton_of_none_or_many() {
    let add = |p: &TestPipeline, one: View<u64>| {
        let _ = p.sequence(0..10).with_side(one).map(|n, one| n + one);
    };
    fails_with(|p| add(p, nothing(p).as_singleton()), "AsSingleton", "has no element");
    fails_with(|p| add(p, spread(p, [1, 2]).as_singleton()), "AsSingleton", "more than one element");
    fails_with(|p| add(p, p.sequence(0..5000).as_singleton_or(1)), "AsSingleton", "more than one element");
}

#[test]
fn a_map_with_two_values_for_a_key() {
    fails_with(
        |p| {
            let map = spread(p, [("a".to_owned(), 1), ("b".to_owned(), 2), ("a".to_owned(), 3)]).as_map();
            let _ = p.sequence(0..10).with_side(map).map(|n, map| n + map.len() as u64);
        },
        "AsMap",
        "two values for the key \"a\"",
    );
}

#[test]
fn a_key_that_is_not_there() {
    fails_with(
        |p| {
            let map = spread(p, [(1u64, 2u64)]).as_map();
            let _ = spread(p, [1u64, 5]).with_side(map).map(|n, map| map[&n]).named("Look up");
        },
        "Look up",
        "element 5",
    );
}
