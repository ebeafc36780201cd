//! Values in the order of time.

use crate::Timestamp;
use serde::{Deserialize, Serialize};
use smallvec::{SmallVec, smallvec};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::RangeInclusive;

/// The values of one instant, most often exactly one.
pub(super) type AtOnce<V> = SmallVec<[V; 1]>;

/// Values in the order of their timestamps; of one timestamp, in the order in which they came.
#[derive(Serialize, Deserialize)]
pub(crate) struct Timeline<V>(BTreeMap<Timestamp, AtOnce<V>>);

impl<V> Default for Timeline<V> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<V> Timeline<V> {
    pub(super) fn push(&mut self, time: Timestamp, value: V) {
        match self.0.entry(time) {
            Entry::Vacant(vacant) => drop(vacant.insert(smallvec![value])),
            Entry::Occupied(mut values) => values.get_mut().push(value),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The earliest timestamp.
    pub(super) fn first(&self) -> Option<Timestamp> {
        self.0.first_key_value().map(|(time, _)| *time)
    }

    /// Takes the values of the earliest timestamp, if that is as `is_wanted` says.
    pub(super) fn take_first_if(
        &mut self,
        is_wanted: impl FnOnce(Timestamp) -> bool,
    ) -> Option<(Timestamp, AtOnce<V>)> {
        self.first().filter(|first| is_wanted(*first))?;
        self.0.pop_first()
    }

    /// Goes over the values of a span of time.
    pub(super) fn during(&mut self, span: RangeInclusive<Timestamp>) -> impl Iterator<Item = (Timestamp, &mut V)> {
        self.0.range_mut(span).flat_map(|(time, values)| values.iter_mut().map(|value| (*time, value)))
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.0.values().map(SmallVec::len).sum()
    }
}
