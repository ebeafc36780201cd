//! Asking for the memory of timers before they are needed.

use super::field::{StateCell, StateField, TimerField, Visitor};
use super::spec::StateSpec;
use crate::Timestamp;

/// Brings those timers of a state into the cache that are not in the state itself.
#[inline]
pub(crate) fn ask_for_timers<S: StateSpec>(state: &mut S, written_at: &mut S::WrittenAt) {
    state.visit(written_at, &mut AskForTimers);
}

struct AskForTimers;

impl<T> Visitor<T> for AskForTimers {
    #[inline]
    fn cell<C: StateCell>(&mut self, _field: &'static StateField, _cell: &mut C, _written_at: Option<&mut Timestamp>) {}

    #[inline]
    fn timer<F: TimerField>(&mut self, _field: &'static StateField, timer: &mut F, _name: impl FnOnce(F::Tag) -> T) {
        timer.ask_for();
    }
}
