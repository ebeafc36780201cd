//! A table by name and number that owns a name only when it comes for the first time.

use foldhash::fast::FixedState;
use hashbrown::hash_map::EntryRef;
use hashbrown::{Equivalent, HashMap};
use serde::{Deserialize, Serialize};

/// A name and a number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Group {
    /// The name.
    pub name: Box<str>,
    /// The number.
    pub number: i64,
}

/// What a [`Group`] is looked up by: fields in the same order, for the same hash.
#[derive(Hash)]
struct Lookup<'a> {
    name: &'a str,
    number: i64,
}

impl Equivalent<Group> for Lookup<'_> {
    fn equivalent(&self, group: &Group) -> bool {
        self.number == group.number && *self.name == *group.name
    }
}

/// Something for each name and number.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Groups<V>(HashMap<Group, V, FixedState>);

impl<V: Default> Groups<V> {
    /// What there is for a name and a number.
    #[inline]
    pub fn of(&mut self, name: &str, number: i64) -> &mut V {
        match self.0.entry_ref(&Lookup { name, number }) {
            EntryRef::Occupied(entry) => entry.into_mut(),
            EntryRef::Vacant(entry) => {
                let group = Group { name: name.into(), number };
                entry.insert_with_key(group, V::default())
            }
        }
    }

    /// All there is, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&Group, &V)> {
        self.0.iter()
    }
}

impl<V> IntoIterator for Groups<V> {
    type Item = (Group, V);
    type IntoIter = hashbrown::hash_map::IntoIter<Group, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_make_groups() {
        let mut groups = Groups::<u64>::default();
        for (name, number) in [("a", 1), ("b", 1), ("a", 2), ("a", 1)] {
            *groups.of(name, number) += 1;
        }
        let mut all: Vec<_> = groups.iter().map(|(group, count)| (&*group.name, group.number, *count)).collect();
        all.sort_unstable();
        assert_eq!(all, [("a", 1, 2), ("a", 2, 1), ("b", 1, 1)]);
    }
}
