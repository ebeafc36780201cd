//! Which shard of its destination an element goes to.

use beamline_sdk::Element;
use beamline_sdk::kernel::{hash_element, spread_keys};
use serde::{Deserialize, Serialize};
use std::cell::Cell;
use std::sync::Arc;

/// A shard of a destination, as a part of the key that its elements are brought together by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) struct Share {
    pub(super) index: u32,
    /// Chosen so that the shards of one destination are owned evenly by workers.
    salt: u32,
}

/// Deals shards out by hashes: evenly for every destination and window, in whatever order their elements come.
#[derive(Clone)]
pub(super) struct Shares {
    count: u32,
    /// None for so many shards that they need none.
    salts: Arc<[u32]>,
    /// Whether an element goes to the same shard in every run.
    is_repeatable: bool,
    turn: Cell<u64>,
}

impl Shares {
    /// Where files may be replaced, those of an earlier run have to be met. Elsewhere elements need not be encoded.
    pub(super) fn new(count: u32, replace: bool) -> Self {
        let salts = spread_keys(count, |index, salt| ((), Share { index, salt })).into();
        Self { count, salts, is_repeatable: replace, turn: Cell::new(0) }
    }

    pub(super) fn of(&self, element: &impl Element) -> Share {
        let index = if self.count == 1 { 0 } else { self.index(element) };
        Share { index, salt: self.salts.get(index as usize).copied().unwrap_or_default() }
    }

    fn index(&self, element: &impl Element) -> u32 {
        let hash = if self.is_repeatable { hash_element(element) } else { hash_element(&self.next_turn()) };
        // As the first half of the hash is to all that it can be, so is the index to the count.
        u32::try_from(((hash >> 32) * u64::from(self.count)) >> 32).expect("it is less than the count")
    }

    fn next_turn(&self) -> u64 {
        self.turn.replace(self.turn.get().wrapping_add(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_are_dealt_evenly_to_those_that_come_at_any_interval() {
        for (count, replace, interval) in [(2, false, 2), (3, false, 3), (4, true, 2), (7, true, 89), (1, true, 1)] {
            let shares = Shares::new(count, replace);
            let mut sizes = vec![0u32; count as usize];
            for n in 0..1000 * count * interval {
                let share = shares.of(&n);
                sizes[share.index as usize] += u32::from(n % interval == 0);
            }
            assert!(sizes.iter().all(|size| size.abs_diff(1000) < 100), "{sizes:?}");
        }
    }

    #[test]
    fn there_may_be_more_shards_than_anybody_needs() {
        let shares = Shares::new(u32::MAX, true);
        assert_ne!(shares.of(&1), shares.of(&2));
    }

    #[test]
    fn equal_elements_stay_together_where_files_may_be_replaced() {
        let shares = [Shares::new(1000, true), Shares::new(1000, true)];
        let share = shares[0].of(&"a".to_owned());
        assert!(shares.iter().all(|shares| shares.of(&"a".to_owned()) == share));
    }
}
