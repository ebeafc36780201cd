//! Which values there were.

use super::state_cell;
use crate::Key;
use foldhash::fast::FixedState;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// Remembers different values (Beam's `SetState`).
///
/// ```
/// use beamline_sdk::state::SetState;
///
/// let mut seen = SetState::default();
/// assert!(seen.insert("a".to_owned()));
/// assert!(!seen.insert("a".to_owned()));
/// assert!(seen.contains(&"a".to_owned()) && seen.len() == 1);
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
#[serde(bound = "T: Key")]
pub struct SetState<T> {
    content: HashSet<T, FixedState>,
    #[serde(skip)]
    is_written: bool,
}

impl<T> Default for SetState<T> {
    fn default() -> Self {
        Self { content: HashSet::default(), is_written: false }
    }
}

state_cell!(SetState<T: Key>, Set, HashSet::is_empty);

impl<T: Key> SetState<T> {
    /// Adds a value, and says whether it was not there.
    pub fn insert(&mut self, value: T) -> bool {
        self.is_written = true;
        self.content.insert(value)
    }

    /// Takes a value out, and says whether it was there.
    pub fn remove(&mut self, value: &T) -> bool {
        self.is_written = true;
        self.content.remove(value)
    }

    /// Whether a value is there.
    pub fn contains(&self, value: &T) -> bool {
        self.content.contains(value)
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        self.content.len()
    }

    /// The values, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.content.iter()
    }
}
