//! The twenty steps of the chain of maps: the same functions for every contestant.

use std::hint::black_box;

/// A family of steps, one for every `N`.
pub trait Step: 'static {
    /// What step `N` makes of a number.
    fn apply<const N: u64>(number: u64) -> u64;
}

/// Steps as plain code. Shifts and additions take turns, so no two steps fold into one: the compiler can only better the
/// loop around them, by keeping an element, or several in a vector, in a register.
#[derive(Clone, Copy, Debug)]
pub struct Plain;

impl Step for Plain {
    #[inline]
    fn apply<const N: u64>(number: u64) -> u64 {
        (number ^ (number >> 7)).wrapping_add(N)
    }
}

/// The same steps, each hiding its result from the compiler. They stand for what users write, which does not vectorise, at
/// the least cost that such code can have; what a contestant takes beyond another is its own.
#[derive(Clone, Copy, Debug)]
pub struct Opaque;

impl Step for Opaque {
    #[inline]
    fn apply<const N: u64>(number: u64) -> u64 {
        black_box(Plain::apply::<N>(number))
    }
}
