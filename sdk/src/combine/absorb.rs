//! Combining by a function that changes what there is.

use super::{CombineFn, adapt::adaptors, no_values};
use crate::Element;

/// Combines two values at a time by a function that takes the second one into the first, which must be associative and
/// commutative.
///
/// As [`Reduce`](super::Reduce), for values that are large or own memory: the one that is kept stays where it is, and
/// most often a look at the other one is enough.
///
/// Of no inputs there is no result: panics, unless told otherwise by `or_none` or `or` (see the
/// [module](super#no-inputs)). Memory: one value.
///
/// ```
/// use beamline_sdk::combine::{Absorb, apply};
/// use std::collections::BTreeSet;
///
/// let union = Absorb::new(|all: &mut BTreeSet<u8>, mut more: BTreeSet<u8>| all.append(&mut more));
/// assert_eq!(apply(&union, [[1, 2].into(), [2, 3].into()]), [1, 2, 3].into());
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Absorb<F>(F);

adaptors!(of: [F] Absorb<F>);
adaptors!(or: [F] Absorb<F>);

impl<F> Absorb<F> {
    /// Combines by `absorb`, whose result must not depend on the order and grouping of the values.
    pub fn new<T>(absorb: F) -> Self
    where
        F: Fn(&mut T, T),
    {
        Absorb(absorb)
    }
}

impl<T: Element, F> CombineFn<T> for Absorb<F>
where
    F: Fn(&mut T, T) + Clone + Send + Sync + 'static,
{
    type Acc = Option<T>;
    type Out = T;

    #[inline]
    fn create(&self) -> Option<T> {
        None
    }

    #[inline]
    fn add(&self, acc: &mut Option<T>, input: T) {
        match acc {
            Some(so_far) => (self.0)(so_far, input),
            None => *acc = Some(input),
        }
    }

    #[inline]
    fn merge(&self, acc: &mut Option<T>, other: Option<T>) {
        if let Some(other) = other {
            self.add(acc, other);
        }
    }

    #[inline]
    fn extract(&self, acc: Option<T>) -> T {
        acc.unwrap_or_else(|| no_values("Absorb"))
    }

    fn has_default(&self) -> bool {
        false
    }
}
