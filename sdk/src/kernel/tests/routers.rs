//! A router brings every row to the owner of its key, with its stamp and its hash.

use super::{batch, env, rows, stamps};
use crate::Result;
use crate::Timestamp;
use crate::kernel::hash::{hash_key, owner};
use crate::kernel::keyed::Router;
use crate::kernel::shuffle::HashedRows;
use crate::kernel::{Col, Link, Packet, Stamp};
use proptest::prelude::*;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

#[derive(Default)]
struct Sent {
    rows: RefCell<Vec<(u64, Stamp)>>,
    largest: Cell<usize>,
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
