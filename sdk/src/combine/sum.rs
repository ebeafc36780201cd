//! Adding up.

use super::{CombineFn, adapt::adaptors};
use crate::Element;
use std::num::{Saturating, Wrapping};
use std::time::Duration;

/// The sum of the inputs, in the type of the inputs. Of no inputs: zero. Memory: one value.
///
/// **Integers never wrap silently:** a sum that does not fit panics with `sum overflowed u64`, in every build, at the
/// price of one jump per addition. Add up a wider type when the type of the inputs is too narrow, or
/// [`Wrapping`] integers, or [`Saturating`] ones without a sign, when that is what you mean.
///
/// Floating-point addition is not quite associative, so the last digits of a sum of floats depend on how the work was
/// split; the relative error is within `n × 2⁻⁵³` for `n` values of the same sign.
///
/// ```
/// use beamline_sdk::combine::{Sum, apply};
///
/// assert_eq!(apply(&Sum, [1.5, 2.0]), 3.5);
///
/// // 200 + 100 does not fit a byte.
/// assert_eq!(apply(&Sum.of(|x: &u8| u32::from(*x)), [200, 100]), 300);
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct Sum;

adaptors!(of: [] Sum);

/// What [`Sum`] can add up: the numbers of the standard library, [`Duration`], arrays of these place by place, and your own.
///
/// The addition must be associative and commutative, and `zero` must change nothing.
///
/// ```
/// use beamline_sdk::combine::{Sum, Summable, apply};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
/// struct Traffic {
///     requests: u64,
///     bytes: u64,
/// }
///
/// impl Summable for Traffic {
///     fn zero() -> Self {
///         Traffic { requests: 0, bytes: 0 }
///     }
///     fn accumulate(&mut self, other: Self) {
///         self.requests.accumulate(other.requests);
///         self.bytes.accumulate(other.bytes);
///     }
/// }
///
/// let hour = [Traffic { requests: 1, bytes: 512 }, Traffic { requests: 2, bytes: 10 }];
/// assert_eq!(apply(&Sum, hour), Traffic { requests: 3, bytes: 522 });
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be summed up",
    label = "values of type `{Self}` have no sum",
    note = "`Sum.of(|x| …)` sums up a part of each value"
)]
pub trait Summable: Element {
    /// The sum of nothing.
    fn zero() -> Self;

    /// Adds `other` to this value.
    ///
    /// # Panics
    ///
    /// When the sum cannot be represented.
    fn accumulate(&mut self, other: Self);

    /// Whether [`subtract`](Self::subtract) is there, and takes back exactly what [`accumulate`](Self::accumulate) has
    /// added, in any order. That of floats does not: rounding leaves something behind.
    fn can_subtract() -> bool {
        false
    }

    /// Takes `other` from this value; says whether the difference can be represented. If not, nothing changes.
    fn subtract(&mut self, other: &Self) -> bool {
        let _ = other;
        false
    }
}

impl<T: Summable> CombineFn<T> for Sum {
    type Acc = T;
    type Out = T;

    #[inline]
    fn create(&self) -> T {
        T::zero()
    }

    #[inline]
    fn add(&self, acc: &mut T, input: T) {
        acc.accumulate(input);
    }

    #[inline]
    fn merge(&self, acc: &mut T, other: T) {
        acc.accumulate(other);
    }

    #[inline]
    fn extract(&self, acc: T) -> T {
        acc
    }

    fn can_subtract(&self) -> bool {
        T::can_subtract()
    }

    fn subtract(&self, acc: &mut T, input: &T) -> bool {
        acc.subtract(input)
    }
}

#[cold]
#[inline(never)]
fn overflowed(what: &str) -> ! {
    panic!("sum overflowed {what}")
}

macro_rules! checked {
    ($($type:ident, $zero:expr;)*) => { $(
        impl Summable for $type {
            #[inline]
            fn zero() -> Self {
                $zero
            }

            #[inline]
            fn accumulate(&mut self, other: Self) {
                *self = self.checked_add(other).unwrap_or_else(|| overflowed(stringify!($type)));
            }

            fn can_subtract() -> bool {
                true
            }

            fn subtract(&mut self, other: &Self) -> bool {
                let rest = self.checked_sub(*other);
                *self = rest.unwrap_or(*self);
                rest.is_some()
            }
        }
    )* };
}
checked!(u8, 0; u16, 0; u32, 0; u64, 0; u128, 0; usize, 0; i8, 0; i16, 0; i32, 0; i64, 0; i128, 0; isize, 0;);
checked!(Duration, Duration::ZERO;);

macro_rules! unchecked {
    ($($number:ty, $zero:expr;)*) => { $(
        impl Summable for $number {
            #[inline]
            fn zero() -> Self {
                $zero
            }

            #[inline]
            fn accumulate(&mut self, other: Self) {
                *self += other;
            }
        }
    )* };
}
unchecked!(f32, 0.0; f64, 0.0;);

macro_rules! wrapped {
    ($($int:ident)*) => { $(
        impl Summable for Wrapping<$int> {
            #[inline]
            fn zero() -> Self {
                Wrapping(0)
            }

            #[inline]
            fn accumulate(&mut self, other: Self) {
                *self += other;
            }

            fn can_subtract() -> bool {
                true
            }

            fn subtract(&mut self, other: &Self) -> bool {
                *self -= *other;
                true
            }
        }
    )* };
}
wrapped!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize);
// With signs it would depend on the order in which numbers come where they stop.
unchecked!(
    Saturating<u8>, Saturating(0);
    Saturating<u16>, Saturating(0);
    Saturating<u32>, Saturating(0);
    Saturating<u64>, Saturating(0);
    Saturating<u128>, Saturating(0);
    Saturating<usize>, Saturating(0);
);

/// Place by place. Arrays of up to 32 places are elements.
impl<T: Summable, const N: usize> Summable for [T; N]
where
    [T; N]: Element,
{
    #[inline]
    fn zero() -> Self {
        std::array::from_fn(|_| T::zero())
    }

    #[inline]
    fn accumulate(&mut self, other: Self) {
        self.iter_mut().zip(other).for_each(|(sum, other)| sum.accumulate(other));
    }

    fn can_subtract() -> bool {
        T::can_subtract()
    }

    fn subtract(&mut self, other: &Self) -> bool {
        let could = self.iter_mut().zip(other).position(|(sum, other)| !sum.subtract(other)).unwrap_or(N);
        if could < N {
            self.iter_mut().zip(other).take(could).for_each(|(sum, other)| sum.accumulate(other.clone()));
        }
        could == N
    }
}
