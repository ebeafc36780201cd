//! Joins while time goes on.

use super::{Effects, Either, Lateness, TimedJoin};
use crate::kernel::guard::catch;
use crate::kernel::keyed::windowed::{DROPPED_LATE, Holds, Late, OneOf, Slots, Takes, Timers};
use crate::kernel::shuffle::HashedRows;
use crate::kernel::{Emitter, Operator, Pending, Stamp, Wiring};
use crate::window::{Pane, Window};
use crate::{Key, Result, Step, Timestamp};
use std::sync::Arc;

/// Joins the rows of the keys that this worker owns.
pub(crate) struct JoinByKey<K, J: TimedJoin> {
    join: J,
    lateness: Lateness,
    step: Arc<Step>,
    watermark: Timestamp,
    output_watermark: Timestamp,
    keys: Slots<K, OfKey<J::State>>,
    timers: Timers<u32>,
    holds: Holds,
    out: Emitter<(K, J::Row)>,
    late: Late<K, Either<J>>,
}

#[derive(Default)]
struct OfKey<S> {
    state: S,
    /// When the timer rings that counts; others that were set for the key are void.
    alarm: Option<Timestamp>,
}

/// The effects of a call for one key.
struct Visit<'a, K, Row> {
    key: &'a K,
    out: &'a mut Emitter<(K, Row)>,
    holds: &'a mut Holds,
}

impl<K: Key, Row: 'static> Effects<Row> for Visit<'_, K, Row> {
    fn emit(&mut self, row: Row, time: Timestamp) {
        self.out.emit_into((self.key.clone(), row), time, Window::GLOBAL);
    }

    fn hold(&mut self, at: Timestamp) {
        self.holds.change(None, Some(at));
    }

    fn release(&mut self, at: Timestamp) {
        self.holds.change(Some(at), None);
    }
}

impl<K: Key, J: TimedJoin> JoinByKey<K, J> {
    pub(crate) fn new(join: J, late: Late<K, Either<J>>, wiring: &Wiring<'_>) -> Self {
        Self {
            lateness: join.allowed_lateness(),
            join,
            step: wiring.step.clone(),
            watermark: Timestamp::MIN,
            output_watermark: Timestamp::MIN,
            keys: Slots::new(),
            timers: Timers::new(),
            holds: Holds::default(),
            out: wiring.emitter(0),
            late,
        }
    }

    fn add_all(&mut self, HashedRows { hashes, batch }: HashedRows<(K, Either<J>)>) {
        for (row, ((key, value), hash)) in batch.values.into_iter().zip(hashes).enumerate() {
            self.add(hash, key, *batch.meta.time.get(row), value);
        }
    }

    #[inline]
    fn add(&mut self, hash: u64, key: K, time: Timestamp, value: Either<J>) {
        let lateness = if matches!(value, OneOf::A(_)) { self.lateness.left } else { self.lateness.right };
        if time + lateness < self.watermark {
            DROPPED_LATE.inc(1);
            let stamp = Stamp { time, windows: Window::GLOBAL.into(), pane: Pane::UNKNOWN };
            return self.late.emit(&key, value, &stamp);
        }
        let slot = self.keys.find_or_insert(hash, key);
        self.visit(slot, |join, state, effects| match value {
            OneOf::A(value) => join.add_left(state, time, value, effects),
            OneOf::B(value) => join.add_right(state, time, value, effects),
            _ => unreachable!("a join has two sides"),
        });
    }

    /// Calls the rules for a key, does what is due then, and forgets the key if nothing is left of it.
    #[inline]
    fn visit(&mut self, slot: u32, call: impl FnOnce(&J, &mut J::State, &mut Visit<'_, K, J::Row>)) {
        let Self { join, keys, out, holds, watermark, .. } = self;
        let Some((key, OfKey { state, alarm })) = keys.get_mut(slot) else { return };
        let effects = &mut Visit { key, out, holds };
        call(join, state, effects);
        let mut due = join.due(state);
        if due.is_some_and(|due| due <= *watermark) {
            join.advance(state, *watermark, effects);
            due = join.due(state);
        }
        if J::is_empty(state) {
            keys.remove(slot);
        } else if let Some(due) = due.filter(|due| alarm.is_none_or(|alarm| *due < alarm)) {
            *alarm = Some(due);
            self.timers.set(due, slot);
        }
    }

    fn ring_all(&mut self) {
        while let Some((at, slot)) = self.timers.take_due(self.watermark) {
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
        self.out.check()?;
        self.late.check()?;
        result
    }
}

impl<K: Key, J: TimedJoin> Takes<K, Either<J>> for JoinByKey<K, J> {
    fn take(&mut self, rows: HashedRows<(K, Either<J>)>) -> Result<()> {
        self.guarded(|join| join.add_all(rows))
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
    pub(crate) fn is_waiting(&self) -> bool {
        self.timers.first().is_some() || self.holds.limit() < Timestamp::MAX
    }
}
