//! The values of each key beside its row.

use beamline_bench_data::facts::digest_of_key;

/// A pair, or a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Fact {
    /// A key and a value.
    Pair(u64, u64),
    /// A key and its limit.
    Row(u64, u64),
}

impl Fact {
    /// The key of either.
    pub const fn key(&self) -> u64 {
        match self {
            Self::Pair(key, _) | Self::Row(key, _) => *key,
        }
    }
}

/// What a key has on either side.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct Group {
    values: Vec<u64>,
    limits: Vec<u64>,
}

impl Group {
    /// Takes in what belongs to the key.
    pub fn add(&mut self, fact: Fact) {
        match fact {
            Fact::Pair(_, value) => self.values.push(value),
            Fact::Row(_, limit) => self.limits.push(limit),
        }
    }

    /// What the key adds to the checksum.
    pub fn digest(&self, key: u64) -> u64 {
        let of_limit = |limit: &u64| {
            let counted = self.values.iter().filter(|value| *value >= limit);
            let (values, sum) = counted.fold((0, 0), |(values, sum), value| (values + 1, sum + value));
            digest_of_key(key, *limit, values, sum)
        };
        self.limits.iter().map(of_limit).fold(0, u64::wrapping_add)
    }
}
