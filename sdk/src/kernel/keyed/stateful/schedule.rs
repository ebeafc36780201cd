//! When slots are to be woken, and how far they let the output watermark go.

use crate::Timestamp;
use crate::kernel::keyed::windowed::Holds;
use crate::state::TimeDomain;
use std::collections::BTreeSet;

/// What a slot waits for and holds, each with the end of time for nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// When the watermark is to wake it.
    pub(super) event: Timestamp,
    /// When the clock is to wake it.
    pub(super) clock: Timestamp,
    /// Where it holds the output watermark.
    pub(super) hold: Timestamp,
}

impl Place {
    pub(super) const NOWHERE: Self = Self { event: Timestamp::MAX, clock: Timestamp::MAX, hold: Timestamp::MAX };

    /// The instant at which a domain is to wake the slot.
    pub(super) fn wake(&mut self, domain: TimeDomain) -> &mut Timestamp {
        match domain {
            TimeDomain::EventTime => &mut self.event,
            TimeDomain::ProcessingTime => &mut self.clock,
        }
    }
}

/// The places of all slots.
#[derive(Default)]
pub(super) struct Schedule {
    events: Queue,
    clocks: Queue,
    holds: Holds,
}

impl Schedule {
    /// Moves a slot to where it wants to be. One that is woken too early is not moved before: most timers are set later
    /// and later, and each would be a move.
    #[inline]
    pub(super) fn place(&mut self, slot: u32, place: &mut Place, wanted: Place) {
        self.events.pull(slot, &mut place.event, wanted.event);
        self.clocks.pull(slot, &mut place.clock, wanted.clock);
        if place.hold != wanted.hold {
            self.holds.change(held(place.hold), held(wanted.hold));
            place.hold = wanted.hold;
        }
    }

    /// Forgets a slot.
    pub(super) fn release(&mut self, slot: u32, place: Place) {
        self.events.remove(slot, place.event);
        self.clocks.remove(slot, place.clock);
        self.holds.change(held(place.hold), None);
    }

    fn queue(&mut self, domain: TimeDomain) -> &mut Queue {
        match domain {
            TimeDomain::EventTime => &mut self.events,
            TimeDomain::ProcessingTime => &mut self.clocks,
        }
    }

    /// Takes the first slot that is to be woken at or before `until`, and when. Its place has to be told.
    pub(super) fn pop_due(&mut self, domain: TimeDomain, until: Timestamp) -> Option<(Timestamp, u32)> {
        let queue = self.queue(domain);
        queue.first().filter(|first| *first <= until)?;
        queue.0.pop_first()
    }

    /// When the first slot is to be woken by the watermark.
    pub(super) fn first_event(&self) -> Option<Timestamp> {
        self.events.first()
    }

    /// When the first slot is to be woken by the clock.
    pub(super) fn first_clock(&self) -> Option<Timestamp> {
        self.clocks.first()
    }

    /// How far the output watermark may go.
    pub(super) fn limit(&self) -> Timestamp {
        self.holds.limit()
    }
}

fn held(hold: Timestamp) -> Option<Timestamp> {
    Some(hold).filter(|hold| *hold < Timestamp::MAX)
}

/// Slots in the order of time, each at most once.
#[derive(Default)]
struct Queue(BTreeSet<(Timestamp, u32)>);

impl Queue {
    #[inline]
    fn pull(&mut self, slot: u32, place: &mut Timestamp, wanted: Timestamp) {
        if wanted < *place {
            self.remove(slot, *place);
            self.0.insert((wanted, slot));
            *place = wanted;
        }
    }

    fn remove(&mut self, slot: u32, place: Timestamp) {
        if place < Timestamp::MAX {
            self.0.remove(&(place, slot));
        }
    }

    fn first(&self) -> Option<Timestamp> {
        self.0.first().map(|(first, _)| *first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    fn wanted() -> impl Strategy<Value = Place> {
        let time = || prop_oneof![Just(Timestamp::MAX), (0..20i64).prop_map(at)];
        (time(), time(), time()).prop_map(|(event, clock, hold)| Place { event, clock, hold })
    }

    proptest! {
        #[test]
        fn every_slot_is_woken_in_time_and_holds_are_exact(
            changes in prop::collection::vec((0u32..5, prop::option::of(wanted())), 0..60),
        ) {
            let mut schedule = Schedule::default();
            let mut places = BTreeMap::<u32, (Place, Place)>::new();
            for (slot, wanted) in changes {
                match wanted {
                    Some(wanted) => {
                        let (place, wants) = places.entry(slot).or_insert((Place::NOWHERE, wanted));
                        *wants = wanted;
                        schedule.place(slot, place, wanted);
                    }
                    None => places.remove(&slot).into_iter().for_each(|(place, _)| schedule.release(slot, place)),
                }
                let hold = places.values().map(|(_, wants)| wants.hold).min();
                prop_assert_eq!(schedule.limit(), hold.unwrap_or(Timestamp::MAX));
            }
            for domain in [TimeDomain::EventTime, TimeDomain::ProcessingTime] {
                let mut last = Timestamp::MIN;
                while let Some((time, slot)) = schedule.pop_due(domain, at(100)) {
                    prop_assert!(time >= last, "in order");
                    last = time;
                    let (place, wants) = places.get_mut(&slot).expect("the slot is there");
                    prop_assert_eq!(time, *place.wake(domain), "once, where it stands");
                    prop_assert!(time <= *wants.wake(domain), "not too late");
                    *place.wake(domain) = Timestamp::MAX;
                }
                prop_assert!(places.values_mut().all(|(place, _)| *place.wake(domain) == Timestamp::MAX));
            }
        }
    }
}
