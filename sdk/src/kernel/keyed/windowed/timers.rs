//! What keys wait for, in the order of time.

use crate::Timestamp;
use crate::kernel::ordered::Ordered;
use crate::window::Window;
use std::cmp::{Ordering, Reverse};
use std::collections::{BinaryHeap, VecDeque};

/// What a timer may say. Most of the code of [`Timers`] is compiled once for each type that implements it, with this crate, and not
/// in each program: a call for each timer costs next to nothing beside it.
pub(crate) trait Timer: Copy {
    fn set_far(timers: &mut Timers<Self>, at: Timestamp, timer: Self);
    fn first(timers: &Timers<Self>) -> Option<Timestamp>;
    fn take_due(timers: &mut Timers<Self>, time: Timestamp) -> Option<(Timestamp, Self)>;
    fn soonest(timers: &Timers<Self>, most: usize) -> Vec<Self>;
    fn retain(timers: &mut Timers<Self>, keep: &mut dyn FnMut(Timestamp, Self) -> bool);
}

macro_rules! timers {
    ($($timer:ty),+) => {$(
        impl Timer for $timer {
            fn set_far(timers: &mut Timers<Self>, at: Timestamp, timer: Self) {
                timers.set_far_here(at, timer);
            }

            fn first(timers: &Timers<Self>) -> Option<Timestamp> {
                timers.first_here()
            }

            fn take_due(timers: &mut Timers<Self>, time: Timestamp) -> Option<(Timestamp, Self)> {
                timers.take_due_here(time)
            }

            fn soonest(timers: &Timers<Self>, most: usize) -> Vec<Self> {
                timers.all_near().take(most).collect()
            }

            fn retain(timers: &mut Timers<Self>, keep: &mut dyn FnMut(Timestamp, Self) -> bool) {
                timers.retain_here(keep);
            }
        }
    )+};
}

timers!(u32, (u32, u32), (u32, Timestamp), (u32, Window));
#[cfg(test)]
timers!(usize);

/// Timers by the instant that they are due at.
///
/// Only those that are due soonest are in order. Others are in heaps of four seconds each, which are put in order when
/// their time comes: setting a timer costs the same however many there are.
pub(crate) struct Timers<T> {
    /// Those up to a span of time, in order, except those that have been set since their time came near.
    near: VecDeque<(Timestamp, T)>,
    added: BinaryHeap<Reverse<Added<T>>>,
    /// How many have been added so far.
    count: u64,
    /// Those that have been set since the last one was taken, and the first instant of them.
    fresh: Vec<(Timestamp, T)>,
    first_fresh: Timestamp,
    until: i64,
    /// Those of the spans that follow; there are none if there are none before.
    far: VecDeque<Vec<(Timestamp, T)>>,
    /// Those of spans after the first few thousand.
    farthest: Ordered<i64, Vec<(Timestamp, T)>>,
}

/// A timer that was set when its time was near.
struct Added<T> {
    at: Timestamp,
    /// Timers of one instant stay in the order in which they were set.
    number: u64,
    timer: T,
}

impl<T> Ord for Added<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.at, self.number).cmp(&(other.at, other.number))
    }
}

impl<T> PartialOrd for Added<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> PartialEq for Added<T> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl<T> Eq for Added<T> {}

/// So many spans are found without a search: four and a half hours.
const FAR: usize = 4096;

/// A few are less than one in so many.
const FEW_IN: usize = 8;

/// Spans of so many timers are worth to be kept apart.
const MANY_IN_SPAN: usize = 4;

/// The number of a span of time: 4,096 milliseconds.
pub(super) fn span(at: Timestamp) -> i64 {
    at.millis() >> 12
}

impl<T: Timer> Timers<T> {
    pub(crate) fn set(&mut self, at: Timestamp, timer: T) {
        if self.is_empty() {
            self.until = span(at);
        }
        if span(at) > self.until {
            return T::set_far(self, at, timer);
        }
        let is_in_order = self.added.is_empty() && self.fresh.is_empty();
        if is_in_order && self.near.back().is_none_or(|(last, _)| *last <= at) {
            return self.near.push_back((at, timer));
        }
        self.first_fresh = self.first_fresh.min(at);
        self.fresh.push((at, timer));
    }

    /// When the first one is due.
    pub(crate) fn first(&self) -> Option<Timestamp> {
        T::first(self)
    }

    /// Takes the first one, if it is not due after `time`.
    pub(crate) fn take_due(&mut self, time: Timestamp) -> Option<(Timestamp, T)> {
        T::take_due(self, time)
    }

    /// Those that are due soonest, mostly in order: so many at most, and perhaps not all.
    pub(crate) fn soonest(&self, most: usize) -> Vec<T> {
        T::soonest(self, most)
    }

    /// Takes those back that are not to be kept. Looks at all of them.
    pub(crate) fn retain(&mut self, mut keep: impl FnMut(Timestamp, T) -> bool) {
        T::retain(self, &mut keep);
    }
}

impl<T: Copy> Timers<T> {
    pub(crate) fn new() -> Self {
        Self {
            near: VecDeque::new(),
            added: BinaryHeap::new(),
            count: 0,
            fresh: Vec::new(),
            first_fresh: Timestamp::MAX,
            until: 0,
            far: VecDeque::new(),
            farthest: Ordered::new(),
        }
    }

    /// Far ones are there only if there are some before.
    fn is_empty(&self) -> bool {
        self.near.is_empty() && self.added.is_empty() && self.fresh.is_empty()
    }

    fn set_far_here(&mut self, at: Timestamp, timer: T) {
        let after = span(at).abs_diff(self.until) as usize - 1;
        if after >= FAR {
            return self.farthest.get_or_insert_with(span(at), Vec::new).push((at, timer));
        }
        if after >= self.far.len() {
            self.far.resize_with(after + 1, Vec::new);
        }
        self.far[after].push((at, timer));
    }

    fn first_here(&self) -> Option<Timestamp> {
        let near = self.near.front().map(|(at, _)| *at);
        let added = self.added.peek().map(|Reverse(added)| added.at);
        let fresh = (!self.fresh.is_empty()).then_some(self.first_fresh);
        near.into_iter().chain(added).chain(fresh).min()
    }

    fn all_near(&self) -> impl Iterator<Item = T> {
        let added = self.added.iter().map(|Reverse(added)| added.timer);
        let fresh = self.fresh.iter().map(|(_, timer)| *timer);
        self.near.iter().map(|(_, timer)| *timer).chain(added).chain(fresh)
    }

    #[inline]
    fn take_due_here(&mut self, time: Timestamp) -> Option<(Timestamp, T)> {
        let first = self.first_here().filter(|first| *first <= time)?;
        if !self.fresh.is_empty() {
            self.settle(first);
        }
        let due = self.near.pop_front_if(|(at, _)| *at == first).or_else(|| self.take_added());
        if self.is_empty() {
            self.come_near();
        }
        due
    }

    /// Brings fresh ones in order, of all of which the first is known: a few into the heap, and many, which most often are
    /// nearly in order, by a sort.
    fn settle(&mut self, first: Timestamp) {
        self.first_fresh = Timestamp::MAX;
        let (count, fresh) = (self.near.len() + self.added.len() + self.fresh.len(), self.fresh.len());
        let behind = span(first).abs_diff(self.until) as usize;
        let is_known = behind > 0 && behind + self.far.len() <= FAR;
        if is_known && behind * MANY_IN_SPAN < count && (self.added.len() + fresh) * FEW_IN >= count {
            self.go_back(behind);
        } else if fresh * FEW_IN < count {
            for (at, timer) in self.fresh.drain(..) {
                self.count += 1;
                self.added.push(Reverse(Added { at, number: self.count, timer }));
            }
        } else {
            let all = self.take_near();
            self.near = in_order(all);
        }
    }

    /// Takes those that are near, of one instant in the order in which they were set.
    fn take_near(&mut self) -> Vec<(Timestamp, T)> {
        let mut added = std::mem::take(&mut self.added).into_vec();
        added.sort_unstable_by_key(|Reverse(added)| added.number);
        let mut all = Vec::from(std::mem::take(&mut self.near));
        all.extend(added.into_iter().map(|Reverse(Added { at, timer, .. })| (at, timer)));
        all.append(&mut self.fresh);
        all
    }

    /// Makes the span of the first timer the one that is near, which is so far behind: timers that were set when there were
    /// no others may be far ahead of those that came later.
    fn go_back(&mut self, behind: usize) {
        if !self.far.is_empty() {
            (0..behind).for_each(|_| self.far.push_front(Vec::new()));
        }
        self.until -= behind as i64;
        let mut near = Vec::new();
        for (at, timer) in self.take_near() {
            if span(at) > self.until { self.set_far_here(at, timer) } else { near.push((at, timer)) }
        }
        self.near = in_order(near);
    }

    fn take_added(&mut self) -> Option<(Timestamp, T)> {
        let Reverse(Added { at, timer, .. }) = self.added.pop()?;
        Some((at, timer))
    }

    fn retain_here(&mut self, keep: &mut dyn FnMut(Timestamp, T) -> bool) {
        let mut keep = |(at, timer): &(Timestamp, T)| keep(*at, *timer);
        self.near.retain(&mut keep);
        self.added.retain(|Reverse(Added { at, timer, .. })| keep(&(*at, *timer)));
        self.fresh.retain(&mut keep);
        self.first_fresh = self.fresh.iter().map(|(at, _)| *at).min().unwrap_or(Timestamp::MAX);
        self.far.iter_mut().for_each(|span| span.retain(&mut keep));
        self.farthest.values_mut().for_each(|span| span.retain(&mut keep));
        if self.is_empty() {
            self.come_near();
        }
    }

    /// Puts those of the next span in order.
    fn come_near(&mut self) {
        let timers = self.take_next_span();
        self.near = in_order(timers);
    }

    fn take_next_span(&mut self) -> Vec<(Timestamp, T)> {
        while let Some(mut far) = self.far.pop_front() {
            self.until += 1;
            // They were set when this span was farther away.
            let until = self.until;
            if let Some((_, mut before)) = self.farthest.pop_first_if(|span| *span == until) {
                before.append(&mut far);
                far = before;
            }
            if !far.is_empty() {
                return far;
            }
        }
        while let Some((span, timers)) = self.farthest.pop_first() {
            self.until = span;
            if !timers.is_empty() {
                return timers;
            }
        }
        Vec::new()
    }
}

/// Timers of one instant stay in the order in which they were set.
fn in_order<T: Copy>(mut timers: Vec<(Timestamp, T)>) -> VecDeque<(Timestamp, T)> {
    timers.sort_by_key(|(at, _)| *at);
    timers.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    /// Some of them near each other, and some further away than is known without a search.
    fn instants() -> impl Strategy<Value = i64> {
        prop_oneof![4 => 0i64..3_000, 2 => -40_000i64..40_000, 1 => -40_000_000i64..40_000_000]
    }

    proptest! {
        #[test]
        fn they_come_in_the_order_of_time(
            steps in prop::collection::vec((0..10, instants()), 0..400),
            end in Just(Timestamp::MAX),
        ) {
            let (mut timers, mut model) = (Timers::new(), BTreeMap::<Timestamp, Vec<usize>>::new());
            let steps = steps.into_iter().map(|(kind, at)| (kind, Timestamp::from_millis(at))).chain([(0, end)]);
            for (number, (kind, at)) in steps.enumerate() {
                match kind {
                    0 | 1 => {
                        while model.first_key_value().is_some_and(|(first, _)| *first <= at) {
                            let (first, expected) = model.pop_first().unwrap();
                            for timer in expected {
                                prop_assert_eq!(timers.take_due(at), Some((first, timer)));
                            }
                        }
                        prop_assert_eq!(timers.take_due(at), None);
                    }
                    2 => {
                        // Those before some instant go, and of the others every third.
                        let is_kept = |time: Timestamp, timer: usize| time >= at && !timer.is_multiple_of(3);
                        timers.retain(is_kept);
                        model.iter_mut().for_each(|(time, timers)| timers.retain(|timer| is_kept(*time, *timer)));
                        model.retain(|_, timers| !timers.is_empty());
                    }
                    _ => {
                        timers.set(at, number);
                        model.entry(at).or_default().push(number);
                    }
                }
                prop_assert_eq!(timers.first(), model.first_key_value().map(|(first, _)| *first));
                prop_assert_eq!(timers.soonest(1).is_empty(), model.is_empty());
            }
            prop_assert!(timers.far.is_empty() && timers.farthest.is_empty());
        }
    }

    #[test]
    fn many_may_be_set_before_the_first() {
        // As far ahead as is known without a search, and farther.
        for hours in [2, 8] {
            let ahead = hours * 3_600_000;
            let first = [ahead, ahead + 10_000, ahead + 3 * 3_600_000, ahead + 40 * 3_600_000];
            let before = (0..40_000).map(|i| i * 7_919_993 % ahead);
            let (mut timers, mut expected) = (Timers::new(), Vec::new());
            for (number, at) in first.into_iter().chain(before).chain(first).enumerate() {
                timers.set(Timestamp::from_millis(at), number);
                expected.push((Timestamp::from_millis(at), number));
            }
            expected.sort();
            let all = std::iter::from_fn(|| timers.take_due(Timestamp::MAX));
            assert_eq!(all.collect::<Vec<_>>(), expected);
        }
    }
}
