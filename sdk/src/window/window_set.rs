//! The windows of one element.

use super::Window;
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
        if self == other { Ordering::Equal } else { self[..].cmp(&other[..]) }
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
    use crate::Timestamp;
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
    }
}
