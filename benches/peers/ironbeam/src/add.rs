//! Adding up.

use ironbeam::CombineFn;

/// Adds numbers up as they come. The library's own sum collects the numbers of each key first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Add;

impl CombineFn<u64, u64, u64> for Add {
    fn create(&self) -> u64 {
        0
    }

    fn add_input(&self, sum: &mut u64, number: u64) {
        *sum += number;
    }

    fn merge(&self, sum: &mut u64, other: u64) {
        *sum += other;
    }

    fn finish(&self, sum: u64) -> u64 {
        sum
    }
}
