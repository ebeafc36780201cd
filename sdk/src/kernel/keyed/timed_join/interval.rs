//! Pairs of values that are not too far apart in time.

use super::outer::Outer;
use super::timeline::Timeline;
use super::{Effects, Lateness, TimedJoin};
use crate::transforms::Within;
use crate::{Element, Timestamp};
use serde::{Deserialize, Serialize};
use std::marker::PhantomData;
use std::ops::RangeInclusive;
use std::time::Duration;

/// Every pair whose timestamps are as far apart as [`Within`] says, at the later of the two.
///
/// A pair is shown when its second value comes, so no pair is shown twice. A value is kept until no partner can come:
/// the watermark has passed the last instant at which there can be one, by more than partners may be late.
pub(crate) struct Interval<L, R, O> {
    within: Within,
    lateness: Lateness,
    /// How far the watermark may be ahead of a value of the left side for partners to come still, in milliseconds.
    left_waits: i64,
    right_waits: i64,
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

impl<L, R, O> Interval<L, R, O> {
    pub(crate) fn new(within: Within, lateness: Lateness) -> Self {
        let left_waits = within.most().saturating_add(millis(lateness.right));
        let right_waits = within.least().saturating_neg().saturating_add(millis(lateness.left));
        Self { within, lateness, left_waits, right_waits, _values: PhantomData }
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// The first watermark at which nothing can come for a value that waits so long.
fn over(time: Timestamp, waits: i64) -> Timestamp {
    Timestamp::from_millis(time.millis().saturating_add(waits).saturating_add(1))
}

/// Shows a value to its partners, which do not wait alone any more; says whether there are any.
fn meet<V>(
    partners: &mut Timeline<Candidate<V>>,
    span: RangeInclusive<Timestamp>,
    fits: impl Fn(Timestamp) -> bool,
    mut pair: impl FnMut(Timestamp, &V, bool),
) -> bool {
    let mut has_partner = false;
    for (time, partner) in partners.during(span).filter(|(time, _)| fits(*time)) {
        has_partner = true;
        pair(time, &partner.value, std::mem::replace(&mut partner.has_partner, true));
    }
    has_partner
}

/// Forgets the values for which no partner can come, and hands those that never had one to `alone`.
fn forget<V>(
    candidates: &mut Timeline<Candidate<V>>,
    waits: i64,
    watermark: Timestamp,
    mut alone: impl FnMut(Timestamp, V),
) {
    while let Some((time, values)) = candidates.take_first_if(|time| over(time, waits) <= watermark) {
        values.into_iter().filter(|value| !value.has_partner).for_each(|value| alone(time, value.value));
    }
}

impl<L: Element, R: Element, O: Outer<L, R>> TimedJoin for Interval<L, R, O> {
    type Left = L;
    type Right = R;
    type Row = O::Row;
    type State = Candidates<L, R>;

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

    fn due(&self, state: &Candidates<L, R>) -> Option<Timestamp> {
        let left = state.left.first().map(|time| over(time, self.left_waits));
        let right = state.right.first().map(|time| over(time, self.right_waits));
        left.into_iter().chain(right).min()
    }

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
