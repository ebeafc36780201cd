//! Windows that become one: so do the states of their triggers.

use super::{Kind, Moment, TriggerMachine, TriggerState};

const ROOT: usize = 0;

/// The states that become one.
type Sources<'a> = [&'a TriggerState];

impl TriggerMachine {
    /// The state of a window that takes the place of others, and whether it wants to be asked when the watermark passes
    /// its end. `at` is about the new window.
    pub fn merge(&self, sources: &Sources<'_>, at: &Moment) -> (TriggerState, bool) {
        let mut state = self.new_state();
        let wakes = self.merge_node(&mut state, ROOT, sources, at);
        (state, wakes)
    }

    fn merge_node(&self, state: &mut TriggerState, n: usize, sources: &Sources<'_>, at: &Moment) -> bool {
        match &self.node(n).kind {
            Kind::Never | Kind::Always => false,
            Kind::Default => !at.is_past_end(),
            Kind::Count(_) | Kind::Punctuation => self.merge_counts(state, n, sources),
            Kind::Delay(_) => self.merge_deadlines(state, n, sources),
            Kind::Ready => self.inherit_done(state, n, sources),
            Kind::End => {
                let done = at.is_past_end() && self.is_done_in_all(n, sources);
                self.set_done(state, n, done);
                !at.is_past_end()
            }
            Kind::Sequence => self.merge_sequence(state, n, sources, at),
            Kind::Watermark { late } => self.merge_around_end(state, n, *late, sources, at),
            Kind::Repeat | Kind::All | Kind::Any | Kind::OrFinally => self.merge_parts(state, n, sources, at),
        }
    }

    fn is_done_in_all(&self, n: usize, sources: &Sources<'_>) -> bool {
        sources.iter().all(|source| self.is_done(source, n))
    }

    /// A part that can be done once is done if it was in any of the windows; it does not wake.
    fn inherit_done(&self, state: &mut TriggerState, n: usize, sources: &Sources<'_>) -> bool {
        let done = sources.iter().any(|source| self.is_done(source, n));
        self.set_done(state, n, done);
        false
    }

    fn merge_counts(&self, state: &mut TriggerState, n: usize, sources: &Sources<'_>) -> bool {
        self.inherit_done(state, n, sources);
        if !self.is_done(state, n) {
            let counts = sources.iter().map(|source| self.number(source, n));
            *self.number_mut(state, n) = counts.fold(0, u64::saturating_add);
        }
        false
    }

    fn merge_deadlines(&self, state: &mut TriggerState, n: usize, sources: &Sources<'_>) -> bool {
        self.inherit_done(state, n, sources);
        let earliest = sources.iter().filter_map(|source| self.deadline(source, n)).min();
        match earliest {
            Some(due) if !self.is_done(state, n) => self.set_deadline(state, n, due),
            _ => {}
        }
        false
    }

    fn merge_parts(&self, state: &mut TriggerState, n: usize, sources: &Sources<'_>, at: &Moment) -> bool {
        let (mut wakes, mut all, mut any) = (false, true, false);
        for child in self.children(n) {
            wakes |= self.merge_node(state, child, sources, at);
            let done = self.is_done(state, child);
            all &= done;
            any |= done;
        }
        let done = if matches!(self.node(n).kind, Kind::All) { all } else { any };
        if !matches!(self.node(n).kind, Kind::Repeat) {
            self.set_done(state, n, done);
        }
        wakes
    }

    /// Parts behind the first one that is not done stay as new.
    fn merge_sequence(&self, state: &mut TriggerState, n: usize, sources: &Sources<'_>, at: &Moment) -> bool {
        let mut wakes = false;
        for child in self.children(n) {
            wakes |= self.merge_node(state, child, sources, at);
            if !self.is_done(state, child) {
                return wakes;
            }
        }
        self.set_done(state, n, true);
        wakes
    }

    /// A window whose end moves out is early again.
    fn merge_around_end(
        &self,
        state: &mut TriggerState,
        n: usize,
        has_late: bool,
        sources: &Sources<'_>,
        at: &Moment,
    ) -> bool {
        let (early, late) = self.sides(n);
        if at.is_past_end() && self.is_done_in_all(early, sources) {
            self.set_done(state, early, true);
            self.set_done(state, n, !has_late);
            return self.merge_node(state, late, sources, at);
        }
        self.merge_node(state, early, sources, at) | !at.is_past_end()
    }
}
