//! Several values by a key of their own.

use super::state_cell;
use crate::{Element, Key};
use foldhash::fast::FixedState;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Remembers any number of values for each of any number of keys (Beam's `MultimapState`).
///
/// ```
/// use beamline_sdk::state::MultimapState;
///
/// let mut orders = MultimapState::default();
/// orders.add("ada".to_owned(), 1);
/// orders.add("ada".to_owned(), 2);
/// assert_eq!(orders.get(&"ada".to_owned()), [1, 2]);
/// assert_eq!(orders.remove(&"ada".to_owned()), [1, 2]);
/// assert!(orders.is_empty());
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
#[serde(bound = "K: Key, V: Element")]
pub struct MultimapState<K, V> {
    content: HashMap<K, Vec<V>, FixedState>,
    #[serde(skip)]
    is_written: bool,
}

impl<K, V> Default for MultimapState<K, V> {
    fn default() -> Self {
        Self { content: HashMap::default(), is_written: false }
    }
}

state_cell!(MultimapState<K: Key, V: Element>, Multimap, HashMap::is_empty);

impl<K: Key, V: Element> MultimapState<K, V> {
    /// Adds a value to those of a key.
    pub fn add(&mut self, key: K, value: V) {
        self.is_written = true;
        self.content.entry(key).or_default().push(value);
    }

    /// The values of a key, in the order in which they were added.
    pub fn get(&self, key: &K) -> &[V] {
        self.content.get(key).map_or(&[], Vec::as_slice)
    }

    /// Takes all values of a key out.
    pub fn remove(&mut self, key: &K) -> Vec<V> {
        self.is_written = true;
        self.content.remove(key).unwrap_or_default()
    }

    /// Whether a key has values.
    pub fn contains_key(&self, key: &K) -> bool {
        self.content.contains_key(key)
    }

    /// How many keys have values.
    pub fn keys_len(&self) -> usize {
        self.content.len()
    }

    /// Keys and their values, keys in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &[V])> {
        self.content.iter().map(|(key, values)| (key, values.as_slice()))
    }
}
