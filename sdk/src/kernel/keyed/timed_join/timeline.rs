//! Values in the order of time.

use crate::Timestamp;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// Values in the order of their timestamps; of one timestamp, in the order in which they came.
///
/// Most keys have a value or two, which are in place. A few are a sorted list, and many a tree, so that no operation goes
/// over all of them.
#[derive(Serialize, Deserialize)]
pub(crate) enum Timeline<V> {
    Few(SmallVec<[(Timestamp, V); 2]>),
    Many(BTreeMap<Timestamp, AtOnce<V>>),
}

/// The values of one instant, most often exactly one.
type AtOnce<V> = SmallVec<[V; 1]>;

/// With more values than this a key has a tree.
const FEW: usize = 32;

impl<V> Default for Timeline<V> {
    fn default() -> Self {
        Self::Few(SmallVec::new())
    }
}

impl<V> Timeline<V> {
    #[inline]
    pub(super) fn push(&mut self, time: Timestamp, value: V) {
        match self {
            Self::Few(few) if few.len() < FEW => {
                let later = few.iter().rev().take_while(|(other, _)| *other > time).count();
                few.insert(few.len() - later, (time, value));
            }
            _ => self.push_to_many(time, value),
        }
    }

    #[inline(never)]
    fn push_to_many(&mut self, time: Timestamp, value: V) {
        if let Self::Few(few) = self {
            let mut many = BTreeMap::<Timestamp, AtOnce<V>>::new();
            few.drain(..).for_each(|(time, value)| many.entry(time).or_default().push(value));
            *self = Self::Many(many);
        }
        if let Self::Many(many) = self {
            many.entry(time).or_default().push(value);
        }
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Few(few) => few.is_empty(),
            Self::Many(many) => many.is_empty(),
        }
    }

    /// The earliest timestamp.
    #[inline]
    pub(super) fn first(&self) -> Option<Timestamp> {
        match self {
            Self::Few(few) => few.first().map(|(time, _)| *time),
            Self::Many(many) => many.first_key_value().map(|(time, _)| *time),
        }
    }

    /// The latest timestamp.
    #[inline]
    pub(super) fn last(&self) -> Option<Timestamp> {
        match self {
            Self::Few(few) => few.last().map(|(time, _)| *time),
            Self::Many(many) => many.last_key_value().map(|(time, _)| *time),
        }
    }

    /// Takes the values of the earliest timestamps as long as `is_wanted` says so.
    #[inline]
    pub(super) fn take_while(&mut self, is_wanted: impl Fn(Timestamp) -> bool, mut take: impl FnMut(Timestamp, V)) {
        match self {
            Self::Few(few) => {
                let wanted = few.iter().take_while(|(time, _)| is_wanted(*time)).count();
                if wanted > 0 {
                    few.drain(..wanted).for_each(|(time, value)| take(time, value));
                }
            }
            Self::Many(_) => self.take_of_many(is_wanted, take),
        }
    }

    #[inline(never)]
    fn take_of_many(&mut self, is_wanted: impl Fn(Timestamp) -> bool, mut take: impl FnMut(Timestamp, V)) {
        let Self::Many(many) = self else { return };
        while let Some(first) = many.first_entry().filter(|first| is_wanted(*first.key())) {
            let (time, values) = first.remove_entry();
            values.into_iter().for_each(|value| take(time, value));
        }
        if many.is_empty() {
            *self = Self::default();
        }
    }

    /// Shows the values of a span of time to `look`.
    #[inline]
    pub(super) fn look_at(&mut self, span: RangeInclusive<Timestamp>, mut look: impl FnMut(Timestamp, &mut V)) {
        match self {
            Self::Few(few) => {
                let (from, to) = span.into_inner();
                let within = few.iter_mut().filter(|(time, _)| from <= *time && *time <= to);
                within.for_each(|(time, value)| look(*time, value));
            }
            Self::Many(many) => {
                let within = many.range_mut(span);
                within.for_each(|(time, values)| values.iter_mut().for_each(|value| look(*time, value)));
            }
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Few(few) => few.len(),
            Self::Many(many) => many.values().map(SmallVec::len).sum(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    fn during(timeline: &mut Timeline<usize>, span: RangeInclusive<Timestamp>) -> Vec<(Timestamp, usize)> {
        let mut found = Vec::new();
        timeline.look_at(span, |time, value| found.push((time, *value)));
        found
    }

    #[derive(Clone, Debug)]
    enum Change {
        Push(i64),
        TakeUntil(i64),
    }

    fn changes() -> impl Strategy<Value = Vec<Change>> {
        let change =
            prop_oneof![20 => (0i64..200).prop_map(Change::Push), 1 => (0i64..250).prop_map(Change::TakeUntil)];
        prop::collection::vec(change, 0..300)
    }

    proptest! {
        #[test]
        fn it_is_a_sorted_list(changes in changes(), from in 0i64..200, length in 0i64..100) {
            let (mut timeline, mut model) = (Timeline::default(), Vec::<(Timestamp, usize)>::new());
            for (number, change) in changes.into_iter().enumerate() {
                match change {
                    Change::Push(time) => {
                        timeline.push(at(time), number);
                        model.insert(model.partition_point(|(other, _)| *other <= at(time)), (at(time), number));
                    }
                    Change::TakeUntil(time) => {
                        let mut taken = Vec::new();
                        timeline.take_while(|first| first <= at(time), |time, value| taken.push((time, value)));
                        let wanted = model.partition_point(|(other, _)| *other <= at(time));
                        prop_assert_eq!(taken, model.drain(..wanted).collect::<Vec<_>>());
                    }
                }
                prop_assert_eq!(timeline.len(), model.len());
                prop_assert_eq!(timeline.is_empty(), model.is_empty());
                prop_assert_eq!(timeline.first(), model.first().map(|(time, _)| *time));
                prop_assert_eq!(timeline.last(), model.last().map(|(time, _)| *time));
            }
            let span = at(from)..=at(from + length);
            let expected: Vec<_> = model.into_iter().filter(|(time, _)| span.contains(time)).collect();
            prop_assert_eq!(during(&mut timeline, span), expected);
        }
    }
}
