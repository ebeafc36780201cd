//! Counting.

use super::{CombineFn, Summable, adapt::adaptors};

/// The number of inputs. Of no inputs: 0. Memory: 8 bytes.
///
/// ```
/// use beamline_sdk::combine::{Count, apply};
///
/// assert_eq!(apply(&Count, ["a", "b", "a"]), 3);
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct Count;

adaptors!(of: [] Count);

impl<In> CombineFn<In> for Count {
    type Acc = u64;
    type Out = u64;

    #[inline]
    fn create(&self) -> u64 {
        0
    }

    #[inline]
    fn add(&self, acc: &mut u64, _: In) {
        *acc += 1;
    }

    #[inline]
    fn add_ref(&self, acc: &mut u64, _: &In) {
        *acc += 1;
    }

    #[inline]
    fn merge(&self, acc: &mut u64, other: u64) {
        acc.accumulate(other);
    }

    #[inline]
    fn extract(&self, acc: u64) -> u64 {
        acc
    }

    fn can_subtract(&self) -> bool {
        true
    }

    fn subtract(&self, acc: &mut u64, _: &In) -> bool {
        acc.subtract(&1)
    }
}
