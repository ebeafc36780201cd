//! Values in no particular order.

use super::state_cell;
use crate::Element;
use serde::{Deserialize, Serialize};

/// Remembers any number of values (Beam's `BagState`). Adding one costs the same however many there are.
///
/// ```
/// use beamline_sdk::state::BagState;
///
/// let mut waiting = BagState::default();
/// waiting.add("a".to_owned());
/// waiting.add("b".to_owned());
/// assert_eq!(waiting.iter().count(), 2);
/// assert_eq!(waiting.take(), ["a", "b"]);
/// assert!(waiting.is_empty());
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BagState<T> {
    content: Vec<T>,
    #[serde(skip)]
    is_written: bool,
}

impl<T> Default for BagState<T> {
    fn default() -> Self {
        Self { content: Vec::new(), is_written: false }
    }
}

state_cell!(BagState<T: Element>, Bag, Vec::is_empty);

impl<T: Element> BagState<T> {
    /// Adds a value.
    pub fn add(&mut self, value: T) {
        self.content.push(value);
        self.is_written = true;
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        self.content.len()
    }

    /// The values.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.content.iter()
    }

    /// Takes all values out.
    pub fn take(&mut self) -> Vec<T> {
        self.is_written = true;
        std::mem::take(&mut self.content)
    }
}

impl<T: Element> Extend<T> for BagState<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, values: I) {
        self.content.extend(values);
        self.is_written = true;
    }
}

impl<'a, T: Element> IntoIterator for &'a BagState<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
