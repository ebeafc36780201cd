//! How the elements of a type are shown to those who watch.

use super::cut::shown;
use crate::kernel::hash::hash_key;
use crate::{Element, Key};

/// How the elements of a type are shown.
pub(crate) struct Lens<T> {
    /// An element as text; nothing if it cannot be seen.
    pub(super) element: Option<fn(&T) -> String>,
    pub(super) key: Option<KeyLens<T>>,
}

/// How the keys of elements are told apart and shown.
pub(super) struct KeyLens<T> {
    pub(super) hash: fn(&T) -> u64,
    pub(super) text: fn(&T) -> String,
}

impl<T> Copy for Lens<T> {}

impl<T> Clone for Lens<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for KeyLens<T> {}

impl<T> Clone for KeyLens<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Lens<T> {
    /// Shows nothing.
    pub(crate) fn blind() -> Self {
        Self { element: None, key: None }
    }

    /// Shows elements.
    pub(crate) fn new() -> Self
    where
        T: Element,
    {
        Self { element: Some(shown::<T>), key: None }
    }
}

impl<K: Key, V: Element> Lens<(K, V)> {
    /// Shows pairs, which are about to be brought together by their keys.
    pub(crate) fn keyed() -> Self {
        Self { key: Some(KeyLens { hash: |(key, _)| hash_key(key), text: |(key, _)| shown(key) }), ..Self::new() }
    }
}
