//! The keys of one worker, and the values that come to them.

use super::blame::Doing;
use super::kept::Kept;
use super::lifetime::Lifetime;
use super::schedule::Schedule;
use crate::kernel::drain::drain;
use crate::kernel::guard::{catch, user_error};
use crate::kernel::keyed::slots::{BLOCK, Guess, Slots};
use crate::kernel::keyed::windowed::{DROPPED_LATE, Inputs, Late, One};
use crate::kernel::shuffle::HashedRows;
use crate::kernel::witness::Witness;
use crate::kernel::{Batch, Clock, Col, Emitter, Env, Inbox, Meta, Operator, Packet, Pending, Shared, Stamp, Wiring};
use crate::state::{StateCx, StatefulDoFn, TimeDomain};
use crate::window::Window;
use crate::{BoxError, BundleCx, Element, Key, Result, Step, Timestamp};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

/// Runs a stateful function for the keys that this worker owns.
pub(super) struct Stateful<K, V, D: StatefulDoFn<K, V>> {
    pub(super) dofn: D,
    step: Arc<Step>,
    env: Rc<Env>,
    pub(super) shared: Arc<Shared>,
    clock: Arc<dyn Clock>,
    pub(super) now: Timestamp,
    pub(super) watermark: Timestamp,
    output_watermark: Timestamp,
    allowed_lateness: Duration,
    /// That of the window that was asked for last: most rows are in the window of the row before.
    last: Lifetime,
    pub(super) keys: Slots<(K, Window), Kept<V, D::State>>,
    pub(super) schedule: Schedule,
    pub(super) witness: Witness<V>,
    pub(super) doing: Doing,
    out: Emitter<D::Out>,
    late: Late<K, V>,
    is_set_up: bool,
    in_bundle: bool,
}

/// Where in time a call of user code is.
#[derive(Clone, Copy)]
pub(super) struct Moment<'a> {
    pub(super) meta: &'a Meta,
    pub(super) row: usize,
    /// The time for which a timer was set; otherwise that of the value.
    pub(super) time: Timestamp,
}

impl<K: Key, V: Element, D: StatefulDoFn<K, V>> Stateful<K, V, D> {
    pub(super) fn new(wiring: &Wiring<'_>, dofn: D, allowed_lateness: Duration) -> Self {
        Self {
            dofn,
            step: wiring.step.clone(),
            env: wiring.env.clone(),
            shared: wiring.env.shared.clone(),
            clock: wiring.env.clock.clone(),
            now: Timestamp::MIN,
            watermark: Timestamp::MIN,
            output_watermark: Timestamp::MIN,
            allowed_lateness,
            last: Lifetime::new(Window::GLOBAL, allowed_lateness),
            keys: Slots::new(),
            schedule: Schedule::default(),
            witness: Witness::new(wiring.env.trace_elements),
            doing: Doing::Bundle,
            out: wiring.emitter(0),
            late: One::<V>::late(wiring),
            is_set_up: false,
            in_bundle: false,
        }
    }

    /// Calls user code, or what calls it, and makes an error of a panic.
    pub(super) fn guarded(&mut self, call: impl FnOnce(&mut Self) -> Result<()>) -> Result<()> {
        let step = self.step.clone();
        self.doing = Doing::Bundle;
        let result = catch(&step, || call(self)).and_then(|result| result);
        self.out.check()?;
        self.late.check()?;
        result.map_err(|error| self.blame(error))
    }

    pub(super) fn user(&self, result: Result<(), BoxError>) -> Result<()> {
        result.map_err(|error| user_error(&self.step, error))
    }

    pub(super) fn ensure_bundle(&mut self) -> Result<()> {
        if std::mem::replace(&mut self.in_bundle, true) {
            return Ok(());
        }
        self.guarded(|me| {
            let result = me.dofn.start_bundle();
            me.user(result)
        })
    }

    fn add_all(&mut self, HashedRows { mut hashes, batch }: HashedRows<(K, V)>) -> Result<()> {
        let Batch { mut values, meta } = batch;
        self.out.begin(&meta);
        let common = if let Col::Same(windows) = &meta.windows { windows.only() } else { None };
        let common = common.map(|window| self.lifetime(window));
        self.hash_in_windows(&mut hashes, common, &meta);
        let mut guesses = [Guess::NONE; BLOCK];
        let mut pairs = drain(&mut values);
        for first in (0..hashes.len()).step_by(BLOCK) {
            self.guess(&hashes, first, &mut guesses);
            for ((row, hash), guess) in (first..).zip(&hashes[first..]).zip(guesses) {
                if let Some((_, value)) = pairs.first() {
                    self.witness.see(value);
                }
                let pair = pairs.pop();
                let lifetime = match common {
                    Some(lifetime) => Some(lifetime),
                    None => meta.windows.get(row).only().map(|window| self.lifetime(window)),
                };
                let Some(lifetime) = lifetime else {
                    self.add_to_each(meta.get(row), *hash, &pair)?;
                    self.out.begin(&meta);
                    continue;
                };
                let moment = Moment { meta: &meta, row, time: *meta.time.get(row) };
                self.add(moment, lifetime, guess, *hash, pair)?;
            }
        }
        drop(pairs);
        self.env.recycling.put(HashedRows { hashes, batch: Batch { values, meta } });
        Ok(())
    }

    /// Makes the hashes of keys those of keys in their windows, where these are not several.
    fn hash_in_windows(&mut self, hashes: &mut [u64], common: Option<Lifetime>, meta: &Meta) {
        if let Some(lifetime) = common {
            return hashes.iter_mut().for_each(|hash| *hash = lifetime.hash_in(*hash));
        }
        for (row, hash) in hashes.iter_mut().enumerate() {
            if let Some(window) = meta.windows.get(row).only() {
                *hash = self.lifetime(window).hash_in(*hash);
            }
        }
    }

    /// Guesses where the keys of a block of rows are, from the `first` on, and asks for what is there.
    #[inline]
    fn guess(&mut self, hashes: &[u64], first: usize, guesses: &mut [Guess; BLOCK]) {
        self.keys.ask_for(hashes, first, guesses);
        for guess in guesses {
            self.keys.get_guessed_mut(*guess).into_iter().for_each(Kept::ask_for_timers);
        }
    }

    /// Adds a row that is in several windows to each of them, or in none.
    fn add_to_each(&mut self, stamp: Stamp, hash: u64, pair: &(K, V)) -> Result<()> {
        for window in &stamp.windows {
            let meta = Meta::of(Stamp { windows: (*window).into(), ..stamp.clone() });
            self.out.begin(&meta);
            let (lifetime, moment) = (self.lifetime(*window), Moment { meta: &meta, row: 0, time: stamp.time });
            self.add(moment, lifetime, Guess::NONE, lifetime.hash_in(hash), pair.clone())?;
        }
        Ok(())
    }

    /// Adds a row that is in one window, with the hash of its key there. The witness has seen it.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "it is called for each row, and for each window of one in several")]
    fn add(
        &mut self,
        moment: Moment<'_>,
        lifetime: Lifetime,
        guess: Guess,
        hash: u64,
        (key, value): (K, V),
    ) -> Result<()> {
        if self.watermark > lifetime.expiry {
            self.drop_late(&key, value, moment);
            return Ok(());
        }
        let slot = self.keys.find_guessed_or_insert(guess, hash, (key, lifetime.window));
        if D::REQUIRES_TIME_SORTED_INPUT && moment.time >= self.watermark {
            self.wait(slot, value, moment);
            return Ok(());
        }
        self.process(slot, value, lifetime, moment)
    }

    /// Lets a value wait until no earlier one can come.
    fn wait(&mut self, slot: u32, value: V, Moment { meta, row, time }: Moment<'_>) {
        if let Some((_, kept)) = self.keys.get_mut(slot) {
            kept.wait(time, *meta.pane.get(row), value);
        }
        self.settle(slot, time);
    }

    #[cold]
    fn drop_late(&mut self, key: &K, value: V, Moment { meta, row, .. }: Moment<'_>) {
        DROPPED_LATE.inc(1);
        self.late.emit(key, value, &meta.get(row));
    }

    /// Hands a value that the witness has seen to user code.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "it is called for each row, and from one other place")]
    pub(super) fn process(&mut self, slot: u32, value: V, lifetime: Lifetime, moment: Moment<'_>) -> Result<()> {
        self.doing = Doing::Value(slot);
        self.call(slot, lifetime, moment, |dofn, key, state, cx| dofn.process(key, value, state, cx))
    }

    /// Calls user code for a slot, and takes note of what it has changed.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "what it calls is known where it is inlined")]
    pub(super) fn call(
        &mut self,
        slot: u32,
        Lifetime { expiry, over, .. }: Lifetime,
        moment: Moment<'_>,
        call: impl FnOnce(&mut D, &K, &mut D::State, &mut StateCx<'_, D::Out>) -> Result<(), BoxError>,
    ) -> Result<()> {
        let Moment { meta, row, time } = moment;
        let Self { dofn, keys, schedule, step, out, now, .. } = self;
        let Some(((key, _), kept)) = keys.get_mut(slot) else { return Ok(()) };
        kept.expire(time);
        let mut cx = StateCx { out, meta, row, is_new: true, fire_time: time, expiry, now: *now };
        call(dofn, key, &mut kept.state, &mut cx).map_err(|error| user_error(step, error))?;
        if !kept.settle_until(over, time, slot, schedule) {
            self.forget(slot);
        }
        Ok(())
    }

    /// Begins a call that comes from no row.
    pub(super) fn begin(&mut self, meta: &Meta) {
        self.out.begin(meta);
    }

    /// Puts a slot where it wants to be after a call at `time`, or forgets it if nothing is left in it.
    pub(super) fn settle(&mut self, slot: u32, time: Timestamp) {
        let Some(((_, window), _)) = self.keys.get_mut(slot) else { return };
        let window = *window;
        let Lifetime { over, .. } = self.lifetime(window);
        let Some((_, kept)) = self.keys.get_mut(slot) else { return };
        if !kept.settle_until(over, time, slot, &mut self.schedule) {
            self.forget(slot);
        }
    }

    pub(super) fn forget(&mut self, slot: u32) {
        if let Some((_, kept)) = self.keys.get_mut(slot) {
            self.schedule.release(slot, kept.place);
        }
        self.keys.remove(slot);
    }

    #[inline]
    pub(super) fn lifetime(&mut self, window: Window) -> Lifetime {
        if self.last.window != window {
            self.last = Lifetime::new(window, self.allowed_lateness);
        }
        self.last
    }
}

impl<K: Key, V: Element, D: StatefulDoFn<K, V>> Inbox for Stateful<K, V, D> {
    fn deliver(&mut self, packet: Packet) -> Result<()> {
        self.now = self.clock.now();
        self.ensure_bundle()?;
        self.guarded(|me| me.add_all(packet.open()))
    }
}

impl<K: Key, V: Element, D: StatefulDoFn<K, V>> Operator for Stateful<K, V, D> {
    fn setup(&mut self) -> Result<()> {
        self.is_set_up = true;
        self.guarded(|me| {
            let result = me.dofn.setup();
            me.user(result)
        })
    }

    fn finish_bundle(&mut self) -> Result<()> {
        // Timers that were set for an instant that has passed.
        self.fire_all(TimeDomain::EventTime, self.watermark)?;
        if std::mem::take(&mut self.in_bundle) {
            self.guarded(|me| {
                let result = me.dofn.finish_bundle(&mut BundleCx(&mut me.out));
                me.user(result)
            })?;
        }
        self.out.flush()?;
        self.late.flush()
    }

    fn watermark(&mut self, time: Timestamp) -> Result<()> {
        self.watermark = time;
        self.now = self.clock.now();
        self.fire_all(TimeDomain::EventTime, time)?;
        if time > Timestamp::END_OF_GLOBAL_WINDOW { self.expire_all() } else { Ok(()) }
    }

    fn output_watermark(&mut self, input: Timestamp) -> Timestamp {
        self.output_watermark = self.output_watermark.max(input.min(self.schedule.limit()));
        self.output_watermark
    }

    fn clock(&mut self, now: Timestamp) -> Result<()> {
        self.now = now;
        self.fire_all(TimeDomain::ProcessingTime, now)
    }

    fn alarm(&self) -> Option<Timestamp> {
        self.schedule.first_clock()
    }

    fn pending(&self) -> Option<Pending> {
        let next_event = self.schedule.first_event();
        Some(Pending { count: self.keys.len() as u64, what: "keys with state or timers", next_event })
    }

    fn teardown(&mut self) {
        if std::mem::take(&mut self.is_set_up) {
            // A panic here has nobody left to tell: the run is over.
            let _ = catch(&self.step, || self.dofn.teardown());
        }
    }
}
