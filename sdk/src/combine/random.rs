//! The one place where combiners get randomness from.

use std::cell::Cell;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

/// The step of splitmix64: the odd integer nearest to 2⁶⁴ over the golden ratio.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

thread_local! {
    static SEED: Cell<Option<u64>> = const { Cell::new(None) };
}

/// Runs `build`, and lets the combiners that it makes draw their seeds from `seed` rather than from the operating
/// system.
///
/// For tests and simulations that build a whole pipeline and want every run of it to be the same. Holds on this thread,
/// and for combiners that are not given a seed of their own.
///
/// ```
/// use beamline_sdk::combine::{self, Sample, apply};
///
/// let draw = || apply(&Sample::fixed(3), 0..1000);
/// assert_eq!(combine::seeded(7, draw), combine::seeded(7, draw));
/// assert_ne!(combine::seeded(7, draw), combine::seeded(8, draw));
/// ```
pub fn seeded<R>(seed: u64, build: impl FnOnce() -> R) -> R {
    let _restored = Restore(SEED.replace(Some(seed)));
    build()
}

struct Restore(Option<u64>);

impl Drop for Restore {
    fn drop(&mut self) {
        SEED.set(self.0);
    }
}

/// A seed for a new combiner.
pub(super) fn new_seed() -> u64 {
    let Some(state) = SEED.get() else {
        return RandomState::new().hash_one(STEP);
    };
    SEED.set(Some(state.wrapping_add(STEP)));
    mix(state)
}

/// Turns a number into one that looks random; no two numbers become the same. (The finalizer of splitmix64: Steele, Lea
/// and Flood, *Fast Splittable Pseudorandom Number Generators*, 2014.)
#[inline]
pub(crate) const fn mix(x: u64) -> u64 {
    let x = x.wrapping_add(STEP);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mix_is_splitmix64() {
        // The first outputs of the reference generator from state 0.
        let outputs = [0, STEP, STEP.wrapping_mul(2)].map(mix);
        assert_eq!(outputs, [0xe220_a839_7b1d_cdaf, 0x6e78_9e6a_a1b9_65f4, 0x06c4_5d18_8009_454f]);
    }

    #[test]
    fn seeds_hold_inside_only() {
        let (first, second) = seeded(1, || (new_seed(), new_seed()));
        assert_ne!(first, second);
        assert_eq!(seeded(1, new_seed), first);
        let nested = seeded(1, || {
            seeded(2, new_seed);
            new_seed()
        });
        assert_eq!(nested, first);
        assert_ne!(new_seed(), new_seed());
    }
}
