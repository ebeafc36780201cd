//! The windows of a key, by window: in place for one, sorted for a few, a tree for many.

use crate::Timestamp;
use crate::kernel::ordered::Ordered;
use crate::kernel::prefetch::prefetch_all;
use crate::window::Window;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smallvec::SmallVec;
use std::collections::VecDeque;

/// A map from windows. Most keys have one or two, and some have a great many: every operation takes logarithmic time.
#[derive(Clone, Debug, Default)]
pub(crate) enum WindowMap<T> {
    #[default]
    None,
    One((Window, T)),
    /// Sorted: most often the first goes, and another last one comes.
    Few(VecDeque<(Window, T)>),
    Many(Ordered<Window, T>),
}

/// With more windows than this a key has a tree.
const FEW: usize = 32;

impl<T> WindowMap<T> {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::None => 0,
            Self::One(_) => 1,
            Self::Few(few) => few.len(),
            Self::Many(many) => many.len(),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(crate) fn contains(&self, window: &Window) -> bool {
        match self {
            Self::None => false,
            Self::One((one, _)) => one == window,
            Self::Few(few) => place(few, window).is_ok(),
            Self::Many(many) => many.contains(window),
        }
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, window: &Window) -> Option<&mut T> {
        match self {
            Self::None => None,
            Self::One((one, value)) => (one == window).then_some(value),
            Self::Few(few) => place(few, window).ok().map(|i| &mut few[i].1),
            Self::Many(many) => many.get_mut(window),
        }
    }

    /// The value of a window, and whether it is new.
    #[inline]
    pub(crate) fn get_or_insert_with(&mut self, window: Window, create: impl FnOnce() -> T) -> (&mut T, bool) {
        let is_new = !self.contains(&window);
        if is_new {
            self.insert(window, create());
        }
        (self.get_mut(&window).expect("inserted above"), is_new)
    }

    /// Adds a window that is not there.
    pub(crate) fn insert(&mut self, window: Window, value: T) {
        match self {
            Self::None => *self = Self::One((window, value)),
            Self::Few(few) if few.len() < FEW => {
                let at = place(few, &window).unwrap_or_else(|at| at);
                few.insert(at, (window, value));
            }
            Self::Many(many) => drop(many.insert(window, value)),
            Self::One(_) | Self::Few(_) => {
                self.grow();
                self.insert(window, value);
            }
        }
    }

    fn grow(&mut self) {
        *self = match std::mem::take(self) {
            Self::One(one) => {
                let mut few = VecDeque::with_capacity(2);
                few.push_back(one);
                Self::Few(few)
            }
            Self::Few(few) => {
                let mut many = Ordered::new();
                few.into_iter().for_each(|(window, value)| drop(many.insert(window, value)));
                Self::Many(many)
            }
            same => same,
        };
    }

    pub(crate) fn remove(&mut self, window: &Window) -> Option<T> {
        match self {
            Self::None => None,
            Self::One((one, _)) if one != window => None,
            Self::One(_) => match std::mem::take(self) {
                Self::One((_, value)) => Some(value),
                _ => None,
            },
            Self::Few(few) => {
                let (_, value) = few.remove(place(few, window).ok()?)?;
                self.free_if_empty();
                Some(value)
            }
            Self::Many(many) => {
                let value = many.remove(window)?;
                self.free_if_empty();
                Some(value)
            }
        }
    }

    /// Takes the last window out.
    pub(crate) fn pop_last(&mut self) -> Option<(Window, T)> {
        let last = match self {
            Self::None | Self::One(_) => match std::mem::take(self) {
                Self::One(one) => Some(one),
                _ => None,
            },
            Self::Few(few) => few.pop_back(),
            Self::Many(many) => {
                let last = many.last().copied();
                last.and_then(|last| Some((last, many.remove(&last)?)))
            }
        };
        self.free_if_empty();
        last
    }

    /// The last window.
    pub(crate) fn last(&self) -> Option<Window> {
        match self {
            Self::None => None,
            Self::One((one, _)) => Some(*one),
            Self::Few(few) => few.back().map(|(window, _)| *window),
            Self::Many(many) => many.last().copied(),
        }
    }

    fn free_if_empty(&mut self) {
        if self.is_empty() {
            *self = Self::None;
        }
    }

    /// The windows that overlap one, in order, if no two of them overlap each other.
    pub(crate) fn overlapping(&self, window: Window) -> SmallVec<[Window; 2]> {
        let mut found: SmallVec<[Window; 2]> = match self {
            Self::None => SmallVec::new(),
            Self::One((one, _)) => Some(*one).filter(|one| one.overlaps(window)).into_iter().collect(),
            Self::Few(few) => overlapping(few, window),
            Self::Many(many) => {
                let before = |window: Window| Window { start: window.start, end: window.start };
                let last = |until: Window| many.last_until(&until).copied().filter(|one| one.overlaps(window));
                let end = Window { start: window.end, end: window.end };
                std::iter::successors(last(end), |one| last(before(*one))).collect()
            }
        };
        found.sort_unstable();
        found
    }

    /// The window that contains an instant, if no two of them overlap each other.
    #[inline]
    pub(crate) fn at(&self, instant: Timestamp) -> Option<Window> {
        let contains = |one: &Window| one.start <= instant && instant < one.end;
        match self {
            Self::None => None,
            Self::One((one, _)) => Some(*one).filter(contains),
            Self::Few(few) => few.iter().map(|(one, _)| *one).find(contains),
            Self::Many(many) => {
                let until = Window { start: instant, end: Timestamp::MAX };
                many.last_until(&until).copied().filter(contains)
            }
        }
    }

    /// Brings the first windows into the cache, where they are few and not in place.
    #[inline]
    pub(crate) fn ask_for_first(&self) {
        if let Self::Few(few) = self {
            few.iter().take(2).for_each(prefetch_all);
        }
    }

    /// All windows, in order.
    pub(crate) fn windows(&self) -> Vec<Window> {
        self.iter().map(|(window, _)| *window).collect()
    }

    pub(crate) fn iter(&self) -> Box<dyn Iterator<Item = (&Window, &T)> + '_> {
        match self {
            Self::None => Box::new(std::iter::empty()),
            Self::One((window, value)) => Box::new(std::iter::once((window, value))),
            Self::Few(few) => Box::new(few.iter().map(|(window, value)| (window, value))),
            Self::Many(many) => Box::new(many.iter()),
        }
    }
}

/// The windows among those that do not overlap each other, from the last one on.
fn overlapping<T>(few: &VecDeque<(Window, T)>, window: Window) -> SmallVec<[Window; 2]> {
    let until = few.partition_point(|(one, _)| one.start < window.end);
    few.range(..until).rev().map(|(one, _)| *one).take_while(|one| one.end > window.start).collect()
}

/// Where a window is, or would be. It is most often the first one, or comes behind all others.
fn place<T>(few: &VecDeque<(Window, T)>, window: &Window) -> Result<usize, usize> {
    match (few.front(), few.back()) {
        (Some((first, _)), _) if first == window => Ok(0),
        (_, Some((last, _))) if last < window => Err(few.len()),
        _ => few.binary_search_by_key(window, |(one, _)| *one),
    }
}

impl<T: Serialize> Serialize for WindowMap<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let entries: Vec<(&Window, &T)> = self.iter().collect();
        entries.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for WindowMap<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let entries = Vec::<(Window, T)>::deserialize(deserializer)?;
        let mut map = Self::default();
        for (window, value) in entries {
            map.insert(window, value);
        }
        Ok(map)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;
    use std::time::Duration;

    fn window(start: i64) -> Window {
        Window { start: Timestamp::from_millis(start * 10), end: Timestamp::from_millis(start * 10 + 8) }
    }

    proptest! {
        #[test]
        fn it_is_a_map(operations in prop::collection::vec((any::<bool>(), 0..80i64), 0..300)) {
            let (mut map, mut model) = (WindowMap::default(), BTreeMap::new());
            for (insert, start) in operations {
                let window = window(start);
                prop_assert_eq!(map.contains(&window), model.contains_key(&window));
                if insert {
                    let (value, is_new) = map.get_or_insert_with(window, || 0);
                    *value += 1;
                    prop_assert_eq!(is_new, !model.contains_key(&window));
                    *model.entry(window).or_insert(0) += 1;
                } else {
                    prop_assert_eq!(map.remove(&window), model.remove(&window));
                }
                prop_assert_eq!(map.len(), model.len());
                prop_assert_eq!(map.last(), model.last_key_value().map(|(window, _)| *window));
            }
            prop_assert!(map.iter().eq(&model));
            let text = serde_json::to_string(&map).unwrap();
            let copy: WindowMap<i32> = serde_json::from_str(&text).unwrap();
            prop_assert!(copy.iter().eq(&model));
            while let Some(last) = model.pop_last() {
                prop_assert_eq!(map.pop_last(), Some(last));
            }
            prop_assert!(map.is_empty() && map.pop_last().is_none());
        }

        #[test]
        fn overlapping_windows_are_found(starts in prop::collection::btree_set(0..200i64, 0..100), from in 0..2000i64, size in 1..200i64) {
            let mut map = WindowMap::default();
            for start in &starts {
                map.insert(window(*start), ());
            }
            let wanted = Window { start: Timestamp::from_millis(from), end: Timestamp::from_millis(from + size) };
            let expected: Vec<Window> = starts.iter().map(|s| window(*s)).filter(|w| w.overlaps(wanted)).collect();
            prop_assert_eq!(map.overlapping(wanted).to_vec(), expected);
            for instant in (from..from + size).map(Timestamp::from_millis) {
                let at = Window { start: instant, end: instant + Duration::from_millis(1) };
                prop_assert_eq!(map.at(instant), map.overlapping(at).first().copied());
            }
        }
    }
}
