//! The one hash of keys: computed once, used to find the worker, the partition and the slot of a table.
//!
//! It is foldhash's fast variant with a fixed seed, so a key is at the same place in every run. Its bits are used from
//! the bottom up: 8 for the key group, then 6 for each level of partitions on disk; tables use the top.

use crate::coder;
use foldhash::fast::FixedState;
use serde::Serialize;
use std::hash::{BuildHasher, Hash, Hasher};

const SEED: u64 = 0x0062_6561_6d6c_696e;

/// The number of key groups: the finest division of keys over workers.
const KEY_GROUPS: u64 = 256;
const KEY_GROUP_BITS: u32 = 8;

/// Partitions of a keyed table on one level.
pub(crate) const PARTITIONS: usize = 1 << PARTITION_BITS;
const PARTITION_BITS: u32 = 6;
/// Levels of partitions that the bits of a hash suffice for.
pub(crate) const LEVELS: u32 = (u64::BITS - KEY_GROUP_BITS) / PARTITION_BITS;

/// The hash of a key.
#[inline]
pub(crate) fn hash_key<K: Hash>(key: &K) -> u64 {
    FixedState::with_seed(SEED).hash_one(key)
}

/// The hash of an element that need not be a key, by its encoding: the same in every run.
pub fn hash_element<T: Serialize>(element: &T) -> u64 {
    let mut hasher = FixedState::with_seed(SEED).build_hasher();
    coder::hash(element, &mut hasher);
    // Once is too little where elements are a few bytes and differ in one.
    hash_key(&hasher.finish())
}

/// The worker that owns a key.
#[inline]
pub(crate) fn owner(hash: u64, workers: usize) -> usize {
    (key_group(hash) as usize * workers) >> KEY_GROUP_BITS
}

#[inline]
fn key_group(hash: u64) -> u64 {
    hash & (KEY_GROUPS - 1)
}

/// Salts for `count` keys of which each is known to be much work, so that they are owned evenly by however many workers
/// there are: chance would often give a worker three of four keys. `key` makes a key of its index and salt.
///
/// There are no salts for more keys than key groups: chance does well there.
pub fn spread_keys<K: Hash>(count: u32, key: impl Fn(u32, u32) -> K) -> Vec<u32> {
    let count = u64::from(count);
    if count > KEY_GROUPS {
        return Vec::new();
    }
    let salt = |index: u32| {
        let group = (2 * u64::from(index) + 1) * KEY_GROUPS / (2 * count);
        // Each salt has one chance in 256.
        (0..1 << 16).find(|salt| key_group(hash_key(&key(index, *salt))) == group).unwrap_or_default()
    };
    (0..count as u32).map(salt).collect()
}

/// The partition of a key among those of `level`, counted from 0.
#[inline]
pub(crate) fn partition(hash: u64, level: u32) -> usize {
    (hash >> (KEY_GROUP_BITS + level * PARTITION_BITS)) as usize & (PARTITIONS - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_stays_where_it_is() {
        // Changing these moves every key of every saved state.
        assert_eq!([hash_key(&1u64), hash_key(&"beam"), hash_key(&(1u8, 'x'))], GOLDEN);
    }

    const GOLDEN: [u64; 3] = [13_695_850_629_077_351_975, 7_200_039_359_262_505_419, 7_891_297_649_593_986_164];

    #[test]
    fn an_element_has_the_same_hash_in_every_run() {
        let (text, number) = (hash_element(&("beam", 1.5, Some('x'))), hash_element(&1u64));
        assert_eq!([text, number], [12_542_585_964_017_928_653, 7_051_593_544_100_376_879]);
        assert_eq!(text, hash_element(&("beam".to_owned(), 1.5, Some('x'))));
    }

    #[test]
    fn elements_that_differ_in_one_byte_have_hashes_far_apart() {
        let mut found = [0u32; 4];
        ('a'..='z').for_each(|letter| found[(hash_element(&letter.to_string()) >> 62) as usize] += 1);
        assert!(found.iter().all(|n| n.abs_diff(26 / 4) < 5), "{found:?}");
    }

    #[test]
    fn few_keys_are_owned_evenly() {
        for count in [1, 2, 3, 4, 7, 64, 256] {
            let salts = spread_keys(count, |index, salt| (index, salt));
            for workers in [1, 2, 3, 4, 16] {
                let mut owned = vec![0; workers];
                for (index, salt) in (0..count).zip(&salts) {
                    owned[owner(hash_key(&(index, *salt)), workers)] += 1;
                }
                assert!(*owned.iter().max().unwrap() <= count.div_ceil(workers as u32), "{count}: {owned:?}");
            }
        }
        assert!(spread_keys(u32::MAX, |index, salt| (index, salt)).is_empty());
    }

    #[test]
    fn keys_spread_over_workers_and_partitions() {
        for workers in [1, 2, 3, 7] {
            let mut owned = vec![0u32; workers];
            (0..70_000u64).for_each(|key| owned[owner(hash_key(&key), workers)] += 1);
            let fair = 70_000 / workers as u32;
            assert!(owned.iter().all(|n| n.abs_diff(fair) < fair / 10), "{owned:?}");
        }
        for level in 0..LEVELS {
            let mut held = [0u32; PARTITIONS];
            (0..64_000u64).for_each(|key| held[partition(hash_key(&key), level)] += 1);
            assert!(held.iter().all(|n| n.abs_diff(1000) < 200), "level {level}: {held:?}");
        }
    }
}
