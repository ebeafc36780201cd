//! A router brings every row to the owner of its key, with its stamp and its hash.

use super::{batch, env, rows, stamps};
use crate::Result;
use crate::Timestamp;
use crate::kernel::hash::{hash_key, owner};
use crate::kernel::keyed::Router;
use crate::kernel::shuffle::HashedRows;
use crate::kernel::{Col, Link, Packet, Stamp};
use crate::window::{Pane, WindowSet};
use proptest::prelude::*;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

#[derive(Default)]
struct Sent {
    rows: RefCell<Vec<(u64, Stamp)>>,
    largest: Cell<usize>,
    /// For how many rows all packets had room.
    room: Cell<usize>,
    closed: Cell<usize>,
    workers: usize,
}

impl Link for Sent {
    fn send(&self, to: usize, packet: Packet) -> Result<()> {
        assert_eq!(self.closed.get(), 0, "nothing comes after the end");
        let HashedRows { hashes, batch } = packet.open::<HashedRows<u64>>();
        assert_eq!(hashes.len(), batch.len());
        assert!(batch.values.iter().zip(&hashes).all(|(key, hash)| hash_key(key) == *hash));
        assert!(hashes.iter().all(|hash| owner(*hash, self.workers) == to));
        self.largest.set(self.largest.get().max(batch.len()));
        self.room.set(self.room.get() + batch.values.capacity().max(hashes.capacity()));
        self.rows.borrow_mut().extend(rows(&batch));
        Ok(())
    }

    fn watermark(&self, time: Timestamp) {
        assert_eq!(time, Timestamp::MAX);
        self.closed.set(self.closed.get() + 1);
    }

    fn idle(&self, _is_idle: bool) {}
}

/// Sends batches, of which some have rows that differ in their times, and flushes behind some of them.
fn send(router: &mut Router<u64>, batches: &[(Vec<u8>, bool, bool)]) -> Result<Vec<(u64, Stamp)>> {
    let mut all = Vec::new();
    for (stamps, differ, flush) in batches {
        let mut some = batch(all.len() as u64, stamps);
        if *differ {
            some.meta.time = Col::Each(some.values.iter().map(|key| Timestamp::from_millis(*key as i64)).collect());
        }
        all.extend(rows(&some));
        let hashes = some.values.iter().map(hash_key).collect();
        router.send_all(hashes, &mut some)?;
        if *flush {
            router.flush()?;
        }
    }
    router.watermark(Timestamp::MAX).map(|()| all)
}

proptest! {
    #[test]
    fn rows_reach_their_owners(
        workers in 1usize..5,
        capacity in 1usize..40,
        batches in prop::collection::vec((stamps(60), any::<bool>(), any::<bool>()), 0..8),
    ) {
        let link = Rc::new(Sent { workers, ..Sent::default() });
        let mut router = Router::new(link.clone(), &env(0, workers, capacity, 0));
        let expected = send(&mut router, &batches).unwrap();
        let mut found = link.rows.take();
        found.sort_by_key(|(key, _)| *key);
        prop_assert_eq!(found, expected);
        prop_assert_eq!(link.closed.get(), 1);
        prop_assert!(workers == 1 || link.largest.get() <= capacity);
    }
}

fn windows_of_counts(counts: &[usize]) -> impl Iterator<Item = (Stamp, Vec<(u64, u64)>)> {
    let mut next = 0;
    counts.iter().zip(1..).map(move |(count, window)| {
        let keys = next..next + *count as u64;
        next = keys.end;
        let stamp = Stamp { time: Timestamp::from_millis(window), windows: WindowSet::default(), pane: Pane::UNKNOWN };
        (stamp, keys.map(|key| (hash_key(&key), key)).collect())
    })
}

proptest! {
    #[test]
    fn rows_that_are_alike_reach_their_owners_in_packets_without_much_room(
        workers in 1usize..4,
        capacity in 1usize..200,
        counts in prop::collection::vec(prop_oneof![4 => 0usize..4, 1 => 0usize..400], 0..200),
    ) {
        let link = Rc::new(Sent { workers, ..Sent::default() });
        let mut router = Router::new(link.clone(), &env(0, workers, capacity, 0));
        let mut expected = Vec::new();
        for (stamp, rows) in windows_of_counts(&counts) {
            expected.extend(rows.iter().map(|(_, key)| (*key, stamp.clone())));
            router.add_alike(stamp, rows.len(), rows.into_iter()).unwrap();
        }
        router.watermark(Timestamp::MAX).unwrap();
        let mut found = link.rows.take();
        found.sort_by_key(|(key, _)| *key);
        prop_assert!(link.largest.get() <= capacity);
        prop_assert!(link.room.get() <= 4 * found.len() + 2 * workers * capacity, "room for {} of {}", link.room.get(), found.len());
        prop_assert_eq!(found, expected);
    }
}
