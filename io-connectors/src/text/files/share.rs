//! Which shard of its destination an element goes to.

use beamline_sdk::kernel::spread_keys;
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

/// Deals shards out, one after the other.
#[derive(Clone)]
pub(super) struct Shares {
    count: u32,
    /// None for so many shards that they need none.
    salts: Arc<[u32]>,
    next: Cell<u32>,
}

impl Shares {
    pub(super) fn new(count: u32) -> Self {
        let salts = spread_keys(count, |index, salt| ((), Share { index, salt })).into();
        Self { count, salts, next: Cell::new(0) }
    }

    pub(super) fn next(&self) -> Share {
        let index = self.next.get();
        self.next.set((index + 1) % self.count);
        Share { index, salt: self.salts.get(index as usize).copied().unwrap_or_default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_take_turns() {
        for count in [3, u32::MAX] {
            let shares = Shares::new(count);
            assert_eq!([(); 4].map(|()| shares.next().index), [0, 1, 2, 3 % count]);
        }
    }
}
