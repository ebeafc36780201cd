//! The slots that wait for the watermark, in the order of time.

use super::schedule::{Place, Places};
use crate::Timestamp;
use crate::kernel::keyed::slots::BLOCK;
use crate::kernel::keyed::windowed::Timers;

/// When the watermark is to wake slots.
///
/// A slot has one call at most that it waits for. A call that it waits for no more stays until its time, and is passed
/// over then: to find it would cost more. If there are more of these than of others, all of them are swept out.
pub(super) struct Calls {
    /// Slots, and the numbers of calls.
    timers: Timers<(u32, u32)>,
    /// How many calls there have been, modulo their type: no two of them are of one slot and one instant at once.
    count: u32,
    waited_for: usize,
    passed_over: usize,
    /// How many of those that come next have been asked for.
    asked_for: usize,
}

/// So few are not worth a sweep.
const FEW: usize = 1024;

impl Default for Calls {
    fn default() -> Self {
        Self { timers: Timers::new(), count: 0, waited_for: 0, passed_over: 0, asked_for: 0 }
    }
}

impl Calls {
    /// Lets a slot be woken at `at`, before it would have been.
    #[inline]
    pub(super) fn pull(&mut self, slot: u32, place: &mut Place, at: Timestamp) {
        self.release(*place);
        self.count = self.count.wrapping_add(1);
        self.waited_for += 1;
        (place.event, place.call) = (at, self.count);
        self.timers.set(at, (slot, self.count));
    }

    /// A slot no longer waits.
    #[inline]
    pub(super) fn release(&mut self, place: Place) {
        if place.event < Timestamp::MAX {
            self.waited_for -= 1;
            self.passed_over += 1;
        }
    }

    /// Takes the first slot that is to be woken at or before `until`, and when.
    pub(super) fn pop_due(&mut self, until: Timestamp, places: &mut impl Places) -> Option<(Timestamp, u32)> {
        while let Some((at, (slot, call))) = self.timers.take_due(until) {
            if self.asked_for == 0 {
                self.ask_ahead(places);
            }
            self.asked_for = self.asked_for.saturating_sub(1);
            if let Some(place) = waiting(places, slot, at, call) {
                place.event = Timestamp::MAX;
                self.waited_for -= 1;
                return Some((at, slot));
            }
            self.passed_over -= 1;
        }
        None
    }

    fn ask_ahead(&mut self, places: &mut impl Places) {
        let soonest: Vec<u32> = self.timers.soonest(BLOCK).into_iter().map(|(slot, _)| slot).collect();
        places.ask_for(&soonest);
        self.asked_for = soonest.len();
    }

    /// Forgets calls that nobody waits for, if those are most.
    pub(super) fn sweep(&mut self, places: &mut impl Places) {
        if self.passed_over > self.waited_for + FEW {
            self.timers.retain(|at, (slot, call)| waiting(places, slot, at, call).is_some());
            self.passed_over = 0;
        }
    }

    /// When the first call is.
    pub(super) fn first(&self) -> Option<Timestamp> {
        self.timers.first()
    }
}

/// The place of the slot, if it waits for that call.
fn waiting(places: &mut impl Places, slot: u32, at: Timestamp, call: u32) -> Option<&mut Place> {
    places.place(slot).filter(|place| place.event == at && place.call == call)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Slots of which all are kept, or none.
    struct Kept(Option<Vec<Place>>);

    impl Places for Kept {
        fn place(&mut self, slot: u32) -> Option<&mut Place> {
            self.0.as_mut()?.get_mut(slot as usize)
        }

        fn ask_for(&mut self, _slots: &[u32]) {}
    }

    #[test]
    fn calls_that_nobody_waits_for_are_swept_out() {
        let mut calls = Calls::default();
        let mut kept = Kept(Some(vec![Place::NOWHERE; 10]));
        for round in 0..10_000 {
            for (slot, place) in kept.0.iter_mut().flatten().enumerate() {
                calls.pull(slot as u32, place, Timestamp::from_millis(1_000_000_000 - round));
            }
            calls.sweep(&mut kept);
            assert!(calls.timers.soonest(usize::MAX).len() <= 2 * 10 + FEW + 10);
        }
        kept.0.iter().flatten().for_each(|place| calls.release(*place));
        for _ in 0..FEW {
            let mut place = Place::NOWHERE;
            calls.pull(0, &mut place, Timestamp::from_millis(5));
            calls.release(place);
        }
        calls.sweep(&mut Kept(None));
        assert_eq!(calls.first(), None);
    }
}
