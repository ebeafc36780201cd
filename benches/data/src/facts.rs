//! Pairs to be brought together with one row for each of their keys.

use crate::pairs::Keys;
use crate::rng::mix;

/// Pairs, and one row for each of their keys.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// How many keys.
    pub keys: u64,
    /// How many pairs.
    pub pairs: u64,
}

impl Facts {
    /// The pair at an index.
    #[inline]
    pub const fn pair(self, index: u64) -> (u64, u64) {
        Keys::Uniform(self.keys).pair(index)
    }

    /// The row of a key: values below it do not count.
    #[inline]
    pub const fn row(key: u64) -> (u64, u64) {
        (key, mix(key) & 0xffff)
    }
}

/// What a key adds to the checksum: how many of its values reach the limit of its row, and their sum.
pub fn digest_of_key(key: u64, limit: u64, values: u64, sum: u64) -> u64 {
    mix(key ^ mix(limit << 48 ^ values << 32 ^ sum))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_has_a_row() {
        let facts = Facts { keys: 10, pairs: 1_000 };
        let reaches = |index| {
            let (key, value) = facts.pair(index);
            assert!(key < facts.keys);
            value >= Facts::row(key).1
        };
        let counted = (0..facts.pairs).filter(|index| reaches(*index)).count();
        assert!((200..800).contains(&counted), "{counted}");
    }
}
