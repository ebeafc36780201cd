//! What a call of user code has left behind.

use super::TimeDomain;
use super::expire::end_of_life;
use super::field::{StateCell, StateField, TimerField, Visitor};
use super::spec::StateSpec;
use crate::Timestamp;

/// What a state asks of the engine. The end of time stands for never, and for no hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Settled {
    /// Whether there is nothing to remember.
    pub(crate) is_empty: bool,
    /// When the watermark reaches this, a timer is due or a cell has lived.
    pub(crate) event: Timestamp,
    /// When the clock reaches this, a timer is due.
    pub(crate) clock: Timestamp,
    /// How far the output watermark may go.
    pub(crate) hold: Timestamp,
}

impl Settled {
    /// What an empty state asks for.
    pub(crate) const NOTHING: Self =
        Self { is_empty: true, event: Timestamp::MAX, clock: Timestamp::MAX, hold: Timestamp::MAX };
}

/// Takes note of what a call at `time` has written and set.
#[inline]
pub(crate) fn settle<S: StateSpec>(state: &mut S, written_at: &mut S::WrittenAt, time: Timestamp) -> Settled {
    let mut settle = Settle { time, settled: Settled::NOTHING };
    state.visit(written_at, &mut settle);
    settle.settled
}

struct Settle {
    time: Timestamp,
    settled: Settled,
}

impl<T> Visitor<T> for Settle {
    #[inline]
    fn cell<C: StateCell>(&mut self, field: &'static StateField, cell: &mut C, written_at: Option<&mut Timestamp>) {
        let (is_empty, is_written) = (cell.is_empty(), cell.take_written());
        self.settled.is_empty &= is_empty;
        let Some(written_at) = written_at else { return };
        if is_empty {
            *written_at = Timestamp::MIN;
            return;
        }
        if is_written {
            // A late write does not shorten the life of what was written before.
            *written_at = self.time.max(*written_at);
        }
        self.settled.event = self.settled.event.min(end_of_life(field, *written_at));
    }

    #[inline]
    fn timer<F: TimerField>(&mut self, _field: &'static StateField, timer: &mut F, _name: impl FnOnce(F::Tag) -> T) {
        let Some(next) = timer.next() else { return };
        let settled = &mut self.settled;
        settled.is_empty = false;
        match F::DOMAIN {
            TimeDomain::EventTime => settled.event = settled.event.min(next),
            TimeDomain::ProcessingTime => settled.clock = settled.clock.min(next),
        }
        settled.hold = settled.hold.min(timer.hold().unwrap_or(Timestamp::MAX));
    }
}
