//! Time to live.

use super::field::{StateCell, StateField, TimeToLive, TimerField, Visitor};
use super::spec::StateSpec;
use crate::Timestamp;

/// Forgets cells whose time to live has passed at `now`.
#[inline]
pub(crate) fn expire<S: StateSpec>(state: &mut S, written_at: &mut S::WrittenAt, now: Timestamp) {
    if !written_at.as_ref().is_empty() {
        state.visit(written_at, &mut Expire { now });
    }
}

/// When what was written at `written_at` is forgotten; never is the end of time.
pub(super) fn end_of_life(field: &StateField, written_at: Timestamp) -> Timestamp {
    match field.ttl {
        TimeToLive::For(ttl) => written_at + ttl,
        TimeToLive::Unsaid | TimeToLive::Forever => Timestamp::MAX,
    }
}

struct Expire {
    now: Timestamp,
}

impl<T> Visitor<T> for Expire {
    #[inline]
    fn cell<C: StateCell>(&mut self, field: &'static StateField, cell: &mut C, written_at: Option<&mut Timestamp>) {
        let Some(written_at) = written_at else { return };
        if !cell.is_empty() && end_of_life(field, *written_at) <= self.now {
            cell.clear();
            cell.take_written();
            *written_at = Timestamp::MIN;
        }
    }

    #[inline]
    fn timer<F: TimerField>(&mut self, _field: &'static StateField, _timer: &mut F, _name: impl FnOnce(F::Tag) -> T) {}
}
