//! Joins while time goes on.

use super::{Driver, Effects, Either, LeftSide, RightSide, Side, TimedJoin};
use crate::kernel::drain::drain;
use crate::kernel::guard::catch;
use crate::kernel::keyed::slots::{BLOCK, Guess, Slots};
use crate::kernel::keyed::windowed::{DROPPED_LATE, Holds, Late, Timers};
use crate::kernel::shuffle::HashedRows;
use crate::kernel::{Batch, Emitter, Env, Operator, Pending, Stamp, Wiring};
use crate::window::{Pane, Window};
use crate::{Key, Result, Step, Timestamp};
use std::rc::Rc;
use std::sync::Arc;

/// Joins the rows of the keys that this worker owns.
pub(crate) struct JoinByKey<K, J: TimedJoin> {
    pub(super) join: J,
    pub(super) step: Arc<Step>,
    pub(super) env: Rc<Env>,
    pub(super) watermark: Timestamp,
    output_watermark: Timestamp,
    pub(super) keys: Slots<K, OfKey<J::State>>,
    timers: Timers<u32>,
    holds: Holds,
    pub(super) out: Emitter<(K, J::Row)>,
    late: Late<K, Either<J>>,
}

#[derive(Default)]
pub(super) struct OfKey<S> {
    state: S,
    /// When the timer rings that counts; others that were set for the key are void.
    alarm: Option<Timestamp>,
}

/// The effects of a call for one key.
pub(super) struct Visit<'a, K, Row> {
    key: &'a K,
    out: &'a mut Emitter<(K, Row)>,
    holds: &'a mut Holds,
}

impl<K: Key, Row: 'static> Effects<Row> for Visit<'_, K, Row> {
    fn emit(&mut self, row: Row, time: Timestamp) {
        self.out.emit_timed((self.key.clone(), row), time);
    }

    fn hold(&mut self, at: Timestamp) {
        self.holds.change(None, Some(at));
    }

    fn release(&mut self, at: Timestamp) {
        self.holds.change(Some(at), None);
    }
}

impl<K: Key, J: TimedJoin> JoinByKey<K, J> {
    /// Adds rows of one side.
    fn take<S: Side<J>>(&mut self, rows: HashedRows<(K, S::Value)>) -> Result<()> {
        self.guarded(|join| join.add_all::<S>(rows))
    }

    fn add_all<S: Side<J>>(&mut self, HashedRows { hashes, batch }: HashedRows<(K, S::Value)>) {
        let earliest = self.watermark - S::lateness(self.join.allowed_lateness());
        let mut guesses = [Guess::NONE; BLOCK];
        let Batch { mut values, meta } = batch;
        let mut pairs = drain(&mut values);
        for first in (0..hashes.len()).step_by(BLOCK) {
            self.keys.ask_for(&hashes, first, &mut guesses);
            for ((row, hash), guess) in (first..).zip(&hashes[first..]).zip(guesses) {
                let ((key, value), time) = (pairs.pop(), *meta.time.get(row));
                if time < earliest {
                    self.drop_late(&key, S::either(value), time);
                } else {
                    let slot = self.keys.find_guessed_or_insert(guess, *hash, key);
                    self.visit(slot, |join, state, effects| S::add(join, state, time, value, effects));
                }
            }
        }
        drop(pairs);
        self.env.recycling.put(HashedRows { hashes, batch: Batch { values, meta } });
    }

    #[cold]
    #[inline(never)]
    pub(super) fn drop_late(&mut self, key: &K, value: Either<J>, time: Timestamp) {
        DROPPED_LATE.inc(1);
        let stamp = Stamp { time, windows: Window::GLOBAL.into(), pane: Pane::UNKNOWN };
        self.late.emit(key, value, &stamp);
    }

    /// Calls the rules for a key, does what is due then, and forgets the key if nothing is left of it.
    #[inline]
    pub(super) fn visit(&mut self, slot: u32, call: impl FnOnce(&J, &mut J::State, &mut Visit<'_, K, J::Row>)) {
        let Self { join, keys, out, holds, watermark, timers, .. } = self;
        let Some((key, OfKey { state, alarm })) = keys.get_mut(slot) else { return };
        let effects = &mut Visit { key, out, holds };
        call(join, state, effects);
        join.advance(state, *watermark, effects);
        if J::is_empty(state) {
            keys.remove(slot);
        } else if J::WAITS || alarm.is_none() {
            let due = join.due(state).filter(|due| alarm.is_none_or(|alarm| *due < alarm));
            due.into_iter().for_each(|due| {
                *alarm = Some(due);
                timers.set(due, slot);
            });
        }
    }

    fn ring_all(&mut self) {
        let mut asked_for = 0;
        while let Some((at, slot)) = self.timers.take_due(self.watermark) {
            if asked_for == 0 {
                let soonest = self.timers.soonest(BLOCK);
                soonest.iter().for_each(|slot| self.keys.ask_for_slot(*slot));
                asked_for = soonest.len();
            }
            asked_for = asked_for.saturating_sub(1);
            self.ring(slot, at);
        }
    }

    fn ring(&mut self, slot: u32, at: Timestamp) {
        let Some((_, of_key)) = self.keys.get_mut(slot) else { return };
        if of_key.alarm == Some(at) {
            of_key.alarm = None;
            self.visit(slot, |_, _, _| {});
        }
    }

    /// Calls what may emit. An error of a consumer is told before what it caused here.
    fn guarded(&mut self, call: impl FnOnce(&mut Self)) -> Result<()> {
        let step = self.step.clone();
        let result = catch(&step, || call(self));
        self.check()?;
        result
    }

    /// The error of a consumer, if there was one.
    pub(super) fn check(&mut self) -> Result<()> {
        self.out.check()?;
        self.late.check()
    }
}

impl<K: Key, J: TimedJoin> Driver<K, J> for JoinByKey<K, J> {
    fn new(join: J, late: Late<K, Either<J>>, wiring: &Wiring<'_>) -> Self {
        Self {
            join,
            step: wiring.step.clone(),
            env: wiring.env.clone(),
            watermark: Timestamp::MIN,
            output_watermark: Timestamp::MIN,
            keys: Slots::new(),
            timers: Timers::new(),
            holds: Holds::default(),
            out: wiring.emitter(0),
            late,
        }
    }

    fn take_left(&mut self, rows: HashedRows<(K, J::Left)>) -> Result<()> {
        self.take::<LeftSide>(rows)
    }

    fn take_right(&mut self, rows: HashedRows<(K, J::Right)>) -> Result<()> {
        self.take::<RightSide>(rows)
    }

    #[cfg(test)]
    fn keeps_nothing(&self) -> bool {
        self.keys.len() == 0 && !self.is_waiting()
    }
}

impl<K: Key, J: TimedJoin> Operator for JoinByKey<K, J> {
    fn finish_bundle(&mut self) -> Result<()> {
        self.out.flush()?;
        self.late.flush()
    }

    fn watermark(&mut self, time: Timestamp) -> Result<()> {
        self.watermark = time;
        self.guarded(Self::ring_all)?;
        if time == Timestamp::MAX {
            // Nothing will come that what is left could meet.
            self.keys = Slots::new();
        }
        Ok(())
    }

    fn output_watermark(&mut self, input: Timestamp) -> Timestamp {
        self.output_watermark = self.output_watermark.max(input.min(self.holds.limit()));
        self.output_watermark
    }

    fn pending(&self) -> Option<Pending> {
        let next_event = self.timers.first();
        Some(Pending { count: self.keys.len() as u64, what: "keys that may find partners", next_event })
    }
}

#[cfg(test)]
impl<K: Key, J: TimedJoin> JoinByKey<K, J> {
    /// How many keys have state.
    pub(crate) fn keys(&self) -> usize {
        self.keys.len()
    }

    /// How many elements are kept for a key.
    pub(crate) fn kept_of(&mut self, key: &K) -> usize {
        let slot = self.keys.find_or_insert(crate::kernel::hash::hash_key(key), key.clone());
        let (_, of_key) = self.keys.get_mut(slot).expect("it was found");
        let kept = J::kept(&of_key.state);
        if kept == 0 {
            self.keys.remove(slot);
        }
        kept
    }

    /// What is waited for and what is held back.
    fn is_waiting(&self) -> bool {
        self.timers.first().is_some() || self.holds.limit() < Timestamp::MAX
    }
}
