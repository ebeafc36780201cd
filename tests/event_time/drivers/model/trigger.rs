//! Triggers: part 6, row by row.

use beamline::window::trigger::AfterProcessingTime;
use beamline::window::{Mark, Trigger};

/// A trigger in a window, or a part of one.
pub(super) struct Node {
    trigger: Trigger,
    parts: Vec<Node>,
    pub(super) done: bool,
    count: u64,
    deadline: Option<i64>,
}

/// When a trigger is asked, and in what window. Times are milliseconds.
pub(super) struct Moment {
    pub(super) last: i64,
    pub(super) watermark: i64,
    pub(super) clock: i64,
    pub(super) is_session: bool,
}

impl Moment {
    fn is_past_end(&self) -> bool {
        self.watermark > self.last
    }
}

/// The parts of a trigger. Early and late firings repeat; absent ones never happen.
fn parts(trigger: &Trigger) -> Vec<Trigger> {
    match trigger {
        Trigger::Repeatedly(part) => vec![(**part).clone()],
        Trigger::All(parts) | Trigger::Any(parts) | Trigger::Sequence(parts) => parts.clone(),
        Trigger::OrFinally(main, last) => vec![(**main).clone(), (**last).clone()],
        Trigger::AfterWatermark(trigger) => match (trigger.early_trigger(), trigger.late_trigger()) {
            (None, None) => Vec::new(),
            sides => [sides.0, sides.1].map(|side| Trigger::repeatedly(side.cloned().unwrap_or(Trigger::Never))).into(),
        },
        _ => Vec::new(),
    }
}

impl Node {
    pub(super) fn new(trigger: &Trigger) -> Self {
        let parts = parts(trigger).iter().map(Self::new).collect();
        Self { trigger: trigger.clone(), parts, done: false, count: 0, deadline: None }
    }

    /// The first deadline after an instant that is waited for; of a trigger that has finished there is none.
    pub(super) fn next_deadline(&self, after: i64) -> Option<i64> {
        self.deadlines().into_iter().filter(|due| !self.done && *due > after).min()
    }

    fn deadlines(&self) -> Vec<i64> {
        let own = self.deadline.filter(|_| !self.done);
        own.into_iter().chain(self.parts.iter().flat_map(Self::deadlines)).collect()
    }

    fn wipe(&mut self) {
        (self.count, self.deadline) = (0, None);
        self.parts.iter_mut().for_each(Self::wipe);
    }

    fn reset(&mut self) {
        (self.count, self.deadline, self.done) = (0, None, false);
        self.parts.iter_mut().for_each(Self::reset);
    }

    fn finish(&mut self) {
        self.wipe();
        self.done = true;
    }

    fn first_not_done(&mut self) -> Option<&mut Self> {
        self.parts.iter_mut().find(|part| !part.done)
    }

    /// Tells it of an element, which may punctuate; says whether it asks to be woken at the end of the window.
    pub(super) fn element(&mut self, at: &Moment, mark: Mark) -> bool {
        match &self.trigger {
            Trigger::AfterCount(_) => {
                self.count += 1;
                false
            }
            Trigger::AfterPunctuation => {
                self.count += u64::from(mark == Mark::Punctuates);
                false
            }
            Trigger::AfterProcessingTime(delay) => {
                self.deadline = self.deadline.or(Some(deadline(delay, at.clock)));
                false
            }
            Trigger::Default => !at.is_past_end(),
            Trigger::AfterWatermark(_) => self.element_around_end(at, mark) | !at.is_past_end(),
            Trigger::Sequence(_) => self.first_not_done().is_some_and(|part| part.element(at, mark)),
            _ => self
                .parts
                .iter_mut()
                .filter(|part| !part.done)
                .fold(false, |wakes, part| part.element(at, mark) | wakes),
        }
    }

    fn element_around_end(&mut self, at: &Moment, mark: Mark) -> bool {
        let [early, late] = &mut self.parts[..] else { return false };
        let passed = early.done;
        let mut wakes = false;
        if at.is_session || !passed {
            wakes |= early.element(at, mark);
        }
        if at.is_session || passed {
            wakes |= late.element(at, mark);
        }
        wakes
    }

    pub(super) fn is_ready(&self, at: &Moment) -> bool {
        match &self.trigger {
            Trigger::AfterCount(n) => self.count >= *n,
            Trigger::AfterPunctuation => self.count > 0,
            Trigger::AfterProcessingTime(_) => self.deadline.is_some_and(|due| at.clock >= due),
            Trigger::Default => at.is_past_end(),
            Trigger::AfterWatermark(_) => match &self.parts[..] {
                [early, late] if early.done => late.is_ready(at),
                [early, _] => at.is_past_end() || early.is_ready(at),
                _ => at.is_past_end(),
            },
            Trigger::Always | Trigger::AfterSynchronizedProcessingTime => true,
            Trigger::Repeatedly(_) => self.parts[0].is_ready(at),
            Trigger::All(_) => self.parts.iter().all(|part| part.done || part.is_ready(at)),
            Trigger::Any(_) | Trigger::OrFinally(..) => self.parts.iter().any(|part| !part.done && part.is_ready(at)),
            Trigger::Sequence(_) => self.parts.iter().find(|part| !part.done).is_some_and(|part| part.is_ready(at)),
            _ => false,
        }
    }

    /// A pane is shown, because it was ready.
    pub(super) fn fire(&mut self, at: &Moment) {
        match &self.trigger {
            Trigger::AfterCount(_)
            | Trigger::AfterPunctuation
            | Trigger::AfterProcessingTime(_)
            | Trigger::AfterSynchronizedProcessingTime => self.finish(),
            Trigger::AfterWatermark(_) => self.fire_around_end(at),
            Trigger::Repeatedly(_) => self.fire_and_begin_anew(at),
            Trigger::All(_) => {
                self.parts.iter_mut().filter(|part| !part.done).for_each(|part| part.fire(at));
                self.done = true;
            }
            Trigger::Any(_) => self.fire_any(at),
            Trigger::Sequence(_) => {
                self.first_not_done().into_iter().for_each(|part| part.fire(at));
                self.done = self.first_not_done().is_none();
            }
            Trigger::OrFinally(..) => self.fire_or_finally(at),
            _ => {}
        }
    }

    fn fire_and_begin_anew(&mut self, at: &Moment) {
        self.parts[0].fire(at);
        if self.parts[0].done {
            self.parts[0].reset();
        }
    }

    fn fire_any(&mut self, at: &Moment) {
        for part in &mut self.parts {
            if !part.done && part.is_ready(at) { part.fire(at) } else { part.wipe() }
        }
        self.done = true;
    }

    fn fire_or_finally(&mut self, at: &Moment) {
        let [main, last] = &mut self.parts[..] else { unreachable!("it has two parts") };
        if last.is_ready(at) {
            last.fire(at);
            main.wipe();
        } else {
            main.fire(at);
        }
        self.done = main.done || last.done;
    }

    fn fire_around_end(&mut self, at: &Moment) {
        let has_late = self.has_late();
        let [early, late] = &mut self.parts[..] else { return self.done = true };
        if early.done {
            late.fire(at);
        } else if at.is_past_end() {
            early.finish();
            late.wipe();
            self.done = !has_late;
        } else {
            early.fire(at);
            early.wipe();
        }
    }

    fn has_late(&self) -> bool {
        matches!(&self.trigger, Trigger::AfterWatermark(trigger) if trigger.late_trigger().is_some())
    }

    /// The trigger of a window that others have become, and whether it asks to be woken at its end. `at` is about that
    /// window.
    pub(super) fn merge(sources: &[&Self], at: &Moment) -> (Self, bool) {
        let mut merged = Self::new(&sources[0].trigger);
        let wakes = merged.merge_from(sources, at);
        (merged, wakes)
    }

    fn merge_from(&mut self, sources: &[&Self], at: &Moment) -> bool {
        match &self.trigger {
            Trigger::AfterCount(_)
            | Trigger::AfterPunctuation
            | Trigger::AfterProcessingTime(_)
            | Trigger::AfterSynchronizedProcessingTime => self.merge_numbers(sources),
            Trigger::Default => !at.is_past_end(),
            Trigger::AfterWatermark(_) => self.merge_around_end(sources, at) | !at.is_past_end(),
            Trigger::Sequence(_) => self.merge_sequence(sources, at),
            _ => self.merge_parts(sources, at),
        }
    }

    fn merge_numbers(&mut self, sources: &[&Self]) -> bool {
        if sources.iter().any(|source| source.done) {
            self.done = true;
        } else {
            self.count = sources.iter().map(|source| source.count).sum();
            self.deadline = sources.iter().filter_map(|source| source.deadline).min();
        }
        false
    }

    fn merge_part(&mut self, i: usize, sources: &[&Self], at: &Moment) -> bool {
        let sources: Vec<&Self> = sources.iter().map(|source| &source.parts[i]).collect();
        self.parts[i].merge_from(&sources, at)
    }

    fn merge_parts(&mut self, sources: &[&Self], at: &Moment) -> bool {
        let wakes = (0..self.parts.len()).fold(false, |wakes, i| self.merge_part(i, sources, at) | wakes);
        self.done = match &self.trigger {
            Trigger::All(_) => self.parts.iter().all(|part| part.done),
            Trigger::Any(_) | Trigger::OrFinally(..) => self.parts.iter().any(|part| part.done),
            _ => false,
        };
        wakes
    }

    /// Disputed (part 11): elements go to the part at work only, and what is behind it begins anew.
    fn merge_sequence(&mut self, sources: &[&Self], at: &Moment) -> bool {
        let mut wakes = false;
        for i in 0..self.parts.len() {
            wakes |= self.merge_part(i, sources, at);
            if !self.parts[i].done {
                return wakes;
            }
        }
        self.done = true;
        wakes
    }

    fn merge_around_end(&mut self, sources: &[&Self], at: &Moment) -> bool {
        let (early, late) = (0, 1);
        if self.parts.is_empty() {
            self.done = at.is_past_end() && sources.iter().all(|source| source.done);
            return false;
        }
        if at.is_past_end() && sources.iter().all(|source| source.parts[early].done) {
            self.parts[early].done = true;
            self.done = !self.has_late();
            return self.merge_part(late, sources, at);
        }
        self.merge_part(early, sources, at)
    }
}

/// Up to the next multiple of the period, from the offset on.
fn deadline(delay: &AfterProcessingTime, now: i64) -> i64 {
    let mut due = now + delay.delay().as_millis() as i64;
    if let Some((period, offset)) = delay.alignment() {
        while (due - offset.as_millis() as i64).rem_euclid(period.as_millis() as i64) != 0 {
            due += 1;
        }
    }
    due
}
