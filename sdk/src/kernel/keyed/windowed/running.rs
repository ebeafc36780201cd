//! What overlapping windows contain, one after the other.
//!
//! A window consists of the slices between its borders, and the next one of almost the same. Adding all of them up for
//! each window would cost their number; here it costs two additions, whatever their number is, and no combiner has to
//! subtract: slices are in two stacks, the older one with its sums from each slice on, the recent one with its sum
//! (Tangwongsan et al., *General Incremental Sliding-Window Aggregation*, VLDB 2015).

use crate::Key;
use crate::Timestamp;
use crate::kernel::keyed::table::Table;
use crate::window::{Window, WindowSet};
use std::cmp::Reverse;

/// A window in the order in which windows end.
pub(super) type Place = (Timestamp, Window);

pub(super) fn place(window: Window) -> Place {
    (window.max_timestamp(), window)
}

/// The rows that are in the same windows.
pub(super) struct Slice<K, A> {
    /// In the order of their ends; no window that has ended is missing between two of them.
    pub(super) windows: WindowSet,
    pub(super) table: Table<K, A>,
}

impl<K, A> Slice<K, A> {
    fn last(&self) -> Place {
        self.windows.last().map_or_else(|| place(Window::GLOBAL), |window| place(*window))
    }
}

/// The slices of the next window. All of them reach into it: they began before its end, and their last windows do not
/// end before it.
pub(super) struct Running<K, A> {
    /// Tables with what is in every slice that goes last at an instant or later, the soonest last.
    old: Vec<(Place, Table<K, A>)>,
    /// Slices that go later than all of those.
    recent: Vec<Slice<K, A>>,
    /// What `recent` comes to; empty while there is nothing old.
    sum: Table<K, A>,
    /// The windows of the slice that goes last of all.
    newest: WindowSet,
    next: Option<Window>,
}

impl<K: Key, A: Clone> Running<K, A> {
    pub(super) fn new() -> Self {
        Self { old: Vec::new(), recent: Vec::new(), sum: Table::new(), newest: WindowSet::new(), next: None }
    }

    /// The first window that has not been shown.
    pub(super) fn next(&self) -> Option<Window> {
        self.next
    }

    /// Adds a slice, whose windows include the next one to be shown.
    pub(super) fn add(&mut self, slice: Slice<K, A>, mut merge: impl FnMut(&mut A, A)) {
        if self.newest.last().is_none_or(|newest| place(*newest) < slice.last()) {
            self.newest = slice.windows.clone();
        }
        match self.old.first() {
            Some((until, _)) if slice.last() <= *until => return self.add_old(slice, merge),
            Some(_) => self.sum.absorb(slice.table.iter().cloned(), &mut merge),
            None => {}
        }
        self.recent.push(slice);
    }

    /// Adds a slice that comes later than others of its time.
    fn add_old(&mut self, slice: Slice<K, A>, mut merge: impl FnMut(&mut A, A)) {
        let last = slice.last();
        let first = self.old.partition_point(|(until, _)| *until > last);
        if self.old.get(first).is_none_or(|(until, _)| *until != last) {
            let newer = first.checked_sub(1).map_or_else(Table::new, |newer| self.old[newer].1.clone());
            self.old.insert(first, (last, newer));
        }
        for (_, table) in &mut self.old[first..] {
            table.absorb(slice.table.iter().cloned(), &mut merge);
        }
    }

    /// Shows what a window contains: the next one, or one before it that slices have just been added for.
    pub(super) fn show(&mut self, window: Window, mut merge: impl FnMut(&mut A, A)) -> Table<K, A> {
        if self.old.is_empty() {
            self.turn(&mut merge);
        }
        self.next = self.newest.iter().copied().find(|next| place(*next) > place(window));
        let mut shown = match self.old.pop_if(|(until, _)| *until <= place(window)) {
            Some((_, table)) => table,
            None => self.old.last().map_or_else(Table::new, |(_, table)| table.clone()),
        };
        shown.absorb(self.sum.iter().cloned(), &mut merge);
        if self.next.is_none() {
            (self.newest, self.sum) = (WindowSet::new(), Table::new());
        }
        shown
    }

    /// The windows of the slice that goes last of all.
    pub(super) fn windows(&self) -> &[Window] {
        &self.newest
    }

    /// What is recent becomes old.
    fn turn(&mut self, mut merge: impl FnMut(&mut A, A)) {
        self.sum = Table::new();
        self.recent.sort_by_key(|slice| Reverse(slice.last()));
        for slice in self.recent.drain(..) {
            let last = slice.last();
            match self.old.last_mut() {
                Some((until, table)) if *until == last => table.absorb(slice.table.into_iter(), &mut merge),
                Some((_, newer)) => {
                    let mut table = newer.clone();
                    table.absorb(slice.table.into_iter(), &mut merge);
                    self.old.push((last, table));
                }
                None => self.old.push((last, slice.table)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::hash::hash_key;
    use proptest::prelude::*;
    use std::collections::{BTreeMap, HashMap};

    fn window(end: i64) -> Window {
        Window { start: Timestamp::from_millis(end - 100), end: Timestamp::from_millis(end) }
    }

    /// When a slice comes, its first and last window, and its rows.
    type Coming = (i64, i64, i64, Vec<(u8, u64)>);

    fn slices() -> impl Strategy<Value = Vec<Coming>> {
        let rows = prop::collection::vec((0u8..4, 1u64..100), 1..4);
        let slice = (0i64..15, 0i64..3, 0i64..6, rows);
        let slice =
            slice.prop_map(|(first, late, more, rows)| (first + late, first, (first + more).max(first + late), rows));
        prop::collection::vec(slice, 0..20)
    }

    fn table(rows: &[(u8, u64)]) -> Table<u8, u64> {
        let mut table = Table::new();
        rows.iter().for_each(|(key, value)| table.find_or_create(hash_key(key), *key, || 0).acc += value);
        table
    }

    proptest! {
        #[test]
        fn a_window_contains_the_slices_that_reach_into_it(coming in slices()) {
            let mut running = Running::new();
            let mut expected = BTreeMap::<i64, HashMap<u8, u64>>::new();
            for end in 0..30 {
                for (_, _, last, rows) in coming.iter().filter(|(at, ..)| *at == end) {
                    // The windows before `end` have been shown.
                    let windows = (end..=*last).map(window).collect();
                    running.add(Slice { windows, table: table(rows) }, |a, b| *a += b);
                    for window in end..=*last {
                        let sums = expected.entry(window).or_default();
                        rows.iter().for_each(|(key, value)| *sums.entry(*key).or_default() += value);
                    }
                }
                let now = expected.remove(&end);
                let comes_now = coming.iter().any(|(at, ..)| *at == end);
                prop_assert_eq!(now.is_some(), comes_now || running.next() == Some(window(end)));
                if let Some(expected) = now {
                    let shown = running.show(window(end), |a, b| *a += b);
                    prop_assert_eq!(shown.into_iter().map(|entry| (entry.key, entry.acc)).collect::<HashMap<_, _>>(), expected);
                }
            }
            prop_assert_eq!(running.next(), None);
            prop_assert!(running.old.is_empty() && running.recent.is_empty());
        }
    }
}
