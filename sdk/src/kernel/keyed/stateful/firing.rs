//! What comes with time: timers, values that have waited, and the ends of windows.

use super::blame::Doing;
use super::lifetime::Lifetime;
use super::receiver::{Moment, Stateful};
use crate::kernel::{Meta, Stamp};
use crate::state::{Due, StateSpec, StatefulDoFn, TimeDomain, take_due};
use crate::window::{Pane, Window};
use crate::{Element, Key, Result, Timestamp};

impl<K: Key, V: Element, D: StatefulDoFn<K, V>> Stateful<K, V, D> {
    /// Calls what is due at `until` in the order of its time, and what that makes due.
    pub(super) fn fire_all(&mut self, domain: TimeDomain, until: Timestamp) -> Result<()> {
        self.schedule.sweep(&mut self.keys);
        let first = match domain {
            TimeDomain::EventTime => self.schedule.first_event(),
            TimeDomain::ProcessingTime => self.schedule.first_clock(),
        };
        if first.is_none_or(|first| first > until) {
            return Ok(());
        }
        self.ensure_bundle()?;
        self.guarded(|me| {
            while let Some((at, slot)) = me.schedule.pop_due(domain, until, &mut me.keys) {
                // A timer that sets itself again and again is stopped here.
                me.shared.check()?;
                me.wake(domain, slot, at)?;
            }
            Ok(())
        })
    }

    /// Calls the first thing that a slot has to do at `at`, if there is one: it may have been put off.
    fn wake(&mut self, domain: TimeDomain, slot: u32, at: Timestamp) -> Result<()> {
        let Some(((_, window), _)) = self.keys.get_mut(slot) else { return Ok(()) };
        let window = *window;
        if D::REQUIRES_TIME_SORTED_INPUT && domain == TimeDomain::EventTime && self.process_waiting(slot, window, at)? {
            return Ok(());
        }
        let Some((_, kept)) = self.keys.get_mut(slot) else { return Ok(()) };
        if let Some(due) = take_due(&mut kept.state, domain, at) {
            return self.on_timer(slot, window, domain, due);
        }
        if domain == TimeDomain::EventTime {
            if at > self.lifetime(window).expiry {
                return self.expire_window(slot, window);
            }
            if let Some((_, kept)) = self.keys.get_mut(slot) {
                kept.expire(at);
            }
        }
        self.settle(slot, at);
        Ok(())
    }

    /// Processes the first value that has waited long enough at `at`. Says whether there is one.
    fn process_waiting(&mut self, slot: u32, window: Window, at: Timestamp) -> Result<bool> {
        let lifetime = self.lifetime(window);
        // A value that is later than its window waits no longer than that lasts.
        let until = if at > lifetime.expiry { Timestamp::MAX } else { at };
        let waiting = self.keys.get_mut(slot).and_then(|(_, kept)| kept.take_waiting(until));
        let Some((time, pane, value)) = waiting else { return Ok(false) };
        let meta = Meta::of(Stamp { time, windows: window.into(), pane });
        self.begin(&meta);
        self.witness.see(&value);
        self.process(slot, value, lifetime, Moment { meta: &meta, row: 0, time })?;
        Ok(true)
    }

    fn on_timer(
        &mut self,
        slot: u32,
        window: Window,
        domain: TimeDomain,
        due: Due<<D::State as StateSpec>::Timer>,
    ) -> Result<()> {
        let Due { timer, field, pending } = due;
        self.doing = Doing::Timer(slot, field.name, pending.at);
        let meta = from_time(pending.output, window);
        self.begin(&meta);
        // What is written at a time of the clock is as old as what it is for.
        let time = match domain {
            TimeDomain::EventTime => pending.at,
            TimeDomain::ProcessingTime => pending.output,
        };
        let moment = Moment { meta: &meta, row: 0, time };
        let lifetime = self.lifetime(window);
        self.call(slot, lifetime, moment, |dofn, key, state, cx| {
            cx.fire_time = pending.at;
            dofn.on_timer(key, timer, state, cx)
        })
    }

    /// Ends a window of a key: what is left is shown to user code, and forgotten.
    fn expire_window(&mut self, slot: u32, window: Window) -> Result<()> {
        let lifetime @ Lifetime { expiry, .. } = self.lifetime(window);
        let Some((_, kept)) = self.keys.get_mut(slot) else { return Ok(()) };
        kept.expire(expiry);
        if !kept.settle(expiry).is_empty {
            self.doing = Doing::Expiration(slot);
            let meta = from_time(expiry, window);
            self.begin(&meta);
            let moment = Moment { meta: &meta, row: 0, time: expiry };
            self.call(slot, lifetime, moment, D::on_window_expiration)?;
        }
        self.forget(slot);
        Ok(())
    }

    /// Ends the windows that last as long as the input.
    pub(super) fn expire_all(&mut self) -> Result<()> {
        if self.keys.len() == 0 {
            return Ok(());
        }
        self.ensure_bundle()?;
        self.guarded(|me| {
            for slot in me.keys.all() {
                me.shared.check()?;
                if let Some(((_, window), _)) = me.keys.get_mut(slot) {
                    let window = *window;
                    me.expire_window(slot, window)?;
                }
            }
            Ok(())
        })
    }
}

/// What a timer passes on to what it emits.
fn from_time(time: Timestamp, window: Window) -> Meta {
    Meta::of(Stamp { time, windows: window.into(), pane: Pane::UNKNOWN })
}
