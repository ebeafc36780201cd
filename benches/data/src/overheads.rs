//! What is small by itself and comes in numbers: tasks of a hundred pairs, and a chain of two thousand steps.

use crate::rng::mix;

/// How many elements a small task has.
pub const ELEMENTS: u64 = 100;
/// How many keys they have.
pub const KEYS: u64 = 10;
/// How many steps a long chain has.
pub const STEPS: u64 = 2_000;

/// The pair at an index of the n-th of many small tasks.
#[inline]
pub const fn pair(n: u64, index: u64) -> (u64, u64) {
    let random = mix(n << 32 ^ index);
    (random % KEYS, random >> 32)
}

/// What a sum adds to the checksum.
#[inline]
pub const fn digest(key: u64, sum: u64) -> u64 {
    mix(key ^ mix(sum))
}

/// Step `n` of the long chain.
#[inline]
pub const fn step(n: u64, number: u64) -> u64 {
    (number ^ (number >> 7)).wrapping_add(n)
}
