//! What a slot says: where an entry is, and as much of its hash as there is room for.

use super::{Entries, Entry};
use crate::Key;
use crate::kernel::prefetch::{prefetch, prefetch_all, touch};

/// The number of no entry.
pub(super) const NOT_FOUND: u32 = u32::MAX;

/// Asks for the slots of rows.
#[inline]
pub(super) fn ask_for_slots(slots: &[u32], hashes: &[u64]) {
    let mask = slots.len() - 1;
    hashes.iter().for_each(|hash| prefetch(&slots[place(*hash) & mask]));
}

/// Reads the slots of rows. Some processors give up a prefetch in memory that is too large for them to know its pages, and
/// others wait long for a read where nothing has been asked for before; after both, each of them has the slots.
#[inline]
pub(super) fn make_sure_of_slots(slots: &[u32], hashes: &[u64]) {
    let mask = slots.len() - 1;
    hashes.iter().for_each(|hash| touch(&slots[place(*hash) & mask]));
}

/// The number of the first entry that looks like that of a hash; the entry is asked for.
#[inline]
pub(super) fn look_up_entry<T>(slots: &[u32], entries: &Entries<T>, hash: u64) -> u32 {
    let mask = slots.len() - 1;
    let mut at = place(hash) & mask;
    loop {
        match slots[at] {
            0 => return NOT_FOUND,
            slot if is_like(slot, hash, mask) => {
                let number = number(slot, mask);
                entries.get(number).into_iter().for_each(prefetch_all);
                return number;
            }
            _ => at = (at + 1) & mask,
        }
    }
}

/// The entry of a key, if there is one.
#[inline]
pub(super) fn look_up<'a, K: Key, A>(
    slots: &[u32],
    entries: &'a mut [Entry<K, A>],
    hash: u64,
    key: &K,
) -> Option<&'a mut Entry<K, A>> {
    let mask = slots.len() - 1;
    let mut at = place(hash) & mask;
    loop {
        let slot = slots[at];
        let number = number(slot, mask) as usize;
        // The number of no entry is out of bounds.
        if is_like(slot, hash, mask) && entries.get(number).is_some_and(|entry| entry.key == *key) {
            return entries.get_mut(number);
        }
        if slot == 0 {
            return None;
        }
        at = (at + 1) & mask;
    }
}

/// The upper half of the hash says where to look: routing and partitions use the lower bits.
#[inline]
pub(super) fn place(hash: u64) -> usize {
    (hash >> 32) as usize
}

#[inline]
pub(super) fn slot(hash: u64, number: usize, mask: usize) -> u32 {
    hash as u32 & !(mask as u32) | number as u32
}

/// Whether a slot may be that of a hash.
#[inline]
pub(super) fn is_like(slot: u32, hash: u64, mask: usize) -> bool {
    (slot ^ hash as u32) & !(mask as u32) == 0
}

#[inline]
pub(super) fn number(slot: u32, mask: usize) -> u32 {
    (slot & mask as u32).wrapping_sub(1)
}
