//! What side inputs are built of elements.

use crate::kernel::keyed::ViewBuilder;
use crate::{BoxError, Element, Key, Result, SideMap};

/// Builds the view of a singleton.
pub(in crate::transforms) struct One<T>(Option<T>);

impl<T> Default for One<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: Element> ViewBuilder<T> for One<T> {
    type Config = Option<T>;
    type View = T;

    fn add(&mut self, element: T) -> Result<(), BoxError> {
        match self.0.replace(element) {
            None => Ok(()),
            Some(_) => Err("a singleton side input has more than one element; use as_list, or combine first".into()),
        }
    }

    fn finish(self, default: &Option<T>) -> Result<T, BoxError> {
        let missing = "a singleton side input has no element; use as_singleton_or to give a default";
        self.0.or_else(|| default.clone()).ok_or_else(|| missing.into())
    }
}

impl<T: Element> ViewBuilder<T> for Vec<T> {
    type Config = ();
    type View = Self;

    fn add(&mut self, element: T) -> Result<(), BoxError> {
        self.push(element);
        Ok(())
    }

    fn finish(self, (): &()) -> Result<Self, BoxError> {
        Ok(self)
    }
}

impl<K: Key, V: Element> ViewBuilder<(K, V)> for SideMap<K, V> {
    type Config = ();
    type View = Self;

    fn add(&mut self, (key, value): (K, V)) -> Result<(), BoxError> {
        use std::collections::hash_map::Entry;
        match self.entry(key) {
            Entry::Vacant(vacant) => {
                vacant.insert(value);
                Ok(())
            }
            Entry::Occupied(entry) => {
                let key = serde_json::to_string(entry.key()).unwrap_or_else(|_| "(a key)".to_owned());
                Err(format!("a map side input has two values for the key {key}; use as_multimap, or combine first")
                    .into())
            }
        }
    }

    fn finish(self, (): &()) -> Result<Self, BoxError> {
        Ok(self)
    }
}

impl<K: Key, V: Element> ViewBuilder<(K, V)> for Multimap<K, V> {
    type Config = ();
    type View = SideMap<K, Vec<V>>;

    fn add(&mut self, (key, value): (K, V)) -> Result<(), BoxError> {
        self.0.entry(key).or_default().push(value);
        Ok(())
    }

    fn finish(self, (): &()) -> Result<Self::View, BoxError> {
        Ok(self.0)
    }
}

/// Builds the view of a multimap.
pub(in crate::transforms) struct Multimap<K, V>(SideMap<K, Vec<V>>);

impl<K, V> Default for Multimap<K, V> {
    fn default() -> Self {
        Self(SideMap::default())
    }
}
