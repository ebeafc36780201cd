//! What a bundle says of each key of a table, in the end.

use super::Stamp;
use crate::transforms::Upsert;
use crate::{Element, Key, coder};
use std::collections::HashMap;

/// The latest that has been said of each key.
pub(crate) struct LatestOfKeys<K, V> {
    /// Where a key is among the rows.
    places: HashMap<K, usize>,
    rows: Vec<((K, V), Stamp)>,
}

impl<K: Key, V: Element> LatestOfKeys<K, V> {
    pub(crate) fn new() -> Self {
        Self { places: HashMap::new(), rows: Vec::new() }
    }

    /// A result, or one that is taken back. Two that are taken for one another come in any order.
    pub(crate) fn add(&mut self, key: K, value: V, stamp: Stamp) {
        let Some(place) = self.places.get(&key).copied() else {
            self.places.insert(key.clone(), self.rows.len());
            return self.rows.push(((key, value), stamp));
        };
        let ((_, known), known_stamp) = &mut self.rows[place];
        let is_replaced = stamp.pane.is_retraction() && !known_stamp.pane.is_retraction() && differ(known, &value);
        if !is_replaced {
            (*known, *known_stamp) = (value, stamp);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Takes what has been said, in the order in which keys were first named.
    pub(crate) fn take(&mut self) -> impl Iterator<Item = (Upsert<K, V>, Stamp)> {
        self.take_rows().map(|((key, value), stamp)| {
            let upsert = if stamp.pane.is_retraction() { Upsert::Delete(key) } else { Upsert::Put(key, value) };
            (upsert, stamp.staying())
        })
    }

    /// The same as results, and those that are taken back.
    pub(crate) fn take_rows(&mut self) -> impl Iterator<Item = ((K, V), Stamp)> {
        self.places.clear();
        self.rows.drain(..)
    }
}

fn differ<V: Element>(one: &V, other: &V) -> bool {
    let code = |value: &V| {
        let mut bytes = Vec::new();
        coder::encode(value, &mut bytes).map(|()| bytes).ok()
    };
    code(one) != code(other)
}
