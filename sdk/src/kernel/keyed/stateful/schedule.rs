//! When slots are to be woken, and how far they let the output watermark go.

use super::calls::Calls;
use crate::Timestamp;
use crate::kernel::keyed::windowed::Holds;
use crate::state::{Settled, TimeDomain};
use std::collections::BTreeSet;

/// What a slot waits for and holds, each with the end of time for nothing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// When the watermark is to wake it, and by which call.
    pub(super) event: Timestamp,
    pub(super) call: u32,
    /// When the clock is to wake it.
    clock: Timestamp,
    /// Where it holds the output watermark.
    hold: Timestamp,
}

impl Place {
    pub(super) const NOWHERE: Self =
        Self { event: Timestamp::MAX, call: 0, clock: Timestamp::MAX, hold: Timestamp::MAX };
}

/// Where the places of slots are kept.
pub(super) trait Places {
    /// The place of a slot, if something is kept for it.
    fn place(&mut self, slot: u32) -> Option<&mut Place>;

    /// Brings into the cache what slots will need when they are woken.
    fn ask_for(&mut self, slots: &[u32]);
}

/// The places of all slots.
#[derive(Default)]
pub(super) struct Schedule {
    events: Calls,
    /// Exact, as somebody sleeps until the first of them.
    clocks: BTreeSet<(Timestamp, u32)>,
    holds: Holds,
}

impl Schedule {
    /// Moves a slot to where it wants to be. One that is woken too early is not moved before: most timers are set later
    /// and later, and each would be a move.
    #[inline]
    pub(super) fn place(&mut self, slot: u32, place: &mut Place, wanted: Settled) {
        // Most calls change neither.
        if wanted.event < place.event || wanted.clock < place.clock || wanted.hold != place.hold {
            self.change(slot, place, wanted);
        }
    }

    #[inline(never)]
    fn change(&mut self, slot: u32, place: &mut Place, Settled { event, clock, hold, .. }: Settled) {
        if event < place.event {
            self.events.pull(slot, place, event);
        }
        if clock < place.clock {
            self.release_clock(slot, place.clock);
            self.clocks.insert((clock, slot));
            place.clock = clock;
        }
        if place.hold != hold {
            self.holds.change(held(place.hold), held(hold));
            place.hold = hold;
        }
    }

    /// Forgets a slot.
    pub(super) fn release(&mut self, slot: u32, place: Place) {
        self.events.release(place);
        self.release_clock(slot, place.clock);
        self.holds.change(held(place.hold), None);
    }

    fn release_clock(&mut self, slot: u32, clock: Timestamp) {
        if clock < Timestamp::MAX {
            self.clocks.remove(&(clock, slot));
        }
    }

    /// Takes the first slot that is to be woken at or before `until`, and when. It is nowhere then, and is to be placed
    /// again.
    pub(super) fn pop_due(
        &mut self,
        domain: TimeDomain,
        until: Timestamp,
        places: &mut impl Places,
    ) -> Option<(Timestamp, u32)> {
        match domain {
            TimeDomain::EventTime => self.events.pop_due(until, places),
            TimeDomain::ProcessingTime => self.pop_clock(until, places),
        }
    }

    fn pop_clock(&mut self, until: Timestamp, places: &mut impl Places) -> Option<(Timestamp, u32)> {
        self.first_clock().filter(|first| *first <= until)?;
        let (at, slot) = self.clocks.pop_first()?;
        places.place(slot)?.clock = Timestamp::MAX;
        Some((at, slot))
    }

    /// Forgets what slots no longer wait for, if that is most of what is known.
    pub(super) fn sweep(&mut self, places: &mut impl Places) {
        self.events.sweep(places);
    }

    /// When the first slot is to be woken by the watermark, or would have been, had it not been forgotten.
    pub(super) fn first_event(&self) -> Option<Timestamp> {
        self.events.first()
    }

    /// When the first slot is to be woken by the clock.
    pub(super) fn first_clock(&self) -> Option<Timestamp> {
        self.clocks.first().map(|(first, _)| *first)
    }

    /// How far the output watermark may go.
    pub(super) fn limit(&self) -> Timestamp {
        self.holds.limit()
    }
}

fn held(hold: Timestamp) -> Option<Timestamp> {
    Some(hold).filter(|hold| *hold < Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    fn wanted() -> impl Strategy<Value = Settled> {
        let time = || prop_oneof![Just(Timestamp::MAX), (0..20i64).prop_map(at)];
        (time(), time(), time()).prop_map(|(event, clock, hold)| Settled { is_empty: false, event, clock, hold })
    }

    /// Where slots stand, and where they want to be.
    type Model = BTreeMap<u32, (Place, Settled)>;

    impl Places for Model {
        fn place(&mut self, slot: u32) -> Option<&mut Place> {
            self.get_mut(&slot).map(|(place, _)| place)
        }

        fn ask_for(&mut self, _slots: &[u32]) {}
    }

    proptest! {
        #[test]
        fn every_slot_is_woken_in_time_and_holds_are_exact(
            changes in prop::collection::vec((0u32..5, prop::option::of(wanted()), 0u8..4), 0..300),
        ) {
            let (mut schedule, mut model) = (Schedule::default(), Model::new());
            for (slot, wanted, more) in changes {
                match wanted {
                    Some(wanted) => {
                        let (place, wants) = model.entry(slot).or_insert((Place::NOWHERE, wanted));
                        *wants = wanted;
                        schedule.place(slot, place, wanted);
                    }
                    None => model.remove(&slot).into_iter().for_each(|(place, _)| schedule.release(slot, place)),
                }
                match more {
                    0 => schedule.sweep(&mut model),
                    1 => wake(&mut schedule, &mut model, at(slot.into()))?,
                    _ => {}
                }
                let hold = model.values().map(|(_, wants)| wants.hold).min();
                prop_assert_eq!(schedule.limit(), hold.unwrap_or(Timestamp::MAX));
            }
            wake(&mut schedule, &mut model, at(100))?;
            prop_assert!(schedule.first_event().is_none() && schedule.first_clock().is_none());
        }
    }

    /// Wakes all slots that are to be woken until then, and checks that they are.
    fn wake(schedule: &mut Schedule, model: &mut Model, until: Timestamp) -> Result<(), TestCaseError> {
        for domain in [TimeDomain::EventTime, TimeDomain::ProcessingTime] {
            let of = |event, clock| if domain == TimeDomain::EventTime { event } else { clock };
            let (before, mut last) = (model.clone(), Timestamp::MIN);
            while let Some((time, slot)) = schedule.pop_due(domain, until, model) {
                prop_assert!(last <= time && time <= until, "in order");
                last = time;
                let ((stood, wants), (stands, _)) = (before[&slot], model[&slot]);
                prop_assert_eq!(time, of(stood.event, stood.clock), "where it stands");
                prop_assert_eq!(of(stands.event, stands.clock), Timestamp::MAX, "once");
                prop_assert!(time <= of(wants.event, wants.clock), "not too late");
            }
            prop_assert!(model.values().all(|(place, _)| of(place.event, place.clock) > until), "all");
            for (slot, (place, wants)) in model.iter_mut() {
                let wanted = if domain == TimeDomain::EventTime { &mut wants.event } else { &mut wants.clock };
                if *wanted <= until {
                    *wanted = Timestamp::MAX;
                }
                // Those that have been woken too early go on.
                schedule.place(*slot, place, *wants);
            }
        }
        Ok(())
    }
}
