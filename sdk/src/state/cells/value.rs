//! One value.

use super::state_cell;
use crate::Element;
use serde::{Deserialize, Serialize};

/// Remembers one value (Beam's `ValueState`).
///
/// ```
/// use beamline_sdk::state::ValueState;
///
/// let mut last = ValueState::<u64>::default();
/// assert_eq!(last.get(), None);
/// last.set(7);
/// *last.get_or_insert_with(|| 0) += 1;
/// assert_eq!(last.take(), Some(8));
/// assert!(last.is_empty());
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ValueState<T> {
    content: Option<T>,
    #[serde(skip)]
    is_written: bool,
}

impl<T> Default for ValueState<T> {
    fn default() -> Self {
        Self { content: None, is_written: false }
    }
}

state_cell!(ValueState<T: Element>, Value, Option::is_none);

impl<T: Element> ValueState<T> {
    /// The value, if there is one.
    pub fn get(&self) -> Option<&T> {
        self.content.as_ref()
    }

    /// The value to be changed, if there is one; counts as a write.
    pub fn get_mut(&mut self) -> Option<&mut T> {
        self.is_written |= self.content.is_some();
        self.content.as_mut()
    }

    /// The value to be changed, made by `f` if there is none; counts as a write.
    pub fn get_or_insert_with(&mut self, f: impl FnOnce() -> T) -> &mut T {
        self.is_written = true;
        self.content.get_or_insert_with(f)
    }

    /// Replaces the value.
    pub fn set(&mut self, value: T) {
        self.content = Some(value);
        self.is_written = true;
    }

    /// Takes the value out.
    pub fn take(&mut self) -> Option<T> {
        self.is_written = true;
        self.content.take()
    }
}
