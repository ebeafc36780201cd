//! The arithmetic mean.

use super::{CombineFn, Summable, adapt::adaptors};
use serde::{Deserialize, Serialize};

/// The arithmetic mean of [`Number`]s, as `f64`. Of no inputs: NaN, as in Beam. Memory: 16 bytes.
///
/// Values are added up as `f64`: the last digits may depend on how the work was split (see [`Sum`](super::Sum)), except
/// that integers are exact as long as their sum stays below 2⁵³. A NaN among the inputs makes the mean NaN.
///
/// ```
/// use beamline_sdk::combine::{Mean, apply};
///
/// assert_eq!(apply(&Mean, [1, 2, 4, 5]), 3.0);
/// assert!(apply(&Mean, [0.0; 0]).is_nan());
/// assert_eq!(apply(&Mean.or_none(), [0.0; 0]), None);
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct Mean;

adaptors!(of: [] Mean);
adaptors!(or: [] Mean);

/// What [`Mean`] keeps: a sum and a count.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MeanAcc {
    sum: f64,
    count: u64,
}

impl MeanAcc {
    #[inline]
    fn see(&mut self, input: &impl Number) {
        self.sum += input.to_f64();
        self.count += 1;
    }
}

/// A number whose nearest `f64` stands for it: the numbers of the standard library, and your own.
pub trait Number {
    /// The nearest `f64`.
    fn to_f64(&self) -> f64;

    /// Whether all numbers of the type are whole, and of no more than 32 bits: sums of millions of them are exact, so that numbers
    /// can be taken out again. Of others, a result that is [corrected](crate::window#retractions) needs all of its values.
    fn is_whole() -> bool {
        false
    }
}

macro_rules! numbers {
    ($($number:ident)*: $convert:expr, $is_whole:expr) => { $(
        impl Number for $number {
            #[inline]
            fn to_f64(&self) -> f64 {
                $convert(*self)
            }

            fn is_whole() -> bool {
                $is_whole
            }
        }
    )* };
}
numbers!(u8 u16 u32 i8 i16 i32: f64::from, true);
numbers!(u64 u128 usize i64 i128 isize: |x| x as f64, false);
numbers!(f32: f64::from, false);
numbers!(f64: |x| x, false);

impl<T: Number> CombineFn<T> for Mean {
    type Acc = MeanAcc;
    type Out = f64;

    #[inline]
    fn create(&self) -> MeanAcc {
        MeanAcc { sum: 0.0, count: 0 }
    }

    #[inline]
    fn add(&self, acc: &mut MeanAcc, input: T) {
        acc.see(&input);
    }

    #[inline]
    fn add_ref(&self, acc: &mut MeanAcc, input: &T) {
        acc.see(input);
    }

    #[inline]
    fn merge(&self, acc: &mut MeanAcc, other: MeanAcc) {
        acc.sum += other.sum;
        acc.count.accumulate(other.count);
    }

    #[inline]
    fn extract(&self, acc: MeanAcc) -> f64 {
        acc.sum / acc.count as f64
    }

    fn can_subtract(&self) -> bool {
        T::is_whole()
    }

    fn subtract(&self, acc: &mut MeanAcc, input: &T) -> bool {
        let is_there = acc.count.subtract(&1);
        if is_there {
            acc.sum -= input.to_f64();
        }
        is_there
    }
}
