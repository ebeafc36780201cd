//! Joins of values that nobody waits for, while time goes on.

mod chunks;
mod log;
mod sides;

use super::interval::{Interval, last_over, over};
use super::{Driver, Either, Inner, JoinByKey, LeftSide, RightSide, TimedJoin};
use crate::kernel::drain::drain;
use crate::kernel::guard::catch;
use crate::kernel::keyed::slots::{self, Guess};
use crate::kernel::keyed::windowed::Late;
use crate::kernel::shuffle::HashedRows;
use crate::kernel::{Batch, Operator, Pending, Wiring};
use crate::{Element, Key, Result, Timestamp};
use log::Log;
use sides::LogSide;

/// Joins rows that are shown in pairs only, within an interval.
///
/// Nothing is kept by key: rows of each side are in a [log](Log) in the order of their coming, found through the hashes
/// of their keys, and go together when none of them can meet anything any more. A key has no timer and is not looked at
/// when its rows go. A key of many rows is *crowded*: to go over all of them for each row would take too long, so they
/// move to where they are kept in the order of time, by key, until the last of them is gone.
pub(crate) struct JoinByRow<K: Key, L: Element, R: Element> {
    logs: Logs<K, L, R>,
    crowded: JoinByKey<K, Interval<L, R, Inner>>,
}

struct Logs<K, L, R> {
    left: Log<K, L>,
    right: Log<K, R>,
}

/// Rows whose places are asked for together, a block ahead.
const BLOCK: usize = if cfg!(test) { 2 } else { 64 };

/// A key with more rows on one side is crowded, when a row of the other one comes. Each of the rows that are gone over
/// is somewhere else in memory, so a few of them take as long as a look at what is kept by key.
const FEW: usize = if cfg!(test) { 4 } else { 8 };

/// What is the same for all rows of a packet.
struct Limits {
    /// Rows that are earlier come too late.
    earliest: Timestamp,
    /// Up to this instant, nothing can come that a row of this side could meet.
    last: i64,
}

impl<K: Key, L: Element, R: Element> JoinByRow<K, L, R> {
    fn take<S: LogSide<K, L, R>>(&mut self, rows: HashedRows<(K, S::Value)>) -> Result<()> {
        self.guarded(|this| this.add_all::<S>(rows))
    }

    fn guarded(&mut self, call: impl FnOnce(&mut Self)) -> Result<()> {
        let step = self.crowded.step.clone();
        let result = catch(&step, || call(self));
        self.crowded.check()?;
        result
    }

    fn add_all<S: LogSide<K, L, R>>(&mut self, HashedRows { hashes, batch }: HashedRows<(K, S::Value)>) {
        let JoinByKey { join, watermark, .. } = &self.crowded;
        let earliest = *watermark - S::lateness(join.allowed_lateness());
        let limits = Limits { earliest, last: last_over(*watermark, S::waits(join)) };
        self.ask_for_places::<S>(&hashes[..BLOCK.min(hashes.len())]);
        let Batch { mut values, meta } = batch;
        drain(&mut values).enumerate().for_each(|(row, (key, value))| {
            if row % BLOCK == 0 {
                self.begin_block::<S>(&hashes[row..], limits.last);
            }
            self.add::<S>(hashes[row], key, *meta.time.get(row), value, &limits);
        });
        self.crowded.env.recycling.put(HashedRows { hashes, batch: Batch { values, meta } });
    }

    /// Asks for what the rows of the next block need, and for what those are to be compared with that come next.
    #[inline]
    fn begin_block<S: LogSide<K, L, R>>(&mut self, hashes: &[u64], last: i64) {
        let (block, next) = hashes.split_at(BLOCK.min(hashes.len()));
        let (own, others) = S::logs(&mut self.logs);
        own.make_room(block.len(), last);
        others.ask_for_rows(block);
        if self.crowded.keys.len() > 0 {
            self.crowded.keys.ask_for(block, 0, &mut [Guess::NONE; slots::BLOCK]);
        }
        self.ask_for_places::<S>(&next[..BLOCK.min(next.len())]);
    }

    #[inline]
    fn ask_for_places<S: LogSide<K, L, R>>(&mut self, hashes: &[u64]) {
        let (own, others) = S::logs(&mut self.logs);
        own.ask_for_places(hashes);
        others.ask_for_places(hashes);
    }

    #[inline]
    fn add<S: LogSide<K, L, R>>(&mut self, hash: u64, key: K, time: Timestamp, value: S::Value, limits: &Limits) {
        if time < limits.earliest {
            self.crowded.drop_late(&key, S::either(value), time);
        } else if let Some(slot) = self.crowded_slot(hash, &key) {
            self.add_to_crowded::<S>(slot, time, value);
        } else {
            self.add_to_log::<S>(hash, key, time, value, limits);
        }
    }

    #[inline(never)]
    fn add_to_crowded<S: LogSide<K, L, R>>(&mut self, slot: u32, time: Timestamp, value: S::Value) {
        self.crowded.visit(slot, |join, state, effects| S::add(join, state, time, value, effects));
    }

    #[inline]
    fn crowded_slot(&self, hash: u64, key: &K) -> Option<u32> {
        if self.crowded.keys.len() == 0 { None } else { self.crowded.keys.find(hash, key) }
    }

    #[inline]
    fn add_to_log<S: LogSide<K, L, R>>(
        &mut self,
        hash: u64,
        key: K,
        time: Timestamp,
        value: S::Value,
        limits: &Limits,
    ) {
        let JoinByKey { join, out, .. } = &mut self.crowded;
        let (own, others) = S::logs(&mut self.logs);
        let found = others.look_at(hash, &key, |other_time, other| {
            if S::fits(join, time, other_time) {
                out.emit_timed((key.clone(), S::pair(&value, other)), time.max(other_time));
            }
        });
        let crowded = (found > FEW).then(|| key.clone());
        if time.millis() > limits.last {
            own.push(hash, time, key, value);
        }
        if let Some(key) = crowded {
            self.move_crowded(hash, key);
        }
    }

    #[cold]
    #[inline(never)]
    fn move_crowded(&mut self, hash: u64, key: K) {
        let (left, right) = (self.logs.left.take(hash, &key), self.logs.right.take(hash, &key));
        let slot = self.crowded.keys.find_or_insert(hash, key);
        self.crowded.visit(slot, |_, state, _| state.keep(left, right));
    }

    fn forget(&mut self) {
        let JoinByKey { join, watermark, .. } = &self.crowded;
        self.logs.left.forget(last_over(*watermark, <LeftSide as LogSide<K, L, R>>::waits(join)));
        self.logs.right.forget(last_over(*watermark, <RightSide as LogSide<K, L, R>>::waits(join)));
    }
}

impl<K: Key, L: Element, R: Element> Driver<K, Interval<L, R, Inner>> for JoinByRow<K, L, R> {
    fn new(join: Interval<L, R, Inner>, late: Late<K, Either<Interval<L, R, Inner>>>, wiring: &Wiring<'_>) -> Self {
        Self { logs: Logs { left: Log::new(), right: Log::new() }, crowded: JoinByKey::new(join, late, wiring) }
    }

    fn take_left(&mut self, rows: HashedRows<(K, L)>) -> Result<()> {
        self.take::<LeftSide>(rows)
    }

    fn take_right(&mut self, rows: HashedRows<(K, R)>) -> Result<()> {
        self.take::<RightSide>(rows)
    }

    #[cfg(test)]
    fn keeps_nothing(&self) -> bool {
        self.logs.left.len() == 0 && self.logs.right.len() == 0 && self.crowded.keeps_nothing()
    }
}

impl<K: Key, L: Element, R: Element> Operator for JoinByRow<K, L, R> {
    fn finish_bundle(&mut self) -> Result<()> {
        self.crowded.finish_bundle()
    }

    fn watermark(&mut self, time: Timestamp) -> Result<()> {
        self.crowded.watermark(time)?;
        self.guarded(Self::forget)
    }

    fn output_watermark(&mut self, input: Timestamp) -> Timestamp {
        self.crowded.output_watermark(input)
    }

    fn pending(&self) -> Option<Pending> {
        let Logs { left, right } = &self.logs;
        let of_crowded = self.crowded.pending()?;
        let JoinByKey { join, .. } = &self.crowded;
        let left_goes = left.goes_next().map(|latest| over(latest, join.left_waits));
        let right_goes = right.goes_next().map(|latest| over(latest, join.right_waits));
        let next_event = [left_goes, right_goes, of_crowded.next_event].into_iter().flatten().min();
        let count = (left.len() + right.len()) as u64 + of_crowded.count;
        Some(Pending { count, what: "elements, and keys of many elements, that may find partners", next_event })
    }
}

#[cfg(test)]
impl<K: Key, L: Element, R: Element> JoinByRow<K, L, R> {
    /// How many elements of each side are kept in the order of their coming, and how many keys are crowded.
    pub(crate) fn kept(&self) -> (usize, usize, usize) {
        (self.logs.left.len(), self.logs.right.len(), self.crowded.keys())
    }
}
