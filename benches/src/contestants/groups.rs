//! A table by name and number that owns a name only when it comes for the first time.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use hashbrown::HashTable;

/// Something for each name and number.
#[derive(Debug)]
pub(super) struct Groups<V> {
    slots: HashTable<Slot<V>>,
    hashes: FixedState,
}

#[derive(Debug)]
struct Slot<V> {
    name: Box<str>,
    number: i64,
    value: V,
}

impl<V: Default> Groups<V> {
    /// An empty table.
    pub(super) fn new() -> Self {
        Self { slots: HashTable::new(), hashes: FixedState::default() }
    }

    /// What there is for a name and a number.
    pub(super) fn of(&mut self, name: &str, number: i64) -> &mut V {
        let hash = |name: &str, number: i64| self.hashes.hash_one((name, number));
        let is_it = |slot: &Slot<V>| slot.number == number && *slot.name == *name;
        let entry = self.slots.entry(hash(name, number), is_it, |slot| hash(&slot.name, slot.number));
        let slot = entry.or_insert_with(|| Slot { name: name.into(), number, value: V::default() });
        &mut slot.into_mut().value
    }

    /// All there is, in no order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, i64, &V)> {
        self.slots.iter().map(|slot| (&*slot.name, slot.number, &slot.value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_make_groups() {
        let mut groups = Groups::<u64>::new();
        for (name, number) in [("a", 1), ("b", 1), ("a", 2), ("a", 1)] {
            *groups.of(name, number) += 1;
        }
        let mut all: Vec<_> = groups.iter().map(|(name, number, count)| (name, number, *count)).collect();
        all.sort_unstable();
        assert_eq!(all, [("a", 1, 2), ("a", 2, 1), ("b", 1, 1)]);
    }
}
