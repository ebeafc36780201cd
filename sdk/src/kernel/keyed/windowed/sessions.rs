//! The sessions of a key.

use crate::Timestamp;
use crate::window::Window;
use crate::window::reduce::WindowMap;

/// What a session contains, and what it has shown.
pub(super) struct Session<S> {
    pub(super) contents: S,
    /// When it is looked at next: a timer is set for that. The end of time if there is none.
    pub(super) due: Timestamp,
    pub(super) panes: u32,
    /// Whether an element has come that has not been shown.
    pub(super) has_news: bool,
}

/// Sessions that do not overlap.
///
/// Most elements belong to the last one, which is in place. Earlier ones wait for late elements.
pub(super) struct Sessions<S> {
    last: Option<(Window, Session<S>)>,
    /// In place if it is one: with some lateness, that is what most keys have.
    earlier: WindowMap<Session<S>>,
    /// No earlier one ends later.
    earlier_end: Timestamp,
}

impl<S> Default for Sessions<S> {
    fn default() -> Self {
        Self { last: None, earlier: WindowMap::None, earlier_end: Timestamp::MIN }
    }
}

impl<S> Session<S> {
    fn new(contents: S) -> Self {
        Self { contents, due: Timestamp::MAX, panes: 0, has_news: false }
    }
}

impl<S> Sessions<S> {
    pub(super) fn is_empty(&self) -> bool {
        self.last.is_none()
    }

    /// The session that a window belongs to, together with all that it overlaps.
    #[inline]
    pub(super) fn join(
        &mut self,
        new: Window,
        create: impl FnOnce() -> S,
        merge: impl FnMut(&mut S, S),
    ) -> (Window, &mut Session<S>) {
        let Some((last, _)) = &self.last else {
            let (_, session) = self.last.insert((new, Session::new(create())));
            return (new, session);
        };
        if new.start >= last.end {
            return (new, self.begin(new, create()));
        }
        if !last.overlaps(new) {
            return self.join_earlier(new, create, merge);
        }
        if new.start < self.earlier_end {
            return self.join_some(new, create, merge);
        }
        let (last, session) = self.last.as_mut().expect("there is one");
        let whole = last.span(new);
        // A session that has become longer has shown nothing yet.
        session.panes = if whole == *last { session.panes } else { 0 };
        *last = whole;
        (whole, session)
    }

    /// A session after all others.
    fn begin(&mut self, new: Window, contents: S) -> &mut Session<S> {
        if let Some((window, session)) = self.last.take() {
            self.earlier.insert(window, session);
            self.earlier_end = window.end;
        }
        &mut self.last.insert((new, Session::new(contents))).1
    }

    /// The last one is not concerned.
    #[inline(never)]
    fn join_earlier(
        &mut self,
        new: Window,
        create: impl FnOnce() -> S,
        merge: impl FnMut(&mut S, S),
    ) -> (Window, &mut Session<S>) {
        let home = match self.earlier.overlapping(new).as_slice() {
            [] => new,
            [one] if one.span(new) == *one => *one,
            _ => return self.join_some(new, create, merge),
        };
        if home == new {
            self.earlier_end = self.earlier_end.max(new.end);
        }
        let (session, _) = self.earlier.get_or_insert_with(home, || Session::new(create()));
        (home, session)
    }

    #[inline(never)]
    fn join_some(
        &mut self,
        new: Window,
        create: impl FnOnce() -> S,
        mut merge: impl FnMut(&mut S, S),
    ) -> (Window, &mut Session<S>) {
        let all = &mut self.earlier;
        self.last.take().into_iter().for_each(|(last, session)| all.insert(last, session));
        let joined = all.overlapping(new);
        let whole = joined.iter().copied().fold(new, Window::span);
        if joined.as_slice() != [whole] {
            let sessions = joined.iter().filter_map(|window| all.remove(window));
            let merged = sessions.reduce(|mut all, other| {
                merge(&mut all.contents, other.contents);
                Session {
                    contents: all.contents,
                    due: all.due.min(other.due),
                    panes: 0,
                    has_news: all.has_news | other.has_news,
                }
            });
            let merged = merged.map_or_else(|| Session::new(create()), |merged| Session { panes: 0, ..merged });
            all.insert(whole, merged);
        }
        self.take_last();
        self.get_mut(whole).expect("it has joined")
    }

    /// The last of the earlier ones becomes the last of all.
    fn take_last(&mut self) {
        self.last = self.earlier.pop_last();
        self.earlier_end = self.earlier.last().map_or(Timestamp::MIN, |window| window.end);
    }

    #[inline]
    fn get_mut(&mut self, window: Window) -> Option<(Window, &mut Session<S>)> {
        match &mut self.last {
            Some((last, session)) if *last == window => Some((window, session)),
            _ => Some((window, self.earlier.get_mut(&window)?)),
        }
    }

    /// Asks for the sessions that have been there longest.
    #[inline]
    pub(super) fn ask_for_earlier(&self) {
        self.earlier.ask_for_first();
    }

    /// The session at an instant.
    #[inline]
    pub(super) fn at(&mut self, instant: Timestamp) -> Option<(Window, &mut Session<S>)> {
        let last = self.last.as_ref().map(|(last, _)| *last).filter(|last| last.start <= instant && instant < last.end);
        let window = last.or_else(|| self.earlier.at(instant))?;
        self.get_mut(window)
    }

    /// Those with something that has not been shown.
    pub(super) fn expectant(&self) -> impl Iterator<Item = Window> {
        let last = self.last.iter().map(|(window, session)| (window, session));
        let all = last.chain(self.earlier.iter());
        all.filter(|(_, session)| session.has_news).map(|(window, _)| *window)
    }

    pub(super) fn remove(&mut self, window: Window) {
        if self.last.as_ref().is_some_and(|(last, _)| *last == window) {
            self.last = None;
            return self.take_last();
        }
        self.earlier.remove(&window);
        if self.earlier.is_empty() {
            self.earlier_end = Timestamp::MIN;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    proptest! {
        #[test]
        fn sessions_are_what_windows_close_to_each_other_become(starts in prop::collection::vec((0i64..2_000, 1i64..20), 0..200)) {
            let mut sessions = Sessions::default();
            for (number, (start, length)) in starts.iter().enumerate() {
                let new = Window { start: at(*start), end: at(start + length) };
                let (_, session) = sessions.join(new, Vec::new, |all: &mut Vec<usize>, other| all.extend(other));
                session.contents.push(number);
            }
            let mut windows: Vec<(i64, i64, usize)> =
                starts.iter().enumerate().map(|(number, (start, length))| (*start, start + length, number)).collect();
            windows.sort_unstable();
            let mut expected: Vec<(i64, i64, Vec<usize>)> = Vec::new();
            for (start, end, number) in windows {
                match expected.last_mut() {
                    Some((_, until, numbers)) if start < *until => {
                        *until = end.max(*until);
                        numbers.push(number);
                    }
                    _ => expected.push((start, end, vec![number])),
                }
            }
            for (start, end, mut numbers) in expected {
                for instant in [start, end - 1] {
                    let (window, session) = sessions.at(at(instant)).expect("there is one");
                    prop_assert_eq!(window, Window { start: at(start), end: at(end) });
                    session.contents.sort_unstable();
                    numbers.sort_unstable();
                    prop_assert_eq!(&session.contents, &numbers);
                }
                sessions.remove(Window { start: at(start), end: at(end) });
                prop_assert!(sessions.at(at(start)).is_none());
            }
            prop_assert!(sessions.is_empty());
        }
    }
}
