//! The least and the greatest.

use super::order::{By, ByKey, Natural, Order, Reversed};
use super::{CombineFn, adapt::adaptors, no_values};
use crate::Element;
use std::cmp::Ordering;

/// The greatest input.
///
/// Of no inputs there is none: panics, unless told otherwise by `or_none` or `or` (see the
/// [module](super#no-inputs)). Memory: one value.
///
/// ```
/// use beamline_sdk::combine::{Max, apply};
///
/// assert_eq!(apply(&Max, [3, 9, 4]), 9);
/// assert_eq!(apply(&Max::by(f64::total_cmp), [0.5, 2.5]), 2.5);
/// assert_eq!(apply(&Max::by_key(|x: &i32| x.abs()), [3, -9, 4]), -9);
/// assert_eq!(apply(&Max.or(0), []), 0);
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct Max;

/// The least input; in all else like [`Max`].
///
/// ```
/// use beamline_sdk::combine::{Min, apply};
///
/// assert_eq!(apply(&Min, [3, 9, 4]), 3);
/// assert_eq!(apply(&Min::by(f64::total_cmp), [0.5, 2.5]), 0.5);
/// assert_eq!(apply(&Min.or_none(), [0; 0]), None);
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct Min;

/// [`Min`] or [`Max`] by an [`Order`] of one's own: made by `Max::by`, `Max::by_key` and the same of `Min`.
#[derive(Debug, Clone, Copy)]
pub struct Extreme<O> {
    name: &'static str,
    order: O,
}

adaptors!(of: [] Max, [] Min, [O] Extreme<O>);
adaptors!(or: [] Max, [] Min, [O] Extreme<O>);

impl Max {
    /// The greatest by a comparison. For floats: `Max::by(f64::total_cmp)`, where NaN is beyond the infinities.
    pub fn by<T, F: Fn(&T, &T) -> Ordering>(compare: F) -> Extreme<By<F>> {
        Extreme { name: "Max", order: By(compare) }
    }

    /// The input whose key is the greatest.
    pub fn by_key<T, K: Ord, F: Fn(&T) -> K>(key: F) -> Extreme<ByKey<F>> {
        Extreme { name: "Max", order: ByKey(key) }
    }
}

impl Min {
    /// The least by a comparison. For floats: `Min::by(f64::total_cmp)`, where NaN is beyond the infinities.
    pub fn by<T, F: Fn(&T, &T) -> Ordering>(compare: F) -> Extreme<Reversed<By<F>>> {
        Extreme { name: "Min", order: Reversed(By(compare)) }
    }

    /// The input whose key is the least.
    pub fn by_key<T, K: Ord, F: Fn(&T) -> K>(key: F) -> Extreme<Reversed<ByKey<F>>> {
        Extreme { name: "Min", order: Reversed(ByKey(key)) }
    }
}

impl<T: Element, O: Order<T>> CombineFn<T> for Extreme<O> {
    type Acc = Option<T>;
    type Out = T;

    fn name(&self) -> String {
        self.name.to_owned()
    }

    #[inline]
    fn create(&self) -> Option<T> {
        None
    }

    #[inline]
    fn add(&self, acc: &mut Option<T>, input: T) {
        keep(&self.order, acc, input);
    }

    #[inline]
    fn add_ref(&self, acc: &mut Option<T>, input: &T) {
        keep_ref(&self.order, acc, input);
    }

    #[inline]
    fn merge(&self, acc: &mut Option<T>, other: Option<T>) {
        if let Some(other) = other {
            keep(&self.order, acc, other);
        }
    }

    #[inline]
    fn extract(&self, acc: Option<T>) -> T {
        acc.unwrap_or_else(|| no_values(self.name))
    }

    fn has_default(&self) -> bool {
        false
    }
}

macro_rules! natural {
    ($extreme:ident, $order:expr) => {
        impl<T: Element + Ord> CombineFn<T> for $extreme {
            type Acc = Option<T>;
            type Out = T;

            #[inline]
            fn create(&self) -> Option<T> {
                None
            }

            #[inline]
            fn add(&self, acc: &mut Option<T>, input: T) {
                keep(&$order, acc, input);
            }

            #[inline]
            fn add_ref(&self, acc: &mut Option<T>, input: &T) {
                keep_ref(&$order, acc, input);
            }

            #[inline]
            fn merge(&self, acc: &mut Option<T>, other: Option<T>) {
                if let Some(other) = other {
                    keep(&$order, acc, other);
                }
            }

            #[inline]
            fn extract(&self, acc: Option<T>) -> T {
                acc.unwrap_or_else(|| no_values(stringify!($extreme)))
            }

            fn has_default(&self) -> bool {
                false
            }
        }
    };
}
natural!(Max, Natural);
natural!(Min, Reversed(Natural));

/// Keeps the better of two. Written so that the compiler sees that the accumulator is occupied from the second input on
/// and turns a loop over numbers into vector instructions.
#[inline]
fn keep<T>(order: &impl Order<T>, acc: &mut Option<T>, input: T) {
    *acc = Some(match acc.take() {
        None => input,
        Some(best) => better(order, best, input),
    });
}

#[inline]
fn better<T>(order: &impl Order<T>, best: T, input: T) -> T {
    if order.compare(&input, &best).is_gt() { input } else { best }
}

/// Clones the input only when it is the better one.
#[inline]
fn keep_ref<T: Clone>(order: &impl Order<T>, acc: &mut Option<T>, input: &T) {
    if acc.as_ref().is_none_or(|best| order.compare(input, best).is_gt()) {
        *acc = Some(input.clone());
    }
}
