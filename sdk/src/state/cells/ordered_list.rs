//! Values by their timestamps.

use super::state_cell;
use crate::{Element, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::{Bound, RangeBounds};

/// Remembers values in the order of timestamps (Beam's `OrderedListState`). Values of the same timestamp stay in the
/// order in which they were added.
///
/// ```
/// use beamline_sdk::Timestamp;
/// use beamline_sdk::state::OrderedListState;
///
/// let at = Timestamp::from_millis;
/// let mut prices = OrderedListState::default();
/// prices.add(at(20), 8.5);
/// prices.add(at(10), 8.0);
/// prices.add(at(30), 9.0);
/// assert_eq!(prices.range(..=at(20)).next_back(), Some((at(20), &8.5)));
/// assert_eq!(prices.take_range(..at(30)), [(at(10), 8.0), (at(20), 8.5)]);
/// assert_eq!(prices.len(), 1);
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OrderedListState<T> {
    /// By timestamp, and by the number among those of the same timestamp.
    content: BTreeMap<(Timestamp, u32), T>,
    #[serde(skip)]
    is_written: bool,
}

impl<T> Default for OrderedListState<T> {
    fn default() -> Self {
        Self { content: BTreeMap::new(), is_written: false }
    }
}

state_cell!(OrderedListState<T: Element>, OrderedList, BTreeMap::is_empty);

type Bounds = (Bound<(Timestamp, u32)>, Bound<(Timestamp, u32)>);

impl<T: Element> OrderedListState<T> {
    /// Adds a value with a timestamp.
    pub fn add(&mut self, timestamp: Timestamp, value: T) {
        let last = self.content.range((timestamp, 0)..=(timestamp, u32::MAX)).next_back();
        let number = last.map_or(0, |((_, number), _)| number + 1);
        self.content.insert((timestamp, number), value);
        self.is_written = true;
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        self.content.len()
    }

    /// All values with their timestamps.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (Timestamp, &T)> {
        self.range(..)
    }

    /// The values of a span of time.
    ///
    /// # Panics
    /// If the span ends before it begins.
    pub fn range(&self, span: impl RangeBounds<Timestamp>) -> impl DoubleEndedIterator<Item = (Timestamp, &T)> {
        self.content.range(bounds(&span)).map(|((timestamp, _), value)| (*timestamp, value))
    }

    /// Takes the values of a span of time out.
    ///
    /// # Panics
    /// If the span ends before it begins.
    pub fn take_range(&mut self, span: impl RangeBounds<Timestamp>) -> Vec<(Timestamp, T)> {
        self.is_written = true;
        let taken = self.content.extract_if(bounds(&span), |_, _| true);
        let taken = taken.map(|((timestamp, _), value)| (timestamp, value)).collect();
        self.give_back_if_empty();
        taken
    }

    /// Takes the first value out.
    pub fn take_first(&mut self) -> Option<(Timestamp, T)> {
        self.is_written = true;
        let first = self.content.pop_first().map(|((timestamp, _), value)| (timestamp, value));
        self.give_back_if_empty();
        first
    }

    /// An empty map keeps the memory of eleven values, and there may be one for each of many keys.
    fn give_back_if_empty(&mut self) {
        if self.content.is_empty() {
            self.content = BTreeMap::new();
        }
    }
}

/// The span with all numbers of its ends, or none.
fn bounds(span: &impl RangeBounds<Timestamp>) -> Bounds {
    let start = match span.start_bound() {
        Bound::Included(start) => Bound::Included((*start, 0)),
        Bound::Excluded(start) => Bound::Excluded((*start, u32::MAX)),
        Bound::Unbounded => Bound::Unbounded,
    };
    let end = match span.end_bound() {
        Bound::Included(end) => Bound::Included((*end, u32::MAX)),
        Bound::Excluded(end) => Bound::Excluded((*end, 0)),
        Bound::Unbounded => Bound::Unbounded,
    };
    (start, end)
}
