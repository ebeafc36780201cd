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

    /// Moves the smaller set, into one that has room for it.
    fn merge(&self, acc: &mut Self::Acc, mut other: Self::Acc) {
        if acc.len() < other.len() {
            std::mem::swap(acc, &mut other);
        }
        acc.reserve(missing(other.len(), other.iter().map(|value| acc.contains(value))));
        acc.extend(other);
    }

    #[inline]
    fn extract(&self, acc: Self::Acc) -> u64 {
        acc.len() as u64
    }
}

/// About how many of so many values, in the order of their hashes, a table is missing, as far as the first of them tell.
///
/// The tables that are merged are in the order of the same hash: one without room for what comes would fill up from its
/// beginning, where each further value would have to go past those before it. One with room for all of it would often be
/// twice as large as it has to be, as workers see many of the same values.
pub(super) fn missing(count: usize, are_there: impl Iterator<Item = bool>) -> usize {
    const ASKED: usize = 256;
    if count <= ASKED {
        return count;
    }
    let missing = are_there.take(ASKED).filter(|is_there| !is_there).count();
    // A sixteenth more, as chance has it.
    (count * (missing + ASKED / 16) / ASKED).min(count)
}
