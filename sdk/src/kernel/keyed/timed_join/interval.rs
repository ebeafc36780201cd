//! Pairs of values that are not too far apart in time.

use super::outer::Outer;
use super::timeline::Timeline;
use super::{Effects, Lateness, TimedJoin};
use crate::transforms::Within;
use crate::{Element, Key, Timestamp};
use serde::{Deserialize, Serialize};
use std::marker::PhantomData;
use std::ops::RangeInclusive;
use std::time::Duration;

/// Every pair whose timestamps are as far apart as [`Within`] says, at the later of the two.
///
/// A pair is shown when its second value comes, so no pair is shown twice. A value is kept until no partner can come:
/// the watermark has passed the last instant at which there can be one, by more than partners may be late. Values that
/// are shown without a partner are waited for to the millisecond. Others go when something else of their key comes, or
/// when none of them is needed any more: to look at a key once for each of them would cost as much as joining it.
pub(crate) struct Interval<L, R, O> {
    pub(super) within: Within,
    lateness: Lateness,
    /// How far the watermark may be ahead of a value of the left side for partners to come still, in milliseconds.
    pub(super) left_waits: i64,
    pub(super) right_waits: i64,
    /// Keys are looked at together that have nothing left to wait for within so many milliseconds.
    granule: i64,
    _values: PhantomData<fn() -> (L, R, O)>,
}

impl<L, R, O> Clone for Interval<L, R, O> {
    fn clone(&self) -> Self {
        Self::new(self.within, self.lateness)
    }
}

/// What is kept of a key.
#[derive(Serialize, Deserialize)]
pub(crate) struct Candidates<L, R> {
    left: Timeline<Candidate<L>>,
    right: Timeline<Candidate<R>>,
}

/// A value that may find partners still.
#[derive(Serialize, Deserialize)]
struct Candidate<V> {
    value: V,
    has_partner: bool,
}

impl<L, R> Default for Candidates<L, R> {
    fn default() -> Self {
        Self { left: Timeline::default(), right: Timeline::default() }
    }
}

impl<L, R> Candidates<L, R> {
    /// Adds values that have met each other, and are not shown without a partner.
    pub(super) fn keep(&mut self, left: Vec<(Timestamp, L)>, right: Vec<(Timestamp, R)>) {
        let candidate = |value| Candidate { value, has_partner: true };
        left.into_iter().for_each(|(time, value)| self.left.push(time, candidate(value)));
        let candidate = |value| Candidate { value, has_partner: true };
        right.into_iter().for_each(|(time, value)| self.right.push(time, candidate(value)));
    }
}

impl<L, R, O> Interval<L, R, O> {
    pub(crate) fn new(within: Within, lateness: Lateness) -> Self {
        let left_waits = within.most().saturating_add(millis(lateness.right));
        let right_waits = within.least().saturating_neg().saturating_add(millis(lateness.left));
        let granule = granule(left_waits.max(right_waits));
        Self { within, lateness, left_waits, right_waits, granule, _values: PhantomData }
    }
}

/// A small part of what values wait for at least: a power of two.
fn granule(waits: i64) -> i64 {
    1 << (waits / PARTS).max(1).ilog2()
}

/// Values that nothing waits for are kept longer than they have to be by no more than this part of their time.
const PARTS: i64 = 64;

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// The first watermark at which nothing can come for a value that waits so long.
pub(super) fn over(time: Timestamp, waits: i64) -> Timestamp {
    Timestamp::from_millis(time.millis().saturating_add(waits).saturating_add(1))
}

/// The last instant whose values are [`over`] at a watermark, in milliseconds.
#[inline]
pub(super) fn last_over(watermark: Timestamp, waits: i64) -> i64 {
    if watermark == Timestamp::MAX { i64::MAX } else { watermark.millis().saturating_sub(waits).saturating_sub(1) }
}

/// Shows a value to its partners, which do not wait alone any more; says whether there are any.
#[inline]
fn meet<V>(
    partners: &mut Timeline<Candidate<V>>,
    span: RangeInclusive<Timestamp>,
    fits: impl Fn(Timestamp) -> bool,
    mut pair: impl FnMut(Timestamp, &V, bool),
) -> bool {
    let mut has_partner = false;
    partners.look_at(span, |time, partner| {
        if fits(time) {
            has_partner = true;
            pair(time, &partner.value, std::mem::replace(&mut partner.has_partner, true));
        }
    });
    has_partner
}

/// Forgets the values for which no partner can come, and hands those that never had one to `alone`.
#[inline]
fn forget<V>(
    candidates: &mut Timeline<Candidate<V>>,
    waits: i64,
    watermark: Timestamp,
    mut alone: impl FnMut(Timestamp, V),
) {
    let last = last_over(watermark, waits);
    candidates.take_while(
        |time| time.millis() <= last,
        |time, candidate| {
            if !candidate.has_partner {
                alone(time, candidate.value);
            }
        },
    );
}

impl<L: Element, R: Element, O: Outer<L, R>> Interval<L, R, O> {
    /// The first watermark at which a value is to be shown that nothing can come for.
    fn first_alone(&self, state: &Candidates<L, R>) -> Option<Timestamp> {
        let left = state.left.first().filter(|_| O::LEFT).map(|time| over(time, self.left_waits));
        let right = state.right.first().filter(|_| O::RIGHT).map(|time| over(time, self.right_waits));
        left.into_iter().chain(right).min()
    }

    /// A watermark at which nothing can come for any value, and not long before nothing can.
    fn all_over(&self, state: &Candidates<L, R>) -> Option<Timestamp> {
        let left = state.left.last().map(|time| over(time, self.left_waits));
        let right = state.right.last().map(|time| over(time, self.right_waits));
        let last = left.into_iter().chain(right).max()?;
        let rounded = last.millis().checked_add(self.granule - 1).map(|millis| millis & -self.granule);
        Some(rounded.map_or(Timestamp::MAX, Timestamp::from_millis))
    }
}

impl<L: Element, R: Element, O: Outer<L, R>> TimedJoin for Interval<L, R, O> {
    type Left = L;
    type Right = R;
    type Row = O::Row;
    type State = Candidates<L, R>;
    type Driver<K: Key> = O::Driver<K>;
    const WAITS: bool = O::LEFT || O::RIGHT;

    #[inline]
    fn add_left(&self, state: &mut Candidates<L, R>, time: Timestamp, value: L, effects: &mut impl Effects<O::Row>) {
        let fits = |right| self.within.contains(time, right);
        let has_partner = meet(&mut state.right, self.within.of_left(time), fits, |right, partner, had_partner| {
            if O::RIGHT && !had_partner {
                effects.release(right);
            }
            effects.emit(O::row(Some(value.clone()), Some(partner.clone())), time.max(right));
        });
        if O::LEFT && !has_partner {
            effects.hold(time);
        }
        state.left.push(time, Candidate { value, has_partner });
    }

    #[inline]
    fn add_right(&self, state: &mut Candidates<L, R>, time: Timestamp, value: R, effects: &mut impl Effects<O::Row>) {
        let fits = |left| self.within.contains(left, time);
        let has_partner = meet(&mut state.left, self.within.of_right(time), fits, |left, partner, had_partner| {
            if O::LEFT && !had_partner {
                effects.release(left);
            }
            effects.emit(O::row(Some(partner.clone()), Some(value.clone())), time.max(left));
        });
        if O::RIGHT && !has_partner {
            effects.hold(time);
        }
        state.right.push(time, Candidate { value, has_partner });
    }

    #[inline]
    fn due(&self, state: &Candidates<L, R>) -> Option<Timestamp> {
        self.first_alone(state).or_else(|| self.all_over(state))
    }

    #[inline]
    fn advance(&self, state: &mut Candidates<L, R>, watermark: Timestamp, effects: &mut impl Effects<O::Row>) {
        forget(&mut state.left, self.left_waits, watermark, |time, value| {
            if O::LEFT {
                effects.release(time);
                effects.emit(O::row(Some(value), None), time);
            }
        });
        forget(&mut state.right, self.right_waits, watermark, |time, value| {
            if O::RIGHT {
                effects.release(time);
                effects.emit(O::row(None, Some(value)), time);
            }
        });
    }

    fn is_empty(state: &Candidates<L, R>) -> bool {
        state.left.is_empty() && state.right.is_empty()
    }

    fn allowed_lateness(&self) -> Lateness {
        self.lateness
    }

    #[cfg(test)]
    fn kept(state: &Candidates<L, R>) -> usize {
        state.left.len() + state.right.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn somewhere() -> impl Strategy<Value = i64> {
        prop_oneof![-20i64..20, any::<i64>(), Just(i64::MAX), Just(i64::MIN), Just(Timestamp::MAX.millis())]
    }

    proptest! {
        #[test]
        fn the_last_that_is_over_is_over(time in somewhere(), waits in somewhere(), watermark in somewhere()) {
            let (time, watermark) = (Timestamp::from_millis(time), Timestamp::from_millis(watermark));
            prop_assert_eq!(time.millis() <= last_over(watermark, waits), over(time, waits) <= watermark);
        }

        #[test]
        fn keys_are_looked_at_soon_after_nothing_is_needed(waits in somewhere()) {
            let granule = granule(waits);
            prop_assert!(granule.count_ones() == 1 && granule <= (waits / PARTS).max(1));
        }
    }
}
