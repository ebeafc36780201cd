//! Joins of collections that end.

use super::{Effects, TimedJoin};
use crate::kernel::guard::catch;
use crate::kernel::{Batch, Emitter, Operator, Push, Wiring};
use crate::{Element, Key, Result, Step, Timestamp, Values};
use std::sync::Arc;

/// The values of a key with their times, of both sides.
pub(crate) type Groups<K, J> = (K, (Timed<<J as TimedJoin>::Left>, Timed<<J as TimedJoin>::Right>));
type Timed<V> = Values<(Timestamp, V)>;

/// Joins groups, one key after the other.
pub(crate) struct JoinGroups<K, J: TimedJoin> {
    join: J,
    step: Arc<Step>,
    out: Emitter<(K, J::Row)>,
}

/// Results of a key. Nothing has to be held back: no watermark moves before the end.
struct Results<'a, K, Row> {
    key: &'a K,
    out: &'a mut Emitter<(K, Row)>,
}

impl<K: Key, Row: 'static> Effects<Row> for Results<'_, K, Row> {
    fn emit(&mut self, row: Row, time: Timestamp) {
        self.out.emit_timed((self.key.clone(), row), time);
    }

    fn hold(&mut self, _at: Timestamp) {}

    fn release(&mut self, _at: Timestamp) {}
}

impl<K: Key, J: TimedJoin> JoinGroups<K, J> {
    pub(crate) fn new(join: J, wiring: &Wiring<'_>) -> Self {
        Self { join, step: wiring.step.clone(), out: wiring.emitter(0) }
    }
}

/// Shows a join the values of a key in the order of time, as a stream would that is never late.
fn join_group<J: TimedJoin>(
    join: &J,
    (left, right): (Timed<J::Left>, Timed<J::Right>),
    effects: &mut impl Effects<J::Row>,
) {
    if !J::WAITS && (left.is_empty() || right.is_empty()) {
        return;
    }
    let (mut left, mut right) = (in_order(left).peekable(), in_order(right).peekable());
    let mut state = J::State::default();
    loop {
        let is_left_next = match (left.peek(), right.peek()) {
            (Some((left, _)), Some((right, _))) => left <= right,
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (None, None) => break,
        };
        if is_left_next {
            let Some((time, value)) = left.next() else { break };
            join.advance(&mut state, time, effects);
            join.add_left(&mut state, time, value, effects);
        } else {
            let Some((time, value)) = right.next() else { break };
            join.advance(&mut state, time, effects);
            join.add_right(&mut state, time, value, effects);
        }
    }
    join.advance(&mut state, Timestamp::MAX, effects);
}

fn in_order<V: Element>(values: Timed<V>) -> impl Iterator<Item = (Timestamp, V)> {
    let mut values = values.into_vec();
    values.sort_unstable_by_key(|(time, _)| *time);
    values.into_iter()
}

impl<K: Key, J: TimedJoin> Push<Groups<K, J>> for JoinGroups<K, J> {
    fn push(&mut self, batch: &mut Batch<Groups<K, J>>) -> Result<()> {
        let Self { join, step, out } = self;
        let result = catch(step, || {
            batch.values.drain(..).for_each(|(key, groups)| join_group(join, groups, &mut Results { key: &key, out }));
        });
        out.check()?;
        result
    }
}

impl<K: Key, J: TimedJoin> Operator for JoinGroups<K, J> {
    fn finish_bundle(&mut self) -> Result<()> {
        self.out.flush()
    }
}
