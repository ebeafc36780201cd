//! Timers that have come.

use super::TimeDomain;
use super::field::{StateCell, StateField, TimerField, Visitor};
use super::spec::StateSpec;
use super::timer::Pending;
use crate::Timestamp;

/// A timer that has come, and is set no more.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Due<T> {
    /// Which one.
    pub(crate) timer: T,
    /// Where it was declared.
    pub(crate) field: &'static StateField,
    /// What it was set to.
    pub(crate) pending: Pending,
}

/// Takes out the earliest timer of a domain that is due at `now`; of several at the same time the one declared first.
pub(crate) fn take_due<S: StateSpec>(state: &mut S, domain: TimeDomain, now: Timestamp) -> Option<Due<S::Timer>> {
    let mut written_at = S::UNWRITTEN;
    let mut earliest = Earliest { domain, at: None };
    state.visit(&mut written_at, &mut earliest);
    let at = earliest.at.filter(|at| *at <= now)?;
    let mut take = Take { domain, at, due: None };
    state.visit(&mut written_at, &mut take);
    take.due
}

struct Earliest {
    domain: TimeDomain,
    at: Option<Timestamp>,
}

impl<T> Visitor<T> for Earliest {
    fn cell<C: StateCell>(&mut self, _field: &'static StateField, _cell: &mut C, _written_at: Option<&mut Timestamp>) {}

    fn timer<F: TimerField>(&mut self, _field: &'static StateField, timer: &mut F, _name: impl FnOnce(F::Tag) -> T) {
        if F::DOMAIN == self.domain {
            self.at = self.at.into_iter().chain(timer.next()).min();
        }
    }
}

struct Take<T> {
    domain: TimeDomain,
    at: Timestamp,
    due: Option<Due<T>>,
}

impl<T> Visitor<T> for Take<T> {
    fn cell<C: StateCell>(&mut self, _field: &'static StateField, _cell: &mut C, _written_at: Option<&mut Timestamp>) {}

    fn timer<F: TimerField>(&mut self, field: &'static StateField, timer: &mut F, name: impl FnOnce(F::Tag) -> T) {
        if F::DOMAIN == self.domain && self.due.is_none() {
            self.due = timer.take_due(self.at).map(|(tag, pending)| Due { timer: name(tag), field, pending });
        }
    }
}
