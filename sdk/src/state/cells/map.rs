//! Values by a key of their own.

use super::state_cell;
use crate::{Element, Key};
use foldhash::fast::FixedState;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Remembers a value for each of any number of keys (Beam's `MapState`).
///
/// ```
/// use beamline_sdk::state::MapState;
///
/// let mut stock = MapState::default();
/// stock.insert("apples".to_owned(), 3);
/// *stock.get_or_insert_with("pears".to_owned(), || 0) += 2;
/// assert_eq!(stock.get(&"pears".to_owned()), Some(&2));
/// assert_eq!(stock.remove(&"apples".to_owned()), Some(3));
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
#[serde(bound = "K: Key, V: Element")]
pub struct MapState<K, V> {
    content: HashMap<K, V, FixedState>,
    #[serde(skip)]
    is_written: bool,
}

impl<K, V> Default for MapState<K, V> {
    fn default() -> Self {
        Self { content: HashMap::default(), is_written: false }
    }
}

state_cell!(MapState<K: Key, V: Element>, Map, HashMap::is_empty);

impl<K: Key, V: Element> MapState<K, V> {
    /// The value of a key.
    pub fn get(&self, key: &K) -> Option<&V> {
        self.content.get(key)
    }

    /// The value of a key, to be changed; counts as a write.
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let found = self.content.get_mut(key);
        self.is_written |= found.is_some();
        found
    }

    /// The value of a key, to be changed, made by `f` if there is none; counts as a write.
    pub fn get_or_insert_with(&mut self, key: K, f: impl FnOnce() -> V) -> &mut V {
        self.is_written = true;
        self.content.entry(key).or_insert_with(f)
    }

    /// Sets the value of a key, and returns the one before.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        self.is_written = true;
        self.content.insert(key, value)
    }

    /// Takes the value of a key out.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        self.is_written = true;
        self.content.remove(key)
    }

    /// Whether a key has a value.
    pub fn contains_key(&self, key: &K) -> bool {
        self.content.contains_key(key)
    }

    /// How many keys have a value.
    pub fn len(&self) -> usize {
        self.content.len()
    }

    /// Keys and values, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.content.iter()
    }
}
