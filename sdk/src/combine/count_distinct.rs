//! How many different values there are.

use super::{CombineFn, adapt::adaptors};
use crate::Key;
use foldhash::fast::FixedState;
use std::collections::HashSet;

/// The number of different inputs. Of no inputs: 0. Memory: all different inputs.
///
/// [`ApproxDistinct`](super::ApproxDistinct) is about as good, and needs no more than a few kilobytes however many there are.
/// `CountDistinct.of(part)` can [count several kinds of inputs](super::Of::when) in one table.
///
/// ```
/// use beamline_sdk::combine::{Count, CountDistinct, apply};
///
/// let visits = [(7, "/"), (4, "/"), (7, "/cart")];
/// let visitors = CountDistinct.of(|(visitor, _): &(u32, &str)| *visitor);
/// assert_eq!(apply(&(Count, visitors), visits), (3, 2));
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct CountDistinct;

adaptors!(of: [] CountDistinct);

impl<T: Key> CombineFn<T> for CountDistinct {
    type Acc = HashSet<T, FixedState>;
    type Out = u64;

    #[inline]
    fn create(&self) -> Self::Acc {
        HashSet::default()
    }

    #[inline]
    fn add(&self, acc: &mut Self::Acc, input: T) {
        acc.insert(input);
    }

    #[inline]
    fn add_ref(&self, acc: &mut Self::Acc, input: &T) {
        if !acc.contains(input) {
            acc.insert(input.clone());
        }
    }

    /// Moves the smaller set. Both are in the order of the same hash, so a table without room for all of them would fill up
    /// from its beginning, where each further value would have to go past those before it.
    fn merge(&self, acc: &mut Self::Acc, mut other: Self::Acc) {
        if acc.len() < other.len() {
            std::mem::swap(acc, &mut other);
        }
        acc.reserve(other.len());
        acc.extend(other);
    }

    #[inline]
    fn extract(&self, acc: Self::Acc) -> u64 {
        acc.len() as u64
    }
}
