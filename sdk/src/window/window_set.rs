//! The windows of one element.

use super::Window;
use super::series::Series;
use crate::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::cmp::Ordering;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// The windows of one element, most often exactly one: a slice that window functions push to.
///
/// Several windows are kept in common by all who have them, so a clone costs next to nothing, however many there are.
///
/// ```
/// use beamline_sdk::window::{Window, WindowSet};
///
/// let mut windows = WindowSet::new();
/// windows.push(Window::GLOBAL);
/// assert_eq!(windows[0], Window::GLOBAL);
/// assert_eq!(windows, WindowSet::from(Window::GLOBAL));
/// ```
#[derive(Clone, Default)]
pub struct WindowSet(Repr);

#[derive(Clone, Default)]
enum Repr {
    #[default]
    None,
    One(Window),
    Many(Arc<Vec<Window>>),
    Series(Arc<Series>),
}

impl WindowSet {
    /// No windows.
    pub const fn new() -> Self {
        Self(Repr::None)
    }

    /// Adds a window behind the others.
    #[inline]
    pub fn push(&mut self, window: Window) {
        if let Repr::None = self.0 {
            self.0 = Repr::One(window);
        } else {
            self.push_another(window);
        }
    }

    #[inline(never)]
    fn push_another(&mut self, window: Window) {
        match &mut self.0 {
            Repr::None => self.0 = Repr::One(window),
            Repr::One(one) => self.0 = Repr::Many(Arc::new(vec![*one, window])),
            Repr::Many(many) => Arc::make_mut(many).push(window),
            Repr::Series(series) => self.0 = Repr::Many(Arc::new([series.list(), &[window]].concat())),
        }
    }

    /// Adds windows behind the others.
    pub(crate) fn push_series(&mut self, series: Series) {
        match self.0 {
            Repr::None if series.len() == 1 => self.0 = Repr::One(*series.first()),
            Repr::None => self.0 = Repr::Series(Arc::new(series)),
            _ => self.extend(series.list().iter().copied()),
        }
    }

    /// How many there are.
    #[inline]
    pub fn len(&self) -> usize {
        match &self.0 {
            Repr::Series(series) => series.len(),
            _ => self[..].len(),
        }
    }

    /// Whether there is none.
    #[inline]
    pub fn is_empty(&self) -> bool {
        matches!(self.0, Repr::None)
    }

    /// The window, if there is no other.
    #[inline]
    pub(crate) fn only(&self) -> Option<Window> {
        if let Repr::One(window) = self.0 { Some(window) } else { None }
    }

    /// The one that was added first.
    #[inline]
    pub fn first(&self) -> Option<&Window> {
        match &self.0 {
            Repr::Series(series) => Some(series.first()),
            _ => self[..].first(),
        }
    }

    /// The one that was added last.
    #[inline]
    pub fn last(&self) -> Option<&Window> {
        match &self.0 {
            Repr::Series(series) => Some(series.last()),
            _ => self[..].last(),
        }
    }

    /// The last instant of the window that ends first.
    #[inline]
    pub(crate) fn first_end(&self) -> Option<Timestamp> {
        match &self.0 {
            Repr::Series(series) => Some(series.first().max_timestamp()),
            _ => self.iter().map(|window| window.max_timestamp()).min(),
        }
    }

    /// The window behind one of them, if they are in the order in which they end.
    pub(crate) fn behind(&self, window: Window) -> Option<Window> {
        let place = |window: &Window| (window.max_timestamp(), *window);
        match &self.0 {
            Repr::Series(series) => series.first_behind(window.end),
            _ => self.iter().find(|other| place(other) > place(&window)).copied(),
        }
    }
}

impl From<Window> for WindowSet {
    #[inline]
    fn from(window: Window) -> Self {
        Self(Repr::One(window))
    }
}

impl Deref for WindowSet {
    type Target = [Window];

    #[inline]
    fn deref(&self) -> &[Window] {
        match &self.0 {
            Repr::None => &[],
            Repr::One(one) => std::slice::from_ref(one),
            Repr::Many(many) => many,
            Repr::Series(series) => series.list(),
        }
    }
}

impl Extend<Window> for WindowSet {
    fn extend<I: IntoIterator<Item = Window>>(&mut self, windows: I) {
        windows.into_iter().for_each(|window| self.push(window));
    }
}

impl FromIterator<Window> for WindowSet {
    fn from_iter<I: IntoIterator<Item = Window>>(windows: I) -> Self {
        let mut set = Self::new();
        set.extend(windows);
        set
    }
}

impl<'a> IntoIterator for &'a WindowSet {
    type Item = &'a Window;
    type IntoIter = std::slice::Iter<'a, Window>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl PartialEq for WindowSet {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Repr::One(a), Repr::One(b)) => a == b,
            (Repr::Many(a), Repr::Many(b)) => Arc::ptr_eq(a, b) || a == b,
            (Repr::Series(a), Repr::Series(b)) => Arc::ptr_eq(a, b) || a.compare(b) == Ordering::Equal,
            _ => self[..] == other[..],
        }
    }
}

impl Eq for WindowSet {}

impl PartialOrd for WindowSet {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for WindowSet {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Repr::Series(a), Repr::Series(b)) => a.compare(b),
            _ if self == other => Ordering::Equal,
            _ => self[..].cmp(&other[..]),
        }
    }
}

impl fmt::Debug for WindowSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self).finish()
    }
}

impl Serialize for WindowSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self)
    }
}

impl<'de> Deserialize<'de> for WindowSet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Vec::<Window>::deserialize(deserializer)?.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn it_takes_no_more_than_a_window_and_a_word() {
        assert_eq!(size_of::<WindowSet>(), size_of::<Window>() + size_of::<usize>());
    }

    proptest! {
        #[test]
        fn it_is_a_list(a in prop::collection::vec(0i64..3, 0..4), b in prop::collection::vec(0i64..3, 0..4)) {
            let windows = |starts: &[i64]| -> Vec<Window> {
                let at = Timestamp::from_millis;
                starts.iter().map(|start| Window { start: at(*start), end: at(start + 1) }).collect()
            };
            let (a, b) = (windows(&a), windows(&b));
            let set = |windows: &[Window]| windows.iter().copied().collect::<WindowSet>();
            prop_assert_eq!(&set(&a)[..], &a[..]);
            prop_assert_eq!(set(&a).cmp(&set(&b)), a.cmp(&b));
            prop_assert_eq!(set(&a) == set(&b), a == b);
            let mut clone = set(&a);
            let other = clone.clone();
            clone.extend(b.iter().copied());
            prop_assert_eq!(&clone[..], &[a.clone(), b].concat()[..]);
            prop_assert_eq!(&other[..], &a[..]);
            let json = serde_json::to_string(&other).unwrap();
            prop_assert_eq!(serde_json::from_str::<WindowSet>(&json).unwrap(), other);
        }

        #[test]
        fn however_it_was_made(
            a in (0i64..3, 1i64..3, 1usize..4),
            b in (0i64..3, 1i64..3, 1usize..4),
            more in prop::collection::vec(0i64..9, 0..2),
        ) {
            let window = |start: i64| Window { start: Timestamp::from_millis(start), end: Timestamp::from_millis(start + 2) };
            let made = |(start, period, count): (i64, i64, usize)| {
                let mut set = WindowSet::new();
                set.push_series(Series::new(window(start), period, count));
                set.extend(more.iter().map(|start| window(*start)));
                set
            };
            let listed = |(start, period, count): (i64, i64, usize)| -> WindowSet {
                (0..count as i64).map(|i| start + i * period).chain(more.iter().copied()).map(window).collect()
            };
            let both = |spec| [made(spec), listed(spec)];
            for (a, other) in both(a).iter().zip(both(a).iter().rev()) {
                prop_assert!(a == other && a[..] == other[..] && a.len() == other.len());
                prop_assert_eq!((a.first(), a.last(), a.first_end()), (other.first(), other.last(), other.first_end()));
                if more.is_empty() {
                    prop_assert!((0..9).all(|start| a.behind(window(start)) == other.behind(window(start))));
                }
            }
            for (one, other) in both(a).iter().flat_map(|one| both(b).map(|other| (one.clone(), other))) {
                prop_assert_eq!(one.cmp(&other), listed(a).cmp(&listed(b)));
            }
        }
    }
}
