//! Sessions: windows that become one.

use super::state::OpenWindow;
use super::visit::Visit;
use super::{Contents, Effects, Now, Reducer, Wake};
use crate::window::{AnyWindowFn, Merge, Window};

/// The windows that go.
type Sources<S> = Vec<(Window, OpenWindow<S>)>;

impl<V: Clone, C: Contents<V>, E: Effects<V, C::Out>> Visit<'_, V, C, E> {
    /// Merges what a new window brings together; says which window its element is in then.
    pub(super) fn merge_in(&mut self, new: Window) -> Window {
        if self.key.open.contains(&new) {
            return new;
        }
        let mut home = new;
        for merge in self.merges(new) {
            if merge.from.contains(&new) {
                home = merge.to;
            }
            self.merge(&merge);
        }
        home
    }

    fn merges(&self, new: Window) -> Vec<Merge> {
        let window_fn = self.reducer.strategy.window_fn();
        let mut windows = match window_fn {
            AnyWindowFn::Sessions(_) => self.key.open.overlapping(new),
            _ => self.key.open.windows(),
        };
        if windows.is_empty() {
            return Vec::new();
        }
        windows.insert(windows.partition_point(|window| *window < new), new);
        window_fn.merge(&windows)
    }

    fn merge(&mut self, merge: &Merge) {
        let sources = self.take_sources(merge);
        if sources.is_empty() {
            return;
        }
        let (window, now) = (merge.to, self.now);
        let open = self.reducer.merged(window, sources, now);
        let wake = if open.wakes_at_end { Wake::at_end(window) } else { self.reducer.wake_at_expiry(window) };
        self.effects.wake(wake);
        if let Some(due) = self.reducer.machine.next_deadline(&open.trigger, now.clock) {
            self.effects.wake(Wake::on_clock(window, due));
        }
        self.key.closed.remove(&window);
        if self.reducer.machine.is_finished(&open.trigger) {
            return self.close(window);
        }
        self.hold(None, self.reducer.hold_of(&open, window));
        self.key.open.insert(window, open);
    }

    /// Takes the windows out that go, and their holds with them.
    fn take_sources(&mut self, merge: &Merge) -> Sources<C::State> {
        let mut sources = Vec::new();
        let target = Some(&merge.to).filter(|to| !merge.from.contains(to));
        for window in merge.from.iter().chain(target) {
            if let Some(open) = self.key.open.remove(window) {
                self.hold(self.reducer.hold_of(&open, *window), None);
                sources.push((*window, open));
            }
        }
        sources
    }
}

impl<V: Clone, C: Contents<V>> Reducer<V, C> {
    /// The window that takes the place of others. It has their contents; results it has shown only if it was one of
    /// them.
    fn merged(&self, window: Window, sources: Sources<C::State>, now: &Now) -> OpenWindow<C::State> {
        let triggers: Vec<_> = sources.iter().map(|(_, open)| &open.trigger).collect();
        let (trigger, wakes) = self.machine.merge(&triggers, &now.in_window(window));
        let mut merged = OpenWindow::new(self.contents.create(), trigger);
        merged.wakes_at_end = wakes;
        if let Some((_, same)) = sources.iter().find(|(source, _)| *source == window) {
            merged.panes = same.panes;
            merged.on_time_panes = same.on_time_panes;
            merged.wakes_at_end |= same.wakes_at_end;
        }
        let holds = sources.iter().filter_map(|(_, open)| open.element_hold);
        self.hold_for_merged(&mut merged, window, holds, now);
        for (_, open) in sources {
            merged.has_news |= open.has_news;
            self.contents.merge(&mut merged.contents, open.contents);
        }
        merged
    }
}
