//! Collections of all inputs.

use super::{CombineFn, adapt::adaptors};
use crate::{Element, Key};
use std::collections::HashSet;

/// All inputs in a list, in no particular order. Of no inputs: an empty list. Memory: all inputs.
///
/// For a few values per key. A `group_by_key` gives an iterator over values that need not fit into memory.
///
/// ```
/// use beamline_sdk::combine::{ToList, apply};
///
/// assert_eq!(apply(&ToList, [2, 1, 2]).len(), 3);
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct ToList;

/// The different inputs in a set. Of no inputs: an empty set. Memory: all different inputs.
///
/// To know only how many there are, [`CountDistinct`](super::CountDistinct) is faster, and [`ApproxDistinct`](super::ApproxDistinct)
/// needs far less memory.
///
/// ```
/// use beamline_sdk::combine::{ToSet, apply};
///
/// assert_eq!(apply(&ToSet, [2, 1, 2]), [1, 2].into());
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct ToSet;

adaptors!(of: [] ToList, [] ToSet);

impl<T: Element> CombineFn<T> for ToList {
    type Acc = Vec<T>;
    type Out = Vec<T>;

    #[inline]
    fn create(&self) -> Vec<T> {
        Vec::new()
    }

    #[inline]
    fn add(&self, acc: &mut Vec<T>, input: T) {
        acc.push(input);
    }

    /// Moves the shorter list, so that merging many small lists into a large one costs the small ones only.
    fn merge(&self, acc: &mut Vec<T>, mut other: Vec<T>) {
        if acc.len() < other.len() {
            std::mem::swap(acc, &mut other);
        }
        acc.append(&mut other);
    }

    #[inline]
    fn extract(&self, acc: Vec<T>) -> Vec<T> {
        acc
    }
}

impl<T: Key> CombineFn<T> for ToSet {
    type Acc = HashSet<T>;
    type Out = HashSet<T>;

    #[inline]
    fn create(&self) -> HashSet<T> {
        HashSet::new()
    }

    #[inline]
    fn add(&self, acc: &mut HashSet<T>, input: T) {
        acc.insert(input);
    }

    #[inline]
    fn add_ref(&self, acc: &mut HashSet<T>, input: &T) {
        if !acc.contains(input) {
            acc.insert(input.clone());
        }
    }

    /// Moves the smaller set.
    fn merge(&self, acc: &mut HashSet<T>, mut other: HashSet<T>) {
        if acc.len() < other.len() {
            std::mem::swap(acc, &mut other);
        }
        acc.extend(other);
    }

    #[inline]
    fn extract(&self, acc: HashSet<T>) -> HashSet<T> {
        acc
    }
}
