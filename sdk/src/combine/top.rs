//! The best few of many.

use super::order::{By, ByKey, Natural, Order, Reversed};
use super::{CombineFn, adapt::adaptors, heap};
use crate::Element;
use std::cmp::Ordering;

/// The best `n` inputs, the best first; all of them when there are fewer. Of no inputs: an empty list.
///
/// Inputs that are equal by the order are interchangeable: which of them make the list, and in what order, depends on
/// how the work was split.
///
/// Memory: at most `n` values. Time: one comparison for an input that is not among the best so far, `O(log n)` for one
/// that is.
///
/// ```
/// use beamline_sdk::combine::{Top, apply};
///
/// assert_eq!(apply(&Top::largest(2), [3, 9, 4]), [9, 4]);
/// assert_eq!(apply(&Top::smallest(2), [3, 9, 4]), [3, 4]);
/// assert_eq!(apply(&Top::by(1, f64::total_cmp), [0.5, 2.5]), [2.5]);
/// assert_eq!(apply(&Top::by_key(2, |(_, n): &(char, u64)| *n), [('a', 1), ('b', 7)]), [('b', 7), ('a', 1)]);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Top<O> {
    n: usize,
    order: O,
}

adaptors!(of: [O] Top<O>);

impl Top<Natural> {
    /// The `n` greatest, the greatest first.
    pub fn largest(n: usize) -> Self {
        Top { n, order: Natural }
    }

    /// The `n` least, the least first.
    pub fn smallest(n: usize) -> Top<Reversed<Natural>> {
        Top { n, order: Reversed(Natural) }
    }

    /// The `n` greatest by a comparison, the greatest first.
    pub fn by<T, F: Fn(&T, &T) -> Ordering>(n: usize, compare: F) -> Top<By<F>> {
        Top { n, order: By(compare) }
    }

    /// The `n` inputs with the greatest keys, the greatest first.
    pub fn by_key<T, K: Ord, F: Fn(&T) -> K>(n: usize, key: F) -> Top<ByKey<F>> {
        Top { n, order: ByKey(key) }
    }
}

impl<O> Top<O> {
    #[inline]
    fn admits<T>(&self, acc: &[T], input: &T) -> bool
    where
        O: Order<T>,
    {
        heap::admits(acc, self.n, |worst| self.order.compare(input, worst).is_gt())
    }

    fn insert<T>(&self, acc: &mut Vec<T>, input: T)
    where
        O: Order<T>,
    {
        heap::insert(acc, self.n, input, |a, b| self.order.compare(a, b));
    }
}

impl<T: Element, O: Order<T>> CombineFn<T> for Top<O> {
    type Acc = Vec<T>;
    type Out = Vec<T>;

    fn name(&self) -> String {
        format!("Top({})", self.n)
    }

    #[inline]
    fn create(&self) -> Vec<T> {
        Vec::new()
    }

    #[inline]
    fn add(&self, acc: &mut Vec<T>, input: T) {
        if self.admits(acc, &input) {
            self.insert(acc, input);
        }
    }

    #[inline]
    fn add_ref(&self, acc: &mut Vec<T>, input: &T) {
        if self.admits(acc, input) {
            self.insert(acc, input.clone());
        }
    }

    fn merge(&self, acc: &mut Vec<T>, other: Vec<T>) {
        if acc.is_empty() {
            *acc = other;
        } else {
            for input in other {
                self.add(acc, input);
            }
        }
    }

    fn extract(&self, mut acc: Vec<T>) -> Vec<T> {
        acc.sort_unstable_by(|a, b| self.order.compare(b, a));
        acc
    }
}
