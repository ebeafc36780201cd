//! The hashes of a table's keys.

use super::Entry;
use super::chunks::{Drained, Each, Taken};
use super::entries::Entries;
use crate::Key;
use crate::kernel::hash::hash_key;
use std::marker::PhantomData;

/// The hashes of keys, by the numbers of their entries.
///
/// They are of use when the table grows and when its entries leave it. Those of keys with heap memory are kept, as that would have
/// to be read again. Others are made again: that costs less than it takes to keep them, and a table of numbers is a third smaller.
#[derive(Clone)]
pub(super) struct Hashes<K> {
    kept: Entries<u64>,
    _keys: PhantomData<fn() -> K>,
}

impl<K: Key> Hashes<K> {
    const ARE_KEPT: bool = std::mem::needs_drop::<K>();

    /// The bytes that one takes.
    pub(super) const BYTES: usize = if Self::ARE_KEPT { size_of::<u64>() } else { 0 };

    pub(super) const fn new() -> Self {
        Self { kept: Entries::new(), _keys: PhantomData }
    }

    #[inline]
    pub(super) fn push(&mut self, hash: u64) {
        if Self::ARE_KEPT {
            self.kept.push(hash);
        }
    }

    /// All entries, with their hashes.
    pub(super) fn with<'a, A>(
        &'a self,
        entries: Each<'a, Entry<K, A>>,
    ) -> impl Iterator<Item = (u64, &'a Entry<K, A>)> {
        let mut kept = self.kept.iter().copied();
        entries.map(move |entry| (next(&mut kept, &entry.key), entry))
    }

    /// Takes all out, with their entries.
    pub(super) fn drain_with<E>(&mut self, entries: E) -> Hashed<Drained<'_, u64>, E> {
        Hashed { kept: self.kept.drain(), entries }
    }

    /// As [`drain_with`](Self::drain_with), and nothing is left of the room.
    pub(super) fn into_with<E>(self, entries: E) -> Hashed<Taken<u64>, E> {
        Hashed { kept: self.kept.into_iter(), entries }
    }

    pub(super) fn take_first(&mut self, n: usize) -> Self {
        Self { kept: self.kept.take_first(n), ..Self::new() }
    }

    /// Takes the entries out that are not to stay, with their hashes.
    pub(super) fn divide<A>(
        &mut self,
        entries: &mut Entries<Entry<K, A>>,
        stays: impl Fn(u64) -> bool,
    ) -> Leaving<K, A> {
        let mut kept = self.kept.iter().copied();
        let entries = entries.divide(|entry| stays(next(&mut kept, &entry.key)));
        Hashed { kept: self.kept.divide(|hash| stays(*hash)), entries }
    }

    /// Keeps those of the entries that are kept, as `keeps` says for each in turn.
    pub(super) fn retain(&mut self, mut keeps: impl FnMut() -> bool) {
        self.kept.retain_mut(|_| keeps());
    }

    pub(super) fn shrink_to(&mut self, len: usize) {
        self.kept.shrink_to(len);
    }
}

/// The hash of the next key.
#[inline]
fn next<K: Key>(kept: &mut impl Iterator<Item = u64>, key: &K) -> u64 {
    let kept = if Hashes::<K>::ARE_KEPT { kept.next() } else { None };
    kept.unwrap_or_else(|| hash_key(key))
}

/// Entries that are taken out, with the hashes of their keys, as far as these were kept.
pub(crate) struct Hashed<H, E> {
    kept: H,
    entries: E,
}

impl<K: Key, A, H: Iterator<Item = u64>, E: Iterator<Item = Entry<K, A>>> Iterator for Hashed<H, E> {
    type Item = (u64, Entry<K, A>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let entry = self.entries.next()?;
        Some((next(&mut self.kept, &entry.key), entry))
    }
}

/// Entries that leave a table, some or all.
pub(crate) type Leaving<K, A> = Hashed<Taken<u64>, Taken<Entry<K, A>>>;
