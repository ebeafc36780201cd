//! What only some strategies have to remember of a window, kept apart so that the others do not pay for it.

use crate::Timestamp;
use crate::kernel::ordered::Ordered;
use crate::window::{Pane, Window};
use serde::{Deserialize, Serialize};

/// Windows of a key that have finished, or have something to take back. A word for keys without any.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Aside<S>(Option<Box<Kept<S>>>);

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Kept<S> {
    /// Windows whose trigger has finished, until they expire.
    closed: Ordered<Window, ()>,
    /// What will be taken back when a window shows its next result: its last one, and those of windows that it has
    /// taken in.
    shown: Ordered<Window, Vec<Shown<S>>>,
    /// How many retractions of a window have come without a new element.
    lone: Ordered<Window, u64>,
}

/// A result that may have to be taken back.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Shown<S> {
    pub(super) window: Window,
    pub(super) timestamp: Timestamp,
    pub(super) pane: Pane,
    pub(super) contents: S,
}

impl<S> Default for Aside<S> {
    fn default() -> Self {
        Self(None)
    }
}

impl<S> Aside<S> {
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    fn kept(&mut self) -> &mut Kept<S> {
        self.0.get_or_insert_with(|| {
            Box::new(Kept { closed: Ordered::new(), shown: Ordered::new(), lone: Ordered::new() })
        })
    }

    /// Takes something out, and frees what is empty then.
    #[inline(never)]
    fn take<T: Default>(&mut self, take: impl FnOnce(&mut Kept<S>) -> Option<T>) -> T {
        let Some(kept) = &mut self.0 else { return T::default() };
        let taken = take(kept).unwrap_or_default();
        if kept.closed.is_empty() && kept.shown.is_empty() && kept.lone.is_empty() {
            self.0 = None;
        }
        taken
    }

    #[inline]
    pub(super) fn is_closed(&self, window: &Window) -> bool {
        self.0.as_ref().is_some_and(|kept| kept.closed.contains(window))
    }

    pub(super) fn close(&mut self, window: Window) {
        self.kept().closed.insert(window, ());
    }

    pub(super) fn closed(&self) -> impl Iterator<Item = &Window> {
        self.0.iter().flat_map(|kept| kept.closed.iter()).map(|(window, ())| window)
    }

    /// Forgets that a window was closed.
    #[inline]
    pub(super) fn reopen(&mut self, window: &Window) {
        if !self.is_empty() {
            self.take(|kept| kept.closed.remove(window));
        }
    }

    /// Remembers a result that a window has shown, beside others that it has to take back.
    pub(super) fn remember(&mut self, window: Window, shown: impl IntoIterator<Item = Shown<S>>) {
        let mut shown = shown.into_iter().peekable();
        if shown.peek().is_some() {
            self.kept().shown.get_or_insert_with(window, Vec::new).extend(shown);
        }
    }

    /// The results that a window has to take back, which are forgotten.
    pub(super) fn take_shown(&mut self, window: &Window) -> Vec<Shown<S>> {
        self.take(|kept| kept.shown.remove(window))
    }

    /// Those of them that are so.
    pub(super) fn take_shown_if(&mut self, window: &Window, is_so: impl Fn(&Shown<S>) -> bool) -> Vec<Shown<S>> {
        if !self.shown_of(window).any(&is_so) {
            return Vec::new();
        }
        let (taken, rest): (Vec<_>, Vec<_>) = self.take_shown(window).into_iter().partition(is_so);
        self.remember(*window, rest);
        taken
    }

    fn shown_of(&self, window: &Window) -> impl Iterator<Item = &Shown<S>> {
        self.0.iter().filter_map(|kept| kept.shown.get(window)).flatten()
    }

    /// All results to be taken back, each with the window that does it.
    pub(super) fn shown(&self) -> impl Iterator<Item = (&Window, &Shown<S>)> {
        let windows = self.0.iter().flat_map(|kept| kept.shown.iter());
        windows.flat_map(|(window, shown)| shown.iter().map(move |one| (window, one)))
    }

    /// Counts retractions; says whether they are the first.
    pub(super) fn add_lone(&mut self, window: Window, retractions: u64) -> bool {
        if retractions == 0 {
            return false;
        }
        let lone = self.kept().lone.get_or_insert_with(window, || 0);
        *lone += retractions;
        *lone == retractions
    }

    /// An element has come in place of a retraction, if there was one.
    pub(super) fn replace_lone(&mut self, window: Window) {
        self.take(|kept| {
            let lone = kept.lone.get_mut(&window)?;
            *lone -= 1;
            (*lone == 0).then(|| kept.lone.remove(&window))
        });
    }

    /// The retractions in whose place nothing has come, which are forgotten.
    #[inline]
    pub(super) fn take_lone(&mut self, window: &Window) -> u64 {
        if self.is_empty() { 0 } else { self.take(|kept| kept.lone.remove(window)) }
    }

    /// The windows with such retractions.
    pub(super) fn lone(&self) -> impl Iterator<Item = &Window> {
        self.0.iter().flat_map(|kept| kept.lone.iter()).map(|(window, _)| window)
    }

    /// Forgets what was for a window with contents.
    #[inline]
    pub(super) fn forget_open(&mut self, window: &Window) {
        if !self.is_empty() {
            self.take_shown(window);
            self.take_lone(window);
        }
    }
}
