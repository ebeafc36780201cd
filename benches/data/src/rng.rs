//! A small generator of pseudo-random numbers whose sequence never changes.

const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

/// Scrambles a number, one to one: the finalizer of splitmix64.
#[inline]
pub const fn mix(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

/// The `index`-th number of the sequence that starts at zero, without the ones before it.
#[inline]
pub const fn nth(index: u64) -> u64 {
    mix(index.wrapping_add(1).wrapping_mul(GAMMA))
}

/// Scales 64 random bits to `0..bound`, without a division.
#[inline]
pub const fn scale(random: u64, bound: u64) -> u64 {
    ((random as u128 * bound as u128) >> 64) as u64
}

/// The splitmix64 sequence.
#[derive(Clone, Debug)]
pub struct SplitMix64(u64);

impl SplitMix64 {
    /// The sequence that belongs to `seed`.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    #[inline]
    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GAMMA);
        mix(self.0)
    }

    /// The next number of `0..bound`.
    #[inline]
    pub const fn below(&mut self, bound: u64) -> u64 {
        scale(self.next(), bound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_the_published_sequence() {
        let mut random = SplitMix64::new(1_234_567);
        let expected = [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423];
        assert_eq!([random.next(), random.next(), random.next()], expected);
    }

    #[test]
    fn any_number_of_the_sequence_is_at_hand() {
        let mut random = SplitMix64::new(0);
        for index in 0..100 {
            assert_eq!(nth(index), random.next());
        }
    }

    #[test]
    fn scales_to_the_whole_range_and_no_further() {
        assert_eq!(scale(0, 10), 0);
        assert_eq!(scale(u64::MAX, 10), 9);
    }
}
