//! Streams of `(u64, u64)` pairs as pure functions of the index: no file, no state, next to no cost.

use crate::rng::{mix, nth, scale};

/// Which keys come how often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keys {
    /// Each of so many keys alike.
    Uniform(u64),
    /// Few keys often: see [`Keys::zipf`].
    Zipf(Octaves),
}

/// The ranks `1..=count`, each octave (1, 2–3, 4–7, …) as likely as any other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Octaves {
    span: u64,
}

const FRACTION_BITS: u32 = 52;

impl Keys {
    /// Zipf's law with exponent one, as a staircase: each octave of ranks has the share that the law gives to it, and
    /// within an octave all keys are alike. That costs three operations where the smooth law costs a table or an `exp`.
    pub const fn zipf(count: u64) -> Self {
        let octave = (count + 1).ilog2();
        let fraction = ((count + 1) << (FRACTION_BITS - octave)) - (1 << FRACTION_BITS);
        Self::Zipf(Octaves { span: ((octave as u64) << FRACTION_BITS) + fraction })
    }

    /// The pair at `index`. The value is below 2¹⁶.
    #[inline]
    pub const fn pair(self, index: u64) -> (u64, u64) {
        let random = nth(index);
        (self.key(random), random & 0xffff)
    }

    /// The key that 64 random bits stand for.
    #[inline]
    pub const fn key(self, random: u64) -> u64 {
        match self {
            Self::Uniform(count) => scale(random, count),
            Self::Zipf(octaves) => octaves.rank(random) - 1,
        }
    }
}

impl Octaves {
    #[inline]
    const fn rank(self, random: u64) -> u64 {
        let place = scale(random, self.span);
        let octave = (place >> FRACTION_BITS) as u32;
        let mantissa = (place & ((1 << FRACTION_BITS) - 1)) | (1 << FRACTION_BITS);
        mantissa >> (FRACTION_BITS - octave)
    }
}

/// The checksum of sums in any order.
pub fn checksum_of(sums: impl Iterator<Item = (u64, u64)>) -> u64 {
    sums.fold(0, |checksum: u64, (key, sum)| checksum.wrapping_add(mix(mix(key) ^ sum)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn histogram(keys: Keys, count: usize, pairs: u64) -> Vec<u32> {
        let mut hits = vec![0; count];
        for index in 0..pairs {
            hits[keys.pair(index).0 as usize] += 1;
        }
        hits
    }

    #[test]
    fn uniform_keys_come_alike() {
        for hits in histogram(Keys::Uniform(100), 100, 1_000_000) {
            assert!((9_500..10_500).contains(&hits), "{hits}");
        }
    }

    #[test]
    fn every_octave_of_zipf_has_the_same_share() {
        let hits = histogram(Keys::zipf(1023), 1023, 1_000_000);
        for octave in 0..10 {
            let share: u32 = hits[(1 << octave) - 1..(2 << octave) - 1].iter().sum();
            assert!((98_500..101_500).contains(&share), "octave {octave}: {share}");
        }
    }

    #[test]
    fn zipf_reaches_its_last_key_and_no_further() {
        let Keys::Zipf(octaves) = Keys::zipf(1_000_000) else { unreachable!() };
        assert_eq!(octaves.rank(0), 1);
        assert_eq!(octaves.rank(u64::MAX), 1_000_000);
    }

    #[test]
    fn is_the_same_forever() {
        let sum = |keys: Keys| {
            (0..1000)
                .map(|index| keys.pair(index))
                .fold(0_u64, |sum, (key, value)| sum.rotate_left(5).wrapping_add(key.wrapping_mul(value)))
        };
        assert_eq!(sum(Keys::Uniform(1_000_000)), 16_454_430_241_818_303_136);
        assert_eq!(sum(Keys::zipf(1_000_000)), 14_936_487_152_816_119_632);
    }
}
