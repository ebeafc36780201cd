//! Sessions: windows that become one.

use super::aside::Shown;
use super::state::OpenWindow;
use super::visit::Visit;
use super::{Contents, Effects, KeyState, Now, Reducer, Wake};
use crate::Timestamp;
use crate::window::trigger::TriggerState;
use crate::window::{Merge, Window};
use smallvec::SmallVec;

/// The windows that go: most often one, which an element makes longer.
type Sources<S> = SmallVec<[(Window, OpenWindow<S>); 1]>;

impl<V: Clone, C: Contents<V>, E: Effects<V, C::Out>> Visit<'_, V, C, E> {
    /// Merges what a new window brings together; says which window its element is in then.
    pub(super) fn merge_in(&mut self, new: Window) -> Window {
        if self.key.open.contains(&new) {
            new
        } else if self.reducer.is_sessions() {
            self.merge_overlapping(new)
        } else {
            self.merge_by_function(new)
        }
    }

    fn merge_overlapping(&mut self, new: Window) -> Window {
        let from = self.key.open.overlapping(new);
        let to = from.iter().copied().fold(new, Window::span);
        self.merge(&from, to);
        to
    }

    fn merge_by_function(&mut self, new: Window) -> Window {
        let mut windows = self.key.open.windows();
        windows.insert(windows.partition_point(|window| *window < new), new);
        let mut home = new;
        for Merge { mut from, to } in self.reducer.strategy.window_fn().merge(&windows) {
            if from.contains(&new) {
                home = to;
            }
            if !from.contains(&to) {
                from.push(to);
            }
            self.merge(&from, to);
        }
        home
    }

    /// Makes one of those windows that are open.
    fn merge(&mut self, from: &[Window], to: Window) {
        let sources: Sources<_> =
            from.iter().filter_map(|window| Some((*window, self.key.open.remove(window)?))).collect();
        if sources.is_empty() {
            return;
        }
        for (window, open) in &sources {
            self.hold(self.reducer.hold_of(open, *window), None);
        }
        let timers = sources.iter().filter_map(|(_, open)| self.reducer.next_deadline(open, self.now));
        let timers: SmallVec<[Timestamp; 1]> = timers.filter(|_| self.reducer.is_sessions()).collect();
        let mut open = self.reducer.merged(to, sources, self.now);
        self.key.aside.reopen(&to);
        if self.reducer.machine.is_finished(&open.trigger) {
            from.iter().for_each(|window| self.key.aside.forget_open(window));
            self.forget(to, open);
            return self.close(to);
        }
        open.has_news |= !self.key.aside.is_empty() && self.inherit(from, to);
        if let Some(due) = self.reducer.next_deadline(&open, self.now).filter(|due| !timers.contains(due)) {
            self.effects.wake(Wake::on_clock(to, due));
        }
        self.reducer.set_timer(&mut open, to, self.effects);
        self.hold(None, self.reducer.hold_of(&open, to));
        self.key.open.insert(to, open);
    }
}

impl<V: Clone, C: Contents<V>, E: Effects<V, C::Out>> Visit<'_, V, C, E> {
    /// The window that others have become takes back what they have shown, together with its next result; says whether
    /// there is something.
    #[cold]
    #[inline(never)]
    fn inherit(&mut self, from: &[Window], to: Window) -> bool {
        let Self { reducer, key: KeyState { aside, .. }, now, effects } = self;
        let shown: Vec<Shown<C::State>> = from.iter().flat_map(|window| aside.take_shown(window)).collect();
        let lone = from.iter().map(|window| aside.take_lone(window)).sum();
        let strangers = shown.iter().filter(|shown| shown.window != to);
        strangers.clone().for_each(|shown| effects.wake(reducer.wake_to_take_back(shown, to)));
        let takes_back = strangers.count() > 0;
        aside.remember(to, shown);
        if aside.add_lone(to, lone) {
            effects.wake(Wake::on_clock(to, now.clock));
        }
        takes_back
    }
}

impl<V: Clone, C: Contents<V>> Reducer<V, C> {
    pub(super) fn next_deadline(&self, open: &OpenWindow<C::State>, now: &Now) -> Option<Timestamp> {
        self.machine.next_deadline(&open.trigger, now.clock)
    }

    /// A result of a window that has become `to` must be taken back before it is too late for that downstream.
    pub(super) fn wake_to_take_back(&self, shown: &Shown<C::State>, to: Window) -> Wake {
        // That of a session finds what the session has become, and is the same however often it grows.
        let window = if self.is_sessions() { shown.window } else { to };
        Wake { window, ..self.wake_at_expiry(shown.window) }
    }

    /// The window that takes the place of others. It has their contents; results it has shown only if it was one of
    /// them.
    fn merged(&self, window: Window, sources: Sources<C::State>, now: &Now) -> OpenWindow<C::State> {
        let triggers: SmallVec<[&TriggerState; 2]> = sources.iter().map(|(_, open)| &open.trigger).collect();
        let (trigger, wakes_at_end) = self.machine.merge(&triggers, &now.in_window(window));
        drop(triggers);
        let mut merged = OpenWindow { wakes_at_end, ..OpenWindow::new((), trigger) };
        for (source, open) in &sources {
            merged.has_news |= open.has_news;
            if *source == window {
                merged.panes = open.panes;
                merged.on_time_panes = open.on_time_panes;
                merged.wakes_at_end |= open.wakes_at_end;
            }
            if self.is_sessions() {
                merged.timer = merged.timer.min(open.timer);
                merged.asked = merged.asked.max(open.asked);
            }
        }
        let holds = sources.iter().filter_map(|(_, open)| open.element_hold);
        self.hold_for_merged(&mut merged, window, holds, now);
        merged.containing(self.merged_contents(sources))
    }

    fn merged_contents(&self, sources: Sources<C::State>) -> C::State {
        let contents = sources.into_iter().map(|(_, open)| open.contents);
        let merged = contents.reduce(|mut all, other| {
            self.contents.merge(&mut all, other);
            all
        });
        merged.unwrap_or_else(|| self.new_contents())
    }
}
