//! The elements that are away.

use super::call::End;
use crate::Timestamp;
use crate::kernel::Stamp;
use crate::kernel::keyed::windowed::Holds;
use std::collections::BTreeMap;

/// The elements that are away, by their numbers, and those that have come back and wait for others before them.
pub(super) struct Flights<T, O> {
    is_ordered: bool,
    away: BTreeMap<u64, Flight<T, O>>,
    /// Without order: the one that has come back.
    landed: Option<u64>,
    holds: Holds,
    next: u64,
}

struct Flight<T, O> {
    stamp: Stamp,
    end: Option<(End<T, O>, u32)>,
}

impl<T, O> Flights<T, O> {
    pub(super) fn new(is_ordered: bool) -> Self {
        Self { is_ordered, away: BTreeMap::new(), landed: None, holds: Holds::default(), next: 0 }
    }

    /// The number of elements that are away, or wait for those.
    pub(super) fn len(&self) -> usize {
        self.away.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.away.is_empty()
    }

    /// Holds the output watermark for an element that has not left.
    pub(super) fn hold(&mut self, time: Timestamp) {
        self.holds.change(None, Some(time));
    }

    pub(super) fn release(&mut self, time: Timestamp) {
        self.holds.change(Some(time), None);
    }

    /// How far the output watermark may go.
    pub(super) fn limit(&self) -> Timestamp {
        self.holds.limit()
    }

    /// An element leaves.
    pub(super) fn add(&mut self, stamp: Stamp) -> u64 {
        self.next += 1;
        self.hold(stamp.time);
        self.away.insert(self.next, Flight { stamp, end: None });
        self.next
    }

    /// An element has come back, after so many attempts.
    pub(super) fn land(&mut self, flight: u64, end: End<T, O>, attempts: u32) {
        let away = self.away.get_mut(&flight).expect("what comes back has left");
        away.end = Some((end, attempts));
        self.landed = Some(flight);
    }

    /// What is to be passed on next, if anything is.
    pub(super) fn next(&mut self) -> Option<(Stamp, End<T, O>, u32)> {
        let next = if self.is_ordered { *self.away.first_key_value()?.0 } else { self.landed.take()? };
        let (end, attempts) = self.away.get_mut(&next)?.end.take()?;
        let Flight { stamp, .. } = self.away.remove(&next)?;
        self.release(stamp.time);
        Some((stamp, end, attempts))
    }
}
