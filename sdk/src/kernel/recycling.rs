//! Memory of packets that have been worked through, for those that are sent next.
//!
//! What one thread has asked for and another gives back goes back through what both have to look at in the allocator, and its lines of
//! memory are in the cache of the other. A worker receives about as much as it sends, so it keeps what has come to it, and writes its
//! next packets where it has just read.

use super::shuffle::HashedRows;
use super::{Col, Meta};
use crate::Timestamp;
use std::any::{Any, TypeId};
use std::cell::RefCell;
use std::collections::HashMap;

/// So many packets are kept of each type: about as many as are under way in a bundle.
const MOST: usize = 16;

/// The memory of all packets of one worker, by the types of their rows.
pub struct Recycling {
    /// How many packets are kept of each type.
    most: usize,
    packets: RefCell<HashMap<TypeId, Box<dyn Any>>>,
    times: RefCell<Vec<Vec<Timestamp>>>,
}

impl Recycling {
    /// For one of so many workers. One that is alone keeps nothing: its allocator hands out what it has just got back.
    pub fn new(workers: usize) -> Self {
        let most = if workers == 1 { 0 } else { MOST };
        Self { most, packets: RefCell::default(), times: RefCell::default() }
    }

    /// Keeps the memory of a packet, unless there is enough.
    pub(crate) fn put<T: 'static>(&self, mut packet: HashedRows<T>) {
        if self.most == 0 {
            return;
        }
        packet.hashes.clear();
        packet.batch.values.clear();
        let meta = std::mem::replace(&mut packet.batch.meta, Meta::unstamped());
        if let Col::Each(mut times) = meta.time
            && self.times.borrow().len() < self.most
        {
            times.clear();
            self.times.borrow_mut().push(times);
        }
        self.with(|packets| {
            if packets.len() < self.most {
                packets.push(packet);
            }
        });
    }

    /// A packet without rows, if one is left.
    pub(crate) fn take<T: 'static>(&self) -> Option<HashedRows<T>> {
        self.with(Vec::pop)
    }

    /// A vector without timestamps, if need be a new one.
    pub(crate) fn times(&self) -> Vec<Timestamp> {
        self.times.borrow_mut().pop().unwrap_or_default()
    }

    fn with<T: 'static, R>(&self, f: impl FnOnce(&mut Vec<HashedRows<T>>) -> R) -> R {
        let mut all = self.packets.borrow_mut();
        let packets = all.entry(TypeId::of::<T>()).or_insert_with(|| Box::new(Vec::<HashedRows<T>>::new()));
        f(packets.downcast_mut().expect("they are found by their type"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Batch;

    fn packet<T>(values: Vec<T>) -> HashedRows<T> {
        let hashes = (0..values.len() as u64).collect();
        HashedRows { hashes, batch: Batch { values, ..Batch::new() } }
    }

    #[test]
    fn a_packet_comes_back_empty_and_to_those_of_its_type() {
        let recycling = Recycling::new(2);
        recycling.put(packet(vec![1u8, 2, 3]));
        recycling.put(packet(vec!["one".to_owned()]));
        assert!(recycling.take::<u64>().is_none());
        let bytes = recycling.take::<u8>().unwrap();
        assert!(bytes.hashes.is_empty() && bytes.batch.is_empty());
        assert!(bytes.hashes.capacity() >= 3 && bytes.batch.values.capacity() >= 3);
        assert!(recycling.take::<u8>().is_none() && recycling.take::<String>().is_some());
    }

    #[test]
    fn stamps_are_forgotten_and_the_memory_of_times_is_not() {
        let recycling = Recycling::new(2);
        let mut timed = packet(vec![1u8, 2]);
        timed.batch.meta.time = Col::Each(vec![Timestamp::MIN, Timestamp::MAX]);
        recycling.put(timed);
        assert_eq!(recycling.take::<u8>().unwrap().batch.meta, Meta::unstamped());
        let times = recycling.times();
        assert!(times.is_empty() && times.capacity() >= 2 && recycling.times().capacity() == 0);
    }

    #[test]
    fn enough_is_enough() {
        let recycling = Recycling::new(2);
        (0..2 * MOST).for_each(|_| recycling.put(packet(vec![0u8])));
        assert_eq!((0..2 * MOST).filter_map(|_| recycling.take::<u8>()).count(), MOST);
        let alone = Recycling::new(1);
        alone.put(packet(vec![0u8]));
        assert!(alone.take::<u8>().is_none());
    }
}
