//! Combining by a function of two values.

use super::{CombineFn, adapt::adaptors, no_values};
use crate::Element;

/// Combines two values at a time by a function, which must be associative and commutative.
///
/// Of no inputs there is no result: panics, unless told otherwise by `or_none` or `or` (see the
/// [module](super#no-inputs)). Memory: one value.
///
/// ```
/// use beamline_sdk::combine::{Reduce, apply};
///
/// let flags = Reduce::new(|a: u8, b| a | b);
/// assert_eq!(apply(&flags, [0b001, 0b100]), 0b101);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Reduce<F>(F);

adaptors!(of: [F] Reduce<F>);
adaptors!(or: [F] Reduce<F>);

impl<F> Reduce<F> {
    /// Combines by `reduce`, whose result must not depend on the order and grouping of the values.
    pub fn new<T>(reduce: F) -> Self
    where
        F: Fn(T, T) -> T,
    {
        Reduce(reduce)
    }
}

impl<T: Element, F> CombineFn<T> for Reduce<F>
where
    F: Fn(T, T) -> T + Clone + Send + Sync + 'static,
{
    type Acc = Option<T>;
    type Out = T;

    #[inline]
    fn create(&self) -> Option<T> {
        None
    }

    #[inline]
    fn add(&self, acc: &mut Option<T>, input: T) {
        *acc = Some(match acc.take() {
            None => input,
            Some(so_far) => (self.0)(so_far, input),
        });
    }

    #[inline]
    fn merge(&self, acc: &mut Option<T>, other: Option<T>) {
        if let Some(other) = other {
            self.add(acc, other);
        }
    }

    #[inline]
    fn extract(&self, acc: Option<T>) -> T {
        acc.unwrap_or_else(|| no_values("Reduce"))
    }

    fn has_default(&self) -> bool {
        false
    }
}
