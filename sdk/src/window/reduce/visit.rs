//! A call for a key: elements, timers, firings.

use super::aside::{Aside, Shown};
use super::state::OpenWindow;
use super::{Contents, Dropped, DroppedBecause, Effects, KeyState, Now, Reducer, Wake};
use crate::Timestamp;
use crate::window::trigger::Moment;
use crate::window::{Mark, Window};
use smallvec::{SmallVec, smallvec};

/// One call of the driver.
pub(super) struct Visit<'a, V, C: Contents<V>, E> {
    pub(super) reducer: &'a Reducer<V, C>,
    pub(super) key: &'a mut KeyState<C::State>,
    pub(super) now: &'a Now,
    pub(super) effects: &'a mut E,
}

/// What the driver knows of a window.
struct Known {
    hold: Option<Timestamp>,
    /// Later deadlines need a timer.
    asked: Timestamp,
    /// The first deadline after that.
    deadline: Option<Timestamp>,
}

impl<V: Clone, C: Contents<V>, E: Effects<V, C::Out>> Visit<'_, V, C, E> {
    /// An element, for one of its windows.
    pub(super) fn element(&mut self, mark: Mark, timestamp: Timestamp, window: Window, value: V) {
        if self.reducer.is_expired(window, self.now) {
            return self.effects.dropped(Dropped { because: DroppedBecause::Late, window, timestamp, mark, value });
        }
        let window = if self.reducer.is_merging { self.merge_in(window) } else { window };
        if self.key.aside.is_closed(&window) {
            return self.effects.dropped(Dropped { because: DroppedBecause::Closed, window, timestamp, mark, value });
        }
        self.add(mark, timestamp, window, value);
    }

    fn add(&mut self, mark: Mark, time: Timestamp, window: Window, value: V) {
        let Self { reducer, key, now, effects } = self;
        let create = || OpenWindow::new(reducer.new_contents(), reducer.machine.new_state());
        let (open, _) = key.open.get_or_insert_with(window, create);
        let known = reducer.known(open, window, now);
        open.has_news = true;
        reducer.hold_for_element(open, window, time, now);
        let is_finished = if mark == Mark::Retracts {
            reducer.take_out(open, value);
            // The trigger hears of it only if no other value comes in its place: not before what is at hand has been
            // seen to the end, which a timer for now tells.
            if key.aside.add_lone(window, 1) {
                effects.wake(Wake::on_clock(window, now.clock));
            }
            false
        } else {
            reducer.put_in(open, &mut key.aside, window, value);
            open.wakes_at_end |= reducer.tell(open, mark, &now.in_window(window));
            reducer.fire_if_ready(open, &mut key.aside, window, now, *effects)
        };
        self.settle(window, &known, is_finished);
    }

    /// The watermark has reached a timer.
    pub(super) fn watermark_passed(&mut self, wake: Wake) {
        if self.reducer.is_expired(wake.window, self.now) {
            self.key.aside.reopen(&wake.window);
        }
        for window in self.heirs(wake.window) {
            self.ask_at_end(window, wake.at);
        }
    }

    fn ask_at_end(&mut self, window: Window, timer: Timestamp) {
        let Self { reducer, key, now, effects } = self;
        let Some(open) = key.open.get_mut(&window) else { return };
        if timer >= open.timer {
            open.timer = Timestamp::MAX;
        }
        if reducer.is_expired(window, now) {
            return self.expire(window);
        }
        if reducer.retracts() {
            let is_over = |shown: &Shown<C::State>| reducer.is_expired(shown.window, now);
            reducer.take_back(key.aside.take_shown_if(&window, is_over), *effects);
        }
        let known = reducer.known(open, window, now);
        let mut is_finished = false;
        if open.wakes_at_end && now.in_window(window).is_past_end() {
            open.wakes_at_end = false;
            is_finished = reducer.fire_if_ready(open, &mut key.aside, window, now, *effects);
        }
        self.settle(window, &known, is_finished);
    }

    /// The clock has reached a timer.
    pub(super) fn clock_passed(&mut self, wake: Wake) {
        for window in self.heirs(wake.window) {
            self.ask_on_clock(window, wake.at);
        }
    }

    /// Asks the trigger, once, if it is still waiting for that instant. Deadlines that were given up, and timers of
    /// windows that have become this one, must not make a difference: after loading the state there are none. Asks it
    /// also if values were taken back and nothing has come in their place.
    fn ask_on_clock(&mut self, window: Window, due: Timestamp) {
        let Self { reducer, key, now, effects } = self;
        let Some(open) = key.open.get_mut(&window) else { return };
        let lone = key.aside.take_lone(&window);
        if lone == 0 && (due <= open.asked || !reducer.machine.waits_for(&open.trigger, due)) {
            return;
        }
        open.asked = open.asked.max(due);
        // Of several deadlines only the first was asked for.
        let known = Known { asked: due, deadline: None, ..reducer.known(open, window, now) };
        for _ in 0..lone {
            open.wakes_at_end |= reducer.machine.on_element(&mut open.trigger, &now.in_window(window));
        }
        let is_finished =
            !reducer.is_expired(window, now) && reducer.fire_if_ready(open, &mut key.aside, window, now, *effects);
        self.settle(window, &known, is_finished);
    }

    /// The windows that a timer of `window` is for: that of a session also wakes what the session has become.
    fn heirs(&self, window: Window) -> SmallVec<[Window; 2]> {
        if self.reducer.is_sessions() && !self.key.open.contains(&window) {
            self.key.open.overlapping(window)
        } else {
            smallvec![window]
        }
    }

    /// One last result, and nothing is left of the window.
    fn expire(&mut self, window: Window) {
        let Self { reducer, key, now, effects } = self;
        key.aside.reopen(&window);
        if let Some(mut open) = key.open.remove(&window) {
            let hold = reducer.hold_of(&open, window);
            reducer.show(&mut open, &mut key.aside, window, true, now, *effects);
            self.hold(hold, None);
            self.forget(window, open);
        }
    }

    /// What is left of a window that shows no more results: values that were taken back and have never come.
    #[inline(never)]
    pub(super) fn forget(&mut self, window: Window, mut open: OpenWindow<C::State>) {
        self.key.aside.forget_open(&window);
        if self.reducer.is_revised {
            let (because, timestamp, mark) = (DroppedBecause::Unmatched, window.max_timestamp(), Mark::Retracts);
            for value in self.reducer.contents.unmatched(&mut open.contents) {
                self.effects.dropped(Dropped { because, window, timestamp, mark, value });
            }
        }
    }

    /// Tells the driver what has changed.
    #[inline]
    fn settle(&mut self, window: Window, known: &Known, is_finished: bool) {
        if is_finished {
            self.close(window);
            return self.hold(known.hold, None);
        }
        let Some(open) = self.key.open.get_mut(&window) else { return };
        let hold = self.reducer.hold_of(open, window);
        let deadline = self.reducer.machine.next_deadline(&open.trigger, known.asked);
        if let Some(due) = deadline.filter(|_| deadline != known.deadline) {
            self.effects.wake(Wake::on_clock(window, due));
        }
        self.reducer.set_timer(open, window, self.effects);
        self.hold(known.hold, hold);
    }

    /// Of a window whose trigger has finished only that is remembered.
    #[cold]
    #[inline(never)]
    pub(super) fn close(&mut self, window: Window) {
        if let Some(open) = self.key.open.remove(&window) {
            self.forget(window, open);
        }
        self.key.aside.close(window);
        self.effects.wake(self.reducer.wake_at_expiry(window));
    }

    pub(super) fn hold(&mut self, from: Option<Timestamp>, to: Option<Timestamp>) {
        if from != to {
            self.effects.hold(from, to);
        }
    }
}

impl<V: Clone, C: Contents<V>> Reducer<V, C> {
    fn known(&self, open: &OpenWindow<C::State>, window: Window, now: &Now) -> Known {
        let asked = now.clock;
        Known { hold: self.hold_of(open, window), asked, deadline: self.machine.next_deadline(&open.trigger, asked) }
    }

    #[inline]
    fn put_in(&self, open: &mut OpenWindow<C::State>, aside: &mut Aside<C::State>, window: Window, value: V) {
        self.contents.add(&mut open.contents, value);
        if self.is_revised {
            aside.replace_lone(window);
        }
    }

    #[cold]
    #[inline(never)]
    fn take_out(&self, open: &mut OpenWindow<C::State>, value: V) {
        self.contents.retract(&mut open.contents, value);
    }

    /// Tells the trigger of an element; says whether it wants to be asked at the end of the window.
    #[inline]
    fn tell(&self, open: &mut OpenWindow<C::State>, mark: Mark, moment: &Moment) -> bool {
        if mark == Mark::Punctuates {
            self.machine.on_punctuation(&mut open.trigger, moment)
        } else {
            self.machine.on_element(&mut open.trigger, moment)
        }
    }

    /// Asks for a timer when the window has to be looked at next, unless an earlier one will come anyway.
    pub(super) fn set_timer(
        &self,
        open: &mut OpenWindow<C::State>,
        window: Window,
        effects: &mut impl Effects<V, C::Out>,
    ) {
        let next = if open.wakes_at_end { Wake::at_end(window) } else { self.wake_at_expiry(window) };
        if next.at < open.timer {
            open.timer = next.at;
            effects.wake(next);
        }
    }

    /// Asks the trigger and shows a result if it is ready; says whether the trigger has finished.
    fn fire_if_ready(
        &self,
        open: &mut OpenWindow<C::State>,
        aside: &mut Aside<C::State>,
        window: Window,
        now: &Now,
        effects: &mut impl Effects<V, C::Out>,
    ) -> bool {
        let moment = now.in_window(window);
        if !self.machine.is_ready(&open.trigger, &moment) {
            return false;
        }
        self.machine.on_fire(&mut open.trigger, &moment);
        let is_finished = self.machine.is_finished(&open.trigger);
        self.show(open, aside, window, is_finished, now, effects);
        is_finished
    }
}
