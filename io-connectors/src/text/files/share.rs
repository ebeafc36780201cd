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
    all: Arc<[Share]>,
    next: Cell<usize>,
}

impl Shares {
    pub(super) fn new(count: u32) -> Self {
        let salts = spread_keys(count, |index, salt| ((), Share { index, salt }));
        let all = (0..count).zip(salts).map(|(index, salt)| Share { index, salt }).collect();
        Self { all, next: Cell::new(0) }
    }

    pub(super) fn next(&self) -> Share {
        let share = self.next.get();
        self.next.set((share + 1) % self.all.len());
        self.all[share]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_take_turns() {
        let shares = Shares::new(3);
        assert_eq!([0, 1, 2, 0].map(|_| shares.next().index), [0, 1, 2, 0]);
    }
}
