//! How many different values there are of each of some conditions, in one table.

use super::count_distinct::missing;
use super::{CombineFn, CountDistinct, Of};
use crate::{Element, Key};
use foldhash::fast::FixedState;
use std::collections::HashMap;

/// The number of different parts of inputs for which each of some conditions holds. Of no inputs: zeros. Memory: all
/// different parts for which any of them does. Made by `CountDistinct.of(part).when(conditions)`.
///
/// What SQL calls `COUNT(DISTINCT part) FILTER (WHERE condition)`. Each part is kept once, with a bit for each condition, where
/// combiners beside each other would have a set for each: that is what makes it faster than these, and smaller.
#[derive(Debug, Clone, Copy)]
pub struct CountDistinctWhen<Part, Conditions> {
    part: Part,
    conditions: Conditions,
}

impl<P> Of<CountDistinct, P> {
    /// Counts the different parts of those inputs for which a condition holds, for each of up to 32 conditions.
    ///
    /// `conditions` says of an input which of them hold, in the order of the counts that come out. A part counts if any of
    /// the inputs that it is taken from meets the condition.
    ///
    /// ```
    /// use beamline_sdk::combine::{CountDistinct, apply};
    ///
    /// let orders = [("ann", 30), ("bob", 5), ("ann", 7)];
    /// let buyers = CountDistinct
    ///     .of(|(buyer, _): &(&str, u32)| buyer.to_string())
    ///     .when(|(_, price): &(&str, u32)| [true, *price < 10, *price >= 10]);
    /// assert_eq!(apply(&buyers, orders), [2, 2, 1]);
    /// ```
    pub fn when<In, C, const N: usize>(self, conditions: C) -> CountDistinctWhen<P, C>
    where
        C: Fn(&In) -> [bool; N],
    {
        CountDistinctWhen { part: self.into_part(), conditions }
    }
}

/// A bit for each condition.
type Bits = u32;

#[inline]
fn bits<const N: usize>(conditions: [bool; N]) -> Bits {
    const { assert!(N <= Bits::BITS as usize, "there are at most 32 conditions") }
    conditions.into_iter().rev().fold(0, |bits, holds| bits << 1 | Bits::from(holds))
}

impl<In, T, P, C, const N: usize> CombineFn<In> for CountDistinctWhen<P, C>
where
    T: Key,
    P: Fn(&In) -> T + Clone + Send + Sync + 'static,
    C: Fn(&In) -> [bool; N] + Clone + Send + Sync + 'static,
    [u64; N]: Element,
{
    type Acc = HashMap<T, Bits, FixedState>;
    type Out = [u64; N];

    fn name(&self) -> String {
        CombineFn::<T>::name(&CountDistinct)
    }

    #[inline]
    fn create(&self) -> Self::Acc {
        HashMap::default()
    }

    #[inline]
    fn add(&self, acc: &mut Self::Acc, input: In) {
        self.see(acc, &input);
    }

    #[inline]
    fn add_ref(&self, acc: &mut Self::Acc, input: &In) {
        self.see(acc, input);
    }

    /// Moves the smaller table, as [`CountDistinct`] does.
    fn merge(&self, acc: &mut Self::Acc, mut other: Self::Acc) {
        if acc.len() < other.len() {
            std::mem::swap(acc, &mut other);
        }
        acc.reserve(missing(other.len(), other.keys().map(|value| acc.contains_key(value))));
        for (value, conditions) in other {
            *acc.entry(value).or_default() |= conditions;
        }
    }

    fn extract(&self, acc: Self::Acc) -> [u64; N] {
        let mut counts = [0; N];
        for conditions in acc.into_values() {
            for (condition, count) in counts.iter_mut().enumerate() {
                *count += u64::from(conditions >> condition & 1);
            }
        }
        counts
    }
}

impl<P, C> CountDistinctWhen<P, C> {
    #[inline]
    fn see<In, T: Key, const N: usize>(&self, acc: &mut HashMap<T, Bits, FixedState>, input: &In)
    where
        P: Fn(&In) -> T,
        C: Fn(&In) -> [bool; N],
    {
        let conditions = bits((self.conditions)(input));
        if conditions != 0 {
            *acc.entry((self.part)(input)).or_default() |= conditions;
        }
    }
}
