//! What is kept for a key in a window.

use super::schedule::{Place, Places, Schedule};
use crate::kernel::keyed::slots::Slots;
use crate::state::{OrderedListState, Settled, StateSpec, ask_for_timers, expire, settle};
use crate::window::{Pane, Window};
use crate::{Element, Key, Timestamp};

/// The state of a key in a window, and what belongs to it.
pub(super) struct Kept<V, S: StateSpec> {
    pub(super) state: S,
    written_at: S::WrittenAt,
    /// Where it stands in the schedule.
    pub(super) place: Place,
    /// Values that are to come in the order of time.
    waiting: Option<Box<OrderedListState<(Pane, V)>>>,
}

impl<V, S: StateSpec> Default for Kept<V, S> {
    fn default() -> Self {
        Self { state: S::empty(), written_at: S::UNWRITTEN, place: Place::NOWHERE, waiting: None }
    }
}

impl<V: Element, S: StateSpec> Kept<V, S> {
    /// Forgets what has lived long enough at `now`.
    #[inline]
    pub(super) fn expire(&mut self, now: Timestamp) {
        expire(&mut self.state, &mut self.written_at, now);
    }

    /// Takes note of what a call at `time` has changed.
    #[inline]
    pub(super) fn settle(&mut self, time: Timestamp) -> Settled {
        let mut settled = settle(&mut self.state, &mut self.written_at, time);
        if let Some((first, _)) = self.waiting.as_ref().and_then(|waiting| waiting.iter().next()) {
            settled.is_empty = false;
            // What is later comes then, too: at the end of time nothing is woken.
            settled.event = settled.event.min(behind(first.min(Timestamp::END_OF_GLOBAL_WINDOW)));
        }
        settled
    }

    /// Takes note of what a call at `time` has changed, and puts the slot where it wants to be, at the latest where its window
    /// is `over`. Says whether anything is left in it.
    #[inline]
    pub(super) fn settle_until(
        &mut self,
        over: Timestamp,
        time: Timestamp,
        slot: u32,
        schedule: &mut Schedule,
    ) -> bool {
        let settled = self.settle(time);
        if !settled.is_empty {
            schedule.place(slot, &mut self.place, Settled { event: settled.event.min(over), ..settled });
        }
        !settled.is_empty
    }

    /// Brings timers into the cache that are kept elsewhere.
    #[inline]
    pub(super) fn ask_for_timers(&mut self) {
        ask_for_timers(&mut self.state, &mut self.written_at);
    }

    /// Lets a value wait until the watermark has passed it.
    pub(super) fn wait(&mut self, time: Timestamp, pane: Pane, value: V) {
        self.waiting.get_or_insert_default().add(time, (pane, value));
    }

    /// The first value that has waited long enough when the watermark has come to `watermark`.
    pub(super) fn take_waiting(&mut self, watermark: Timestamp) -> Option<(Timestamp, Pane, V)> {
        let waiting = self.waiting.as_mut()?;
        waiting.iter().next().filter(|(first, _)| behind(*first) <= watermark)?;
        let (time, (pane, value)) = waiting.take_first()?;
        if waiting.is_empty() {
            self.waiting = None;
        }
        Some((time, pane, value))
    }
}

impl<K: Key, V: Element, S: StateSpec> Places for Slots<(K, Window), Kept<V, S>> {
    fn place(&mut self, slot: u32) -> Option<&mut Place> {
        self.get_mut(slot).map(|(_, kept)| &mut kept.place)
    }

    fn ask_for(&mut self, slots: &[u32]) {
        slots.iter().for_each(|slot| self.ask_for_slot(*slot));
        for slot in slots {
            self.get_mut(*slot).into_iter().for_each(|(_, kept)| kept.ask_for_timers());
        }
    }
}

/// The watermark at which no other value of a timestamp can come, but for late ones.
pub(super) fn behind(time: Timestamp) -> Timestamp {
    Timestamp::from_millis(time.millis() + 1)
}
