//! Elements, questions and firings.

use super::{Kind, Moment, TriggerMachine, TriggerState};
use crate::Timestamp;

const ROOT: usize = 0;

/// An element, as far as triggers care.
#[derive(Clone, Copy)]
struct Seen<'a> {
    punctuates: bool,
    at: &'a Moment,
}

impl TriggerMachine {
    /// Tells it of an element; says whether it wants to be asked when the watermark passes the end of the window.
    #[inline]
    pub fn on_element(&self, state: &mut TriggerState, at: &Moment) -> bool {
        self.element(state, ROOT, Seen { punctuates: false, at })
    }

    /// As [`on_element`](Self::on_element), of an element that is marked as a punctuation.
    pub fn on_punctuation(&self, state: &mut TriggerState, at: &Moment) -> bool {
        self.element(state, ROOT, Seen { punctuates: true, at })
    }

    /// Whether the window should show a result now.
    #[inline]
    pub fn is_ready(&self, state: &TriggerState, at: &Moment) -> bool {
        self.ready(state, ROOT, at)
    }

    /// Tells it that the window shows a result, because it was ready.
    pub fn on_fire(&self, state: &mut TriggerState, at: &Moment) {
        self.fire(state, ROOT, at);
    }

    /// Whether it has finished: the window is closed.
    pub fn is_finished(&self, state: &TriggerState) -> bool {
        self.is_done(state, ROOT)
    }

    /// The next instant on the clock at which it wants to be asked.
    #[inline]
    pub fn next_deadline(&self, state: &TriggerState, clock: Timestamp) -> Option<Timestamp> {
        self.deadlines(state).filter(|due| *due > clock).min()
    }

    /// Whether it wants to be asked at an instant on the clock.
    pub fn waits_for(&self, state: &TriggerState, due: Timestamp) -> bool {
        self.deadlines(state).any(|deadline| deadline == due)
    }

    #[inline]
    fn deadlines(&self, state: &TriggerState) -> impl Iterator<Item = Timestamp> {
        let waiting = self.delays.iter().filter(|n| !self.is_done(state, **n));
        waiting.filter_map(|n| self.deadline(state, *n))
    }

    fn element(&self, state: &mut TriggerState, n: usize, seen: Seen<'_>) -> bool {
        match &self.node(n).kind {
            Kind::Always | Kind::Never | Kind::Ready => false,
            Kind::Default | Kind::End => !seen.at.is_past_end(),
            Kind::Count(_) => {
                let count = self.number_mut(state, n);
                *count = count.saturating_add(1);
                false
            }
            Kind::Punctuation => {
                *self.number_mut(state, n) |= u64::from(seen.punctuates);
                false
            }
            Kind::Delay(delay) => {
                if self.deadline(state, n).is_none() {
                    self.set_deadline(state, n, delay.deadline(seen.at.clock));
                }
                false
            }
            Kind::Sequence => match self.current(state, n) {
                Some(child) => self.element(state, child, seen),
                None => false,
            },
            Kind::Watermark { .. } => self.element_around_end(state, n, seen),
            Kind::Repeat | Kind::All | Kind::Any | Kind::OrFinally => self.element_to_all(state, n, seen),
        }
    }

    fn element_to_all(&self, state: &mut TriggerState, n: usize, seen: Seen<'_>) -> bool {
        let mut wakes = false;
        for child in self.children(n) {
            if !self.is_done(state, child) {
                wakes |= self.element(state, child, seen);
            }
        }
        wakes
    }

    /// Where sessions merge, both sides see all elements: the end of the window can move out again.
    fn element_around_end(&self, state: &mut TriggerState, n: usize, seen: Seen<'_>) -> bool {
        let (early, late) = self.sides(n);
        let passed = self.is_done(state, early);
        let mut wakes = !seen.at.is_past_end();
        if self.merging || !passed {
            wakes |= self.element(state, early, seen);
        }
        if self.merging || passed {
            wakes |= self.element(state, late, seen);
        }
        wakes
    }

    fn ready(&self, state: &TriggerState, n: usize, at: &Moment) -> bool {
        match &self.node(n).kind {
            Kind::Never => false,
            Kind::Always | Kind::Ready => true,
            Kind::Default | Kind::End => at.is_past_end(),
            Kind::Count(least) => self.number(state, n) >= *least,
            Kind::Punctuation => self.number(state, n) > 0,
            Kind::Delay(_) => self.deadline(state, n).is_some_and(|due| due <= at.clock),
            Kind::Repeat => self.ready(state, n + 1, at),
            Kind::All => self.children(n).all(|child| self.is_done(state, child) || self.ready(state, child, at)),
            Kind::Any | Kind::OrFinally => {
                self.children(n).any(|child| !self.is_done(state, child) && self.ready(state, child, at))
            }
            Kind::Sequence => self.current(state, n).is_some_and(|child| self.ready(state, child, at)),
            Kind::Watermark { .. } => match self.sides(n) {
                (early, late) if self.is_done(state, early) => self.ready(state, late, at),
                (early, _) => at.is_past_end() || self.ready(state, early, at),
            },
        }
    }

    fn fire(&self, state: &mut TriggerState, n: usize, at: &Moment) {
        match &self.node(n).kind {
            Kind::Default | Kind::Never | Kind::Always => {}
            Kind::Count(_) | Kind::Punctuation | Kind::Delay(_) | Kind::Ready | Kind::End => self.finish(state, n),
            Kind::Repeat => {
                self.fire(state, n + 1, at);
                if self.is_done(state, n + 1) {
                    self.reset(state, n + 1);
                }
            }
            Kind::All => {
                for child in self.children(n) {
                    if !self.is_done(state, child) {
                        self.fire(state, child, at);
                    }
                }
                self.set_done(state, n, true);
            }
            Kind::Any => {
                for child in self.children(n) {
                    self.fire_or_wipe(state, child, at);
                }
                self.set_done(state, n, true);
            }
            Kind::Sequence => self.fire_current(state, n, at),
            Kind::OrFinally => self.fire_or_finally(state, n, at),
            Kind::Watermark { late } => self.fire_around_end(state, n, *late, at),
        }
    }

    fn finish(&self, state: &mut TriggerState, n: usize) {
        self.wipe(state, n);
        self.set_done(state, n, true);
    }

    fn fire_or_wipe(&self, state: &mut TriggerState, n: usize, at: &Moment) {
        if !self.is_done(state, n) && self.ready(state, n, at) {
            self.fire(state, n, at);
        } else {
            self.wipe(state, n);
        }
    }

    fn fire_current(&self, state: &mut TriggerState, n: usize, at: &Moment) {
        if let Some(child) = self.current(state, n) {
            self.fire(state, child, at);
        }
        if self.current(state, n).is_none() {
            self.set_done(state, n, true);
        }
    }

    fn fire_or_finally(&self, state: &mut TriggerState, n: usize, at: &Moment) {
        let (main, last) = self.sides(n);
        if self.ready(state, last, at) {
            self.fire(state, last, at);
            self.wipe(state, main);
        } else {
            self.fire(state, main, at);
        }
        let done = self.is_done(state, main) || self.is_done(state, last);
        self.set_done(state, n, done);
    }

    fn fire_around_end(&self, state: &mut TriggerState, n: usize, has_late: bool, at: &Moment) {
        let (early, late) = self.sides(n);
        if self.is_done(state, early) {
            self.fire(state, late, at);
        } else if at.is_past_end() {
            self.finish(state, early);
            self.wipe(state, late);
            self.set_done(state, n, !has_late);
        } else {
            self.fire(state, early, at);
            self.wipe(state, early);
        }
    }

    /// The part of a sequence that is at work.
    pub(super) fn current(&self, state: &TriggerState, n: usize) -> Option<usize> {
        self.children(n).find(|child| !self.is_done(state, *child))
    }

    /// The two parts of a node that has two.
    pub(super) fn sides(&self, n: usize) -> (usize, usize) {
        (n + 1, self.node(n + 1).end)
    }

    /// The deadline of a delay; 0 stands for none.
    pub(super) fn deadline(&self, state: &TriggerState, n: usize) -> Option<Timestamp> {
        match self.number(state, n) {
            0 => None,
            stored => Some(Timestamp::from_millis((stored ^ SIGN) as i64)),
        }
    }

    pub(super) fn set_deadline(&self, state: &mut TriggerState, n: usize, due: Timestamp) {
        *self.number_mut(state, n) = due.millis() as u64 ^ SIGN;
    }
}

/// Flipped, so that no time is stored as 0.
const SIGN: u64 = 1 << 63;
