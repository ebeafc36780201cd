//! Values of which any one can be taken out again, and in the order of their coming.

use crate::{Element, coder};
use foldhash::fast::FixedState;
use hashbrown::HashTable;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smallvec::SmallVec;
use std::hash::BuildHasher;

/// A list of values from which one can be taken out by its equal, in constant time.
///
/// Elements of a pipeline need not be `Eq`; two of them are equal here if their encodings are. That makes a NaN equal to
/// itself, and two hash maps with the same entries different.
///
/// A value can be taken out before it comes: it is expected then, and gone when it comes.
#[derive(Clone, Debug)]
pub struct Bag<V> {
    values: Indexed<V>,
    expected: Indexed<V>,
}

impl<V: Element> Bag<V> {
    /// Adds a value; says whether it is in the bag now, rather than having been expected.
    #[cold]
    #[inline(never)]
    pub(super) fn add(&mut self, value: V) -> bool {
        let code = Code::of(&value);
        let was_expected = !self.expected.is_empty() && self.expected.remove(&code);
        if !was_expected {
            self.values.push(&code, value);
        }
        !was_expected
    }

    /// Takes a value out; says whether it was in the bag, rather than being expected now.
    pub(super) fn remove(&mut self, value: V) -> bool {
        let code = Code::of(&value);
        let was_there = self.values.remove(&code);
        if !was_there {
            self.expected.push(&code, value);
        }
        was_there
    }

    /// Adds and takes out what another bag has.
    pub(super) fn append(&mut self, mut other: Self) {
        if self.values.live < other.values.live {
            std::mem::swap(self, &mut other);
        }
        for value in other.take() {
            self.add(value);
        }
        for value in other.take_expected() {
            self.remove(value);
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &V> {
        self.values.slots.iter().flatten()
    }

    /// Takes all values out. Those that are expected still are.
    pub(super) fn take(&mut self) -> Vec<V> {
        std::mem::take(&mut self.values).into_values()
    }

    /// The values that are expected, which are not from now on.
    pub(super) fn take_expected(&mut self) -> Vec<V> {
        std::mem::take(&mut self.expected).into_values()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Whether a value is expected.
    pub(super) fn is_waiting(&self) -> bool {
        !self.expected.is_empty()
    }
}

impl<V> Default for Bag<V> {
    fn default() -> Self {
        Self { values: Indexed::default(), expected: Indexed::default() }
    }
}

impl<V: Element> FromIterator<V> for Bag<V> {
    fn from_iter<I: IntoIterator<Item = V>>(values: I) -> Self {
        let mut bag = Self::default();
        for value in values {
            bag.add(value);
        }
        bag
    }
}

/// A value as bytes, and their hash.
struct Code {
    bytes: Vec<u8>,
    hash: u64,
}

impl Code {
    fn of<V: Element>(value: &V) -> Self {
        let mut bytes = Vec::new();
        if let Err(error) = coder::encode(value, &mut bytes) {
            panic!("a value that may be taken back cannot be encoded: {error}");
        }
        let hash = FixedState::default().hash_one(&bytes);
        Self { bytes, hash }
    }
}

/// The places of equal values.
#[derive(Clone, Debug)]
struct Places {
    hash: u64,
    slots: SmallVec<[usize; 2]>,
}

/// Values in slots, and where they are. Slots become free in any order, and are closed up when most are.
#[derive(Clone, Debug)]
struct Indexed<V> {
    slots: Vec<Option<V>>,
    live: usize,
    index: HashTable<Places>,
}

impl<V> Default for Indexed<V> {
    fn default() -> Self {
        Self { slots: Vec::new(), live: 0, index: HashTable::new() }
    }
}

impl<V> Indexed<V> {
    fn is_empty(&self) -> bool {
        self.live == 0
    }

    fn into_values(self) -> Vec<V> {
        self.slots.into_iter().flatten().collect()
    }

    /// Closes up the slots that are free.
    fn close_up(&mut self) {
        let mut next = 0;
        let moved: Vec<usize> = self.slots.iter().map(|slot| (next, next += usize::from(slot.is_some())).0).collect();
        self.slots.retain(Option::is_some);
        self.index.iter_mut().for_each(|places| places.slots.iter_mut().for_each(|slot| *slot = moved[*slot]));
    }
}

impl<V: Element> Indexed<V> {
    fn push(&mut self, code: &Code, value: V) {
        let slot = self.slots.len();
        let Self { slots, index, .. } = self;
        if let Some(places) = index.find_mut(code.hash, |places| is_equal(slots, places, code)) {
            places.slots.push(slot);
        } else {
            let places = Places { hash: code.hash, slots: SmallVec::from_slice(&[slot]) };
            index.insert_unique(code.hash, places, |places| places.hash);
        }
        self.slots.push(Some(value));
        self.live += 1;
    }

    /// Takes out the latest of those that are equal; says whether there was one.
    fn remove(&mut self, code: &Code) -> bool {
        let Self { slots, index, .. } = self;
        let Ok(mut entry) = index.find_entry(code.hash, |places| is_equal(slots, places, code)) else { return false };
        let slot = entry.get_mut().slots.pop().expect("places are never empty");
        if entry.get().slots.is_empty() {
            entry.remove();
        }
        self.slots[slot] = None;
        self.live -= 1;
        if self.slots.len() > 2 * self.live + 16 {
            self.close_up();
        }
        true
    }
}

fn is_equal<V: Element>(slots: &[Option<V>], places: &Places, code: &Code) -> bool {
    let value = || slots[places.slots[0]].as_ref().expect("an index points to what is there");
    places.hash == code.hash && Code::of(value()).bytes == code.bytes
}

/// The index is made again when a bag is loaded.
impl<V: Element> Serialize for Bag<V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let expected: Vec<&V> = self.expected.slots.iter().flatten().collect();
        (self.iter().collect::<Vec<_>>(), expected).serialize(serializer)
    }
}

impl<'de, V: Element> Deserialize<'de> for Bag<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (values, expected) = <(Vec<V>, Vec<V>)>::deserialize(deserializer)?;
        let mut bag: Self = values.into_iter().collect();
        for value in expected {
            bag.remove(value);
        }
        Ok(bag)
    }
}
