//! Numbers by hash.

use crate::kernel::prefetch::prefetch;

/// Numbers, each with the hash of what it stands for. Several may have the same hash.
///
/// Open addressing in one vector: where a number is, is one place in memory, which can be asked for before it is needed. A
/// place says enough of the hash to find where its number belongs, so nothing but the vector is looked at when it grows and
/// when a number goes.
pub(super) struct Numbers {
    /// None, or a power of two.
    places: Vec<Place>,
    len: usize,
}

#[derive(Clone, Copy)]
struct Place {
    /// The upper half of the hash: the lowest bits are the same for all keys of a worker.
    half: u32,
    /// The number and one more; nothing is 0.
    number: u32,
}

const FREE: Place = Place { half: 0, number: 0 };
const SMALLEST: usize = 8;

/// At most one of so many places is taken: the fewer there are, the more often the first that is looked at is the right one,
/// which is what the processor expects.
const SPARSE: usize = 4;
const DENSE: usize = 2;
/// So many places are in a near cache, however few of them are taken.
const NEAR: usize = if cfg!(test) { 32 } else { 1 << 15 };

impl Numbers {
    pub(super) fn new() -> Self {
        Self { places: Vec::new(), len: 0 }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Brings the places of hashes into the cache, if that is not where they are.
    #[inline]
    pub(super) fn ask_for(&self, hashes: &[u64]) {
        if self.places.len() > NEAR {
            hashes.iter().for_each(|hash| prefetch(&self.places[self.home(half(*hash))]));
        }
    }

    /// A number with the hash that is the one in question.
    #[inline]
    pub(super) fn find(&self, hash: u64, mut is: impl FnMut(u32) -> bool) -> Option<u32> {
        let half = half(hash);
        let mut at = self.home(half);
        loop {
            let place = self.places.get(at).filter(|place| place.number > 0)?;
            if place.half == half && is(place.number - 1) {
                return Some(place.number - 1);
            }
            at = self.behind(at);
        }
    }

    /// Adds a number, which is not among them.
    pub(super) fn insert(&mut self, hash: u64, number: u32) {
        let share = if self.places.len() <= NEAR { SPARSE } else { DENSE };
        if (self.len + 1) * share > self.places.len() {
            self.grow();
        }
        let number = number.checked_add(1).expect("a worker has fewer than four thousand million keys");
        self.put(Place { half: half(hash), number });
        self.len += 1;
    }

    /// Takes a number away; says whether it was there.
    pub(super) fn remove(&mut self, hash: u64, number: u32) -> bool {
        let mut at = self.home(half(hash));
        loop {
            match self.places.get(at) {
                None | Some(Place { number: 0, .. }) => return false,
                Some(place) if place.number - 1 == number => break,
                Some(_) => at = self.behind(at),
            }
        }
        self.close(at);
        self.len -= 1;
        true
    }

    /// Frees a place. Those behind it move up, so that nothing free is between a number and where it belongs.
    fn close(&mut self, mut free: usize) {
        let mut at = self.behind(free);
        while self.places[at].number > 0 {
            let home = self.home(self.places[at].half);
            if self.ahead(home, at) >= self.ahead(free, at) {
                self.places[free] = self.places[at];
                free = at;
            }
            at = self.behind(at);
        }
        self.places[free] = FREE;
    }

    #[cold]
    fn grow(&mut self) {
        let room = (self.places.len() * 2).max(SMALLEST);
        let places = std::mem::replace(&mut self.places, vec![FREE; room]);
        places.into_iter().filter(|place| place.number > 0).for_each(|place| self.put(place));
    }

    fn put(&mut self, place: Place) {
        let mut at = self.home(place.half);
        while self.places[at].number > 0 {
            at = self.behind(at);
        }
        self.places[at] = place;
    }

    #[inline]
    fn home(&self, half: u32) -> usize {
        half as usize & self.last()
    }

    #[inline]
    fn behind(&self, at: usize) -> usize {
        (at + 1) & self.last()
    }

    /// How far it is from one place to another.
    fn ahead(&self, from: usize, to: usize) -> usize {
        to.wrapping_sub(from) & self.last()
    }

    #[inline]
    fn last(&self) -> usize {
        self.places.len().wrapping_sub(1)
    }
}

#[inline]
fn half(hash: u64) -> u32 {
    (hash >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn they_are_a_set(
            changes in prop::collection::vec((any::<bool>(), 0u32..60), 0..400),
            hashes in prop::collection::vec(prop_oneof![0u64..8, (u64::from(u32::MAX) - 4)..=u64::from(u32::MAX)], 60),
        ) {
            // Half a hash: many of them belong to one place, or to the last ones, behind which come the first.
            let hash = |number: u32| hashes[number as usize] << 32;
            let (mut numbers, mut model) = (Numbers::new(), BTreeSet::new());
            for (is_new, number) in changes {
                if is_new && model.insert(number) {
                    numbers.insert(hash(number), number);
                } else if !is_new {
                    prop_assert_eq!(numbers.remove(hash(number), number), model.remove(&number));
                }
                prop_assert_eq!((numbers.len(), numbers.is_empty()), (model.len(), model.is_empty()));
                numbers.ask_for(&hashes);
                for number in 0..60 {
                    let found = numbers.find(hash(number), |other| other == number);
                    prop_assert_eq!(found, model.get(&number).copied());
                    let alike = model.iter().any(|other| hash(*other) == hash(number));
                    prop_assert_eq!(numbers.find(hash(number), |_| true).is_some(), alike);
                }
            }
        }
    }
}
