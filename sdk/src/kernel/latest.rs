//! What a bundle says of each key of a table, in the end.

use super::Stamp;
use crate::transforms::Upsert;
use crate::window::Mark;
use crate::{Element, Key, coder};
use std::collections::HashMap;

/// The latest that has been said of each key.
pub(crate) struct LatestOfKeys<K, V> {
    /// Where a key is among the upserts.
    places: HashMap<K, usize>,
    upserts: Vec<(Upsert<K, V>, Stamp)>,
}

impl<K: Key, V: Element> LatestOfKeys<K, V> {
    pub(crate) fn new() -> Self {
        Self { places: HashMap::new(), upserts: Vec::new() }
    }

    /// A result, or one that is taken back. Two that are taken for one another come in any order.
    pub(crate) fn add(&mut self, key: K, value: V, mut stamp: Stamp) {
        let is_retraction = stamp.pane.is_retraction();
        stamp.pane = stamp.pane.marked(Mark::None);
        let known = self.places.get(&key).map(|place| &mut self.upserts[*place]);
        if is_retraction && known.as_ref().is_some_and(|(upsert, _)| puts_another(upsert, &value)) {
            return;
        }
        let upsert = if is_retraction { Upsert::Delete(key.clone()) } else { Upsert::Put(key.clone(), value) };
        if let Some(known) = known {
            *known = (upsert, stamp);
        } else {
            self.places.insert(key, self.upserts.len());
            self.upserts.push((upsert, stamp));
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.upserts.is_empty()
    }

    /// Takes what has been said, in the order in which keys were first named.
    pub(crate) fn take(&mut self) -> impl Iterator<Item = (Upsert<K, V>, Stamp)> {
        self.places.clear();
        self.upserts.drain(..)
    }
}

/// Whether a value has already been replaced by what an upsert puts in its place.
fn puts_another<K, V: Element>(upsert: &Upsert<K, V>, value: &V) -> bool {
    let code = |value: &V| {
        let mut bytes = Vec::new();
        coder::encode(value, &mut bytes).map(|()| bytes).ok()
    };
    matches!(upsert, Upsert::Put(_, other) if code(other) != code(value))
}
