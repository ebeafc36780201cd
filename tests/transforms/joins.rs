//! Joins, with several values of a key on both sides.

use crate::support::{everywhere, nothing, spread};
use beamline::Element;
use beamline::prelude::*;
use beamline::testing::assert_that;

fn left(p: &Pipeline) -> PCollection<(u32, char)> {
    spread(p, [(1, 'a'), (1, 'b'), (2, 'c'), (3, 'd'), (3, 'd')])
}

fn right(p: &Pipeline) -> PCollection<(u32, u8)> {
    spread(p, [(1, 10), (1, 11), (3, 30), (4, 40)])
}

/// The pairs of keys that both sides have.
const PAIRS: [(u32, (char, u8)); 6] =
    [(1, ('a', 10)), (1, ('a', 11)), (1, ('b', 10)), (1, ('b', 11)), (3, ('d', 30)), (3, ('d', 30))];

/// These pairs, made into something else, and some more.
fn and<T>(pair: impl Fn((char, u8)) -> T, more: impl IntoIterator<Item = (u32, T)>) -> Vec<(u32, T)> {
    PAIRS.into_iter().map(|(key, values)| (key, pair(values))).chain(more).collect()
}

#[test]
fn inner() {
    everywhere(|p| {
        assert_that(&left(p).join(&right(p))).contains_in_any_order(PAIRS);
    });
}

#[test]
fn outer() {
    everywhere(|p| {
        let (left, right) = (left(p), right(p));
        assert_that(&left.left_join(&right)).contains_in_any_order(and(|(l, r)| (l, Some(r)), [(2, ('c', None))]));
        assert_that(&left.right_join(&right)).contains_in_any_order(and(|(l, r)| (Some(l), r), [(4, (None, 40))]));
        assert_that(&left.full_join(&right))
            .contains_in_any_order(and(|(l, r)| (Some(l), Some(r)), [(2, (Some('c'), None)), (4, (None, Some(40)))]));
    });
}

#[test]
fn with_nothing_on_one_side_or_both() {
    everywhere(|p| {
        let (some, none) = (spread(p, [(1u8, 'a')]), nothing::<(u8, u64)>(p));
        assert_that(&some.join(&none)).is_empty();
        assert_that(&some.left_join(&none)).contains_in_any_order([(1, ('a', None))]);
        assert_that(&some.right_join(&none)).is_empty();
        assert_that(&none.right_join(&some)).contains_in_any_order([(1, (None, 'a'))]);
        assert_that(&none.full_join(&some)).contains_in_any_order([(1, (None, Some('a')))]);
        assert_that(&none.full_join(&none)).is_empty();
    });
}

#[test]
fn a_key_with_many_values_on_both_sides() {
    everywhere(|p| {
        let left = p.sequence(0..40).key_by(|_| "hot".to_owned());
        let right = p.sequence(0..60).key_by(|_| "hot".to_owned());
        let joined = left.join(&right);
        assert_that(&joined).has_count(2400);
        assert_that(&joined.map(|(_, pair)| pair).distinct()).has_count(2400);
        assert_that(&right.left_join(&left)).has_count(2400);
    });
}

#[test]
fn a_collection_joined_with_itself() {
    everywhere(|p| {
        let pairs = spread(p, [(1, 'a'), (1, 'b'), (2, 'c')]);
        let expected = [(1, ('a', 'a')), (1, ('a', 'b')), (1, ('b', 'a')), (1, ('b', 'b')), (2, ('c', 'c'))];
        assert_that(&pairs.join(&pairs)).contains_in_any_order(expected);
    });
}

#[test]
fn joins_of_joins() {
    everywhere(|p| {
        let numbers = p.sequence(0..600);
        let by = |step: u64| numbers.filter(move |n| n % step == 0).map(move |n| (n, n / step));
        let (a, b, c, d) = (by(2), by(3), by(4), by(5));
        let deep = a.join(&b).join(&c).join(&d).map(|(n, (((a, b), c), d))| (n, [a, b, c, d]));
        let bushy = a.join(&b).join(&c.join(&d)).map(|(n, ((a, b), (c, d)))| (n, [a, b, c, d]));
        let expected = || (0..600).step_by(60).map(|n| (n, [n / 2, n / 3, n / 4, n / 5]));
        assert_that(&deep).contains_in_any_order(expected());
        assert_that(&bushy).contains_in_any_order(expected());
        assert_that(&deep.full_join(&bushy).filter(|(_, (deep, bushy))| deep != bushy)).is_empty();
    });
}

fn swap_sides<A: Element, B: Element>(joined: &PCollection<(u32, (A, B))>) -> PCollection<(u32, (B, A))> {
    joined.map_values(|(a, b)| (b, a))
}

#[test]
fn a_right_join_is_a_left_join_from_the_other_side() {
    everywhere(|p| {
        let (left, right) = (left(p), right(p));
        let expected = and(|(l, r)| (Some(l), r), [(4, (None, 40))]);
        assert_that(&swap_sides(&right.left_join(&left))).contains_in_any_order(expected);
    });
}
