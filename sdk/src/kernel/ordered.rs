//! A map in the order of its keys, of which a program compiles next to nothing.
//!
//! A tree is a lot of code, and would be compiled for each type of value in each program. Here trees lead from keys to
//! numbers, are compiled once for each of a few types of keys, with this crate, and stand behind a pointer; values are
//! in a vector, at their numbers. For what is asked for once a batch, or once a window.

use crate::Timestamp;
use crate::window::{Window, WindowSet};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt::Debug;

/// What may be a key.
pub(crate) trait Place: Clone + Ord + Debug + Send + Sync + 'static {
    fn tree() -> Box<dyn Tree<Self>>;
}

/// Numbers by place.
pub(crate) trait Tree<P>: Debug + Send + Sync {
    fn get(&self, place: &P) -> Option<u32>;
    fn insert(&mut self, place: P, number: u32) -> Option<u32>;
    fn remove(&mut self, place: &P) -> Option<u32>;
    fn first(&self) -> Option<(&P, u32)>;
    fn pop_first(&mut self) -> Option<(P, u32)>;
    fn last(&self) -> Option<(&P, u32)>;
    /// The last one that is not behind `place`.
    fn last_until(&self, place: &P) -> Option<(&P, u32)>;
    /// All, in order.
    fn all(&self) -> Vec<(&P, u32)>;
    fn copied(&self) -> Box<dyn Tree<P>>;
}

impl<P: Place> Tree<P> for BTreeMap<P, u32> {
    fn get(&self, place: &P) -> Option<u32> {
        self.get(place).copied()
    }

    fn insert(&mut self, place: P, number: u32) -> Option<u32> {
        self.insert(place, number)
    }

    fn remove(&mut self, place: &P) -> Option<u32> {
        self.remove(place)
    }

    fn first(&self) -> Option<(&P, u32)> {
        self.first_key_value().map(|(place, number)| (place, *number))
    }

    fn pop_first(&mut self) -> Option<(P, u32)> {
        self.pop_first()
    }

    fn last(&self) -> Option<(&P, u32)> {
        self.last_key_value().map(|(place, number)| (place, *number))
    }

    fn last_until(&self, place: &P) -> Option<(&P, u32)> {
        self.range(..=place).next_back().map(|(place, number)| (place, *number))
    }

    fn all(&self) -> Vec<(&P, u32)> {
        self.iter().map(|(place, number)| (place, *number)).collect()
    }

    fn copied(&self) -> Box<dyn Tree<P>> {
        Box::new(self.clone())
    }
}

macro_rules! places {
    ($($place:ty),+) => {$(
        impl Place for $place {
            #[inline(never)]
            fn tree() -> Box<dyn Tree<Self>> {
                Box::new(BTreeMap::new())
            }
        }
    )+};
}

places!(
    Timestamp,
    i64,
    Window,
    WindowSet,
    (Timestamp, Window),
    (Timestamp, WindowSet),
    ((Timestamp, Window), (Timestamp, Window))
);

/// A map in the order of its keys.
#[derive(Debug)]
pub(crate) struct Ordered<P: Place, V> {
    /// None until there is something.
    numbers: Option<Box<dyn Tree<P>>>,
    values: Vec<Option<V>>,
    free: Vec<u32>,
}

const NUMBERED: &str = "a number in the tree is that of a value";

impl<P: Place, V> Ordered<P, V> {
    pub(crate) const fn new() -> Self {
        Self { numbers: None, values: Vec::new(), free: Vec::new() }
    }

    pub(crate) fn len(&self) -> usize {
        self.values.len() - self.free.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    #[inline]
    fn number(&self, place: &P) -> Option<usize> {
        self.numbers.as_ref()?.get(place).map(|number| number as usize)
    }

    pub(crate) fn contains(&self, place: &P) -> bool {
        self.number(place).is_some()
    }

    pub(crate) fn get(&self, place: &P) -> Option<&V> {
        self.values[self.number(place)?].as_ref()
    }

    pub(crate) fn get_mut(&mut self, place: &P) -> Option<&mut V> {
        let number = self.number(place)?;
        self.values[number].as_mut()
    }

    pub(crate) fn get_or_insert_with(&mut self, place: P, create: impl FnOnce() -> V) -> &mut V {
        let number = self.number(&place).unwrap_or_else(|| self.add(place, create()));
        self.values[number].as_mut().expect(NUMBERED)
    }

    pub(crate) fn insert(&mut self, place: P, value: V) -> Option<V> {
        if let Some(old) = self.get_mut(&place) {
            return Some(std::mem::replace(old, value));
        }
        self.add(place, value);
        None
    }

    /// Adds what is not there.
    fn add(&mut self, place: P, value: V) -> usize {
        let number = self.free.pop().unwrap_or(self.values.len() as u32);
        self.numbers.get_or_insert_with(P::tree).insert(place, number);
        if number as usize == self.values.len() {
            self.values.push(Some(value));
        } else {
            self.values[number as usize] = Some(value);
        }
        number as usize
    }

    pub(crate) fn remove(&mut self, place: &P) -> Option<V> {
        let number = self.numbers.as_mut()?.remove(place)?;
        Some(self.take(number))
    }

    fn take(&mut self, number: u32) -> V {
        let value = self.values[number as usize].take().expect(NUMBERED);
        self.free.push(number);
        if self.is_empty() {
            self.values.clear();
            self.free.clear();
        }
        value
    }

    #[inline]
    pub(crate) fn first(&self) -> Option<&P> {
        let numbers = self.numbers.as_ref().filter(|_| !self.is_empty())?;
        numbers.first().map(|(place, _)| place)
    }

    pub(crate) fn pop_first(&mut self) -> Option<(P, V)> {
        let (place, number) = self.numbers.as_mut()?.pop_first()?;
        Some((place, self.take(number)))
    }

    /// Takes the first one out if its place is as wanted.
    pub(crate) fn pop_first_if(&mut self, is_wanted: impl FnOnce(&P) -> bool) -> Option<(P, V)> {
        if is_wanted(self.first()?) { self.pop_first() } else { None }
    }

    /// Takes those out that are chosen by their values, in order.
    pub(crate) fn take_if(&mut self, is_chosen: impl Fn(&V) -> bool) -> Vec<(P, V)> {
        let chosen: Vec<P> =
            self.iter().filter(|(_, value)| is_chosen(value)).map(|(place, _)| place.clone()).collect();
        let take = |place: P| self.remove(&place).map(|value| (place, value));
        chosen.into_iter().filter_map(take).collect()
    }

    pub(crate) fn last(&self) -> Option<&P> {
        self.numbers.as_ref()?.last().map(|(place, _)| place)
    }

    /// The last place that is not behind another.
    pub(crate) fn last_until(&self, place: &P) -> Option<&P> {
        self.numbers.as_ref()?.last_until(place).map(|(place, _)| place)
    }

    /// All, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&P, &V)> {
        let all = self.numbers.as_ref().map_or_else(Vec::new, |numbers| numbers.all());
        all.into_iter().map(|(place, number)| (place, self.values[number as usize].as_ref().expect(NUMBERED)))
    }

    /// All, in no order.
    pub(crate) fn values(&self) -> impl Iterator<Item = &V> {
        self.values.iter().flatten()
    }

    /// All, in no order.
    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.values.iter_mut().flatten()
    }
}

impl<P: Place, V> Default for Ordered<P, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<P: Place, V: Clone> Clone for Ordered<P, V> {
    fn clone(&self) -> Self {
        let numbers = self.numbers.as_ref().map(|numbers| numbers.copied());
        Self { numbers, values: self.values.clone(), free: self.free.clone() }
    }
}

/// As a list of pairs: in some formats, such as JSON, only strings can be keys.
impl<P: Place + Serialize, V: Serialize> Serialize for Ordered<P, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let pairs: Vec<(&P, &V)> = self.iter().collect();
        pairs.serialize(serializer)
    }
}

impl<'de, P: Place + Deserialize<'de>, V: Deserialize<'de>> Deserialize<'de> for Ordered<P, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let pairs = Vec::<(P, V)>::deserialize(deserializer)?;
        let mut map = Self::new();
        pairs.into_iter().for_each(|(place, value)| drop(map.insert(place, value)));
        Ok(map)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Clone, Debug)]
    enum Do {
        Insert(i64, u8),
        Add(i64),
        Remove(i64),
        PopFirst,
        PopFirstUntil(i64),
    }

    fn operations() -> impl Strategy<Value = Vec<Do>> {
        let place = || 0..30i64;
        let one = prop_oneof![
            (place(), any::<u8>()).prop_map(|(place, value)| Do::Insert(place, value)),
            place().prop_map(Do::Add),
            place().prop_map(Do::Remove),
            Just(Do::PopFirst),
            place().prop_map(Do::PopFirstUntil),
        ];
        prop::collection::vec(one, 0..200)
    }

    fn same_change(
        map: &mut Ordered<i64, u8>,
        model: &mut BTreeMap<i64, u8>,
        operation: Do,
    ) -> Result<(), TestCaseError> {
        match operation {
            Do::Insert(place, value) => prop_assert_eq!(map.insert(place, value), model.insert(place, value)),
            Do::Add(place) => {
                let (a, b) = (map.get_or_insert_with(place, || 1), model.entry(place).or_insert(1));
                (*a, *b) = (a.wrapping_add(1), b.wrapping_add(1));
            }
            Do::Remove(place) => prop_assert_eq!(map.remove(&place), model.remove(&place)),
            Do::PopFirst => prop_assert_eq!(map.pop_first(), model.pop_first()),
            Do::PopFirstUntil(until) => {
                let is_due = model.first_key_value().is_some_and(|(place, _)| *place <= until);
                let expected = if is_due { model.pop_first() } else { None };
                prop_assert_eq!(map.pop_first_if(|place| *place <= until), expected);
            }
        }
        Ok(())
    }

    proptest! {
        #[test]
        fn it_is_a_map_in_order(operations in operations()) {
            let (mut map, mut model) = (Ordered::new(), BTreeMap::new());
            for operation in operations {
                same_change(&mut map, &mut model, operation)?;
                prop_assert!(map.iter().eq(&model));
                prop_assert_eq!((map.len(), map.is_empty()), (model.len(), model.is_empty()));
                prop_assert_eq!(map.first(), model.first_key_value().map(|(place, _)| place));
                prop_assert_eq!(map.last(), model.last_key_value().map(|(place, _)| place));
                for place in 0..30 {
                    prop_assert_eq!(map.get(&place), model.get(&place));
                    prop_assert_eq!(map.contains(&place), model.contains_key(&place));
                    prop_assert_eq!(map.last_until(&place), model.range(..=place).next_back().map(|(place, _)| place));
                }
                let mut values: Vec<_> = map.values().copied().collect();
                values.sort_unstable();
                let mut expected: Vec<_> = model.values().copied().collect();
                expected.sort_unstable();
                prop_assert_eq!(values, expected);
            }
            let copy: Ordered<i64, u8> = serde_json::from_str(&serde_json::to_string(&map.clone()).unwrap()).unwrap();
            prop_assert!(copy.iter().eq(&model));
            let odd: Vec<_> = model.extract_if(.., |_, value| *value % 2 == 1).collect();
            prop_assert_eq!(map.take_if(|value| *value % 2 == 1), odd);
            prop_assert!(map.iter().eq(&model));
        }
    }
}
