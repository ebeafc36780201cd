//! What keys wait for, in the order of time.

use crate::Timestamp;
use std::collections::BTreeMap;

/// Timers by the instant that they are due at. Those of one instant are a list, so a window that many keys have open
/// is closed by taking one list.
///
/// Only those that are due soonest are in order. Others are in heaps of four seconds each, which are put in order when
/// their time comes: setting a timer costs the same however many there are.
pub(crate) struct Timers<T> {
    /// Those up to a span of time. There are some if there are any.
    near: BTreeMap<Timestamp, Vec<T>>,
    until: i64,
    /// Those of later spans.
    far: BTreeMap<i64, Vec<(Timestamp, T)>>,
}

/// The number of a span of time: 4,096 milliseconds.
pub(super) fn span(at: Timestamp) -> i64 {
    at.millis() >> 12
}

impl<T> Timers<T> {
    pub(crate) fn new() -> Self {
        Self { near: BTreeMap::new(), until: 0, far: BTreeMap::new() }
    }

    pub(crate) fn set(&mut self, at: Timestamp, timer: T) {
        if self.near.is_empty() {
            self.until = span(at);
        }
        if span(at) <= self.until {
            self.near.entry(at).or_default().push(timer);
        } else {
            self.far.entry(span(at)).or_default().push((at, timer));
        }
    }

    /// When the first one is due.
    pub(crate) fn first(&self) -> Option<Timestamp> {
        self.near.first_key_value().map(|(at, _)| *at)
    }

    /// Those that are due soonest, in order; perhaps not all.
    pub(crate) fn soonest(&self) -> impl Iterator<Item = &T> {
        self.near.values().flatten()
    }

    /// Takes those of the first instant, if that is not after `time`.
    pub(crate) fn take_due(&mut self, time: Timestamp) -> Option<(Timestamp, Vec<T>)> {
        self.first().filter(|first| *first <= time)?;
        let due = self.near.pop_first();
        if self.near.is_empty() {
            self.come_near();
        }
        due
    }

    /// Puts those of the next span in order.
    fn come_near(&mut self) {
        let Some((span, mut timers)) = self.far.pop_first() else { return };
        self.until = span;
        // Timers of one instant stay in the order in which they were set.
        timers.sort_by_key(|(at, _)| *at);
        let mut timers = timers.into_iter().peekable();
        while let Some((at, timer)) = timers.next() {
            let mut same = vec![timer];
            while let Some((_, timer)) = timers.next_if(|(other, _)| *other == at) {
                same.push(timer);
            }
            self.near.insert(at, same);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn they_come_in_the_order_of_time(
            steps in prop::collection::vec((any::<bool>(), -40_000i64..40_000), 0..200), end in Just(Timestamp::MAX),
        ) {
            let (mut timers, mut model) = (Timers::new(), BTreeMap::<Timestamp, Vec<usize>>::new());
            let steps = steps.into_iter().map(|(set, at)| (set, Timestamp::from_millis(at))).chain([(false, end)]);
            for (number, (set, at)) in steps.enumerate() {
                if set {
                    timers.set(at, number);
                    model.entry(at).or_default().push(number);
                } else {
                    while let Some(first) = model.first_key_value().map(|(first, _)| *first).filter(|first| *first <= at) {
                        prop_assert_eq!(timers.take_due(at), Some((first, model.remove(&first).unwrap())));
                    }
                    prop_assert_eq!(timers.take_due(at), None);
                }
                prop_assert_eq!(timers.first(), model.first_key_value().map(|(first, _)| *first));
                prop_assert_eq!(timers.soonest().next(), model.values().flatten().next());
            }
            prop_assert!(timers.far.is_empty());
        }
    }
}
