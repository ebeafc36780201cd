//! What overlapping windows contain, one after the other.
//!
//! A window consists of the slices between its borders, and the next one of almost the same. Adding all of them up for
//! each window would cost their number; here it costs two additions, whatever their number is, and no combiner has to
//! subtract: slices are in two stacks, the older one with its sums from each slice on, the recent one with its sum
//! (Tangwongsan et al., *General Incremental Sliding-Window Aggregation*, VLDB 2015). Each key has stacks of its own, in
//! which only slices are that it is in: a slice that comes or goes costs its keys, a window that is shown reads the tops.

use crate::Key;
use crate::Timestamp;
use crate::kernel::keyed::table::{Entry, Table};
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
    /// Which row of all was the last one.
    pub(super) used: u64,
}

impl<K, A> Slice<K, A> {
    pub(super) fn new(windows: WindowSet, table: Table<K, A>) -> Self {
        Self { windows, table, used: 0 }
    }

    fn last(&self) -> Place {
        self.windows.last().map_or_else(|| place(Window::GLOBAL), |window| place(*window))
    }
}

/// The slices of the next window. All of them reach into it: they began before its end, and their last windows do not
/// end before it.
pub(super) struct Running<K, A> {
    keys: Table<K, Stacks<A>>,
    /// What is below the tops of the old stacks.
    below: Vec<Option<Old<A>>>,
    /// The old slices, the soonest to go last: when they go, and the numbers of their keys.
    old: Vec<(Place, Vec<u32>)>,
    /// Slices that go later than all of those.
    recent: Vec<Recent<A>>,
    /// The windows of the slice that goes last of all.
    newest: WindowSet,
    next: Option<Window>,
}

/// What there is of a key.
struct Stacks<A> {
    old: Option<Old<A>>,
    /// What it comes to in recent slices; none while there is nothing old.
    recent: Option<A>,
}

/// What a key comes to in an old slice and in those that go later.
struct Old<A> {
    acc: A,
    /// The window that it goes with. Of two the later one begins or ends later: those at the beginning of time begin together,
    /// and those at its end end so.
    until: Window,
    /// The next slice of the key, in `below`.
    later: Option<u32>,
}

struct Recent<A> {
    until: Place,
    rows: Vec<(u32, A)>,
}

impl<K: Key, A: Clone> Running<K, A> {
    pub(super) fn new() -> Self {
        Self {
            keys: Table::new(),
            below: Vec::new(),
            old: Vec::new(),
            recent: Vec::new(),
            newest: WindowSet::new(),
            next: None,
        }
    }

    /// The first window that has not been shown.
    pub(super) fn next(&self) -> Option<Window> {
        self.next
    }

    /// The windows of the slice that goes last of all.
    pub(super) fn windows(&self) -> &[Window] {
        &self.newest
    }

    /// Adds a slice, whose windows include the next one to be shown.
    pub(super) fn add(&mut self, slice: Slice<K, A>, mut merge: impl FnMut(&mut A, A)) {
        let until = slice.last();
        if self.newest.last().is_none_or(|newest| place(*newest) < until) {
            self.newest = slice.windows;
        }
        let mut rows = Vec::with_capacity(slice.table.len());
        let create = || Stacks { old: None, recent: None };
        self.keys.number(slice.table.into_hashed(), create, |number, acc| rows.push((number, acc)));
        match self.old.first() {
            Some((last, _)) if until <= *last => return self.add_old(until, rows, merge),
            Some(_) => self.add_up(&rows, &mut merge),
            None => {}
        }
        self.recent.push(Recent { until, rows });
    }

    fn add_up(&mut self, rows: &[(u32, A)], mut merge: impl FnMut(&mut A, A)) {
        for (number, acc) in rows {
            match &mut self.keys.at_mut(*number).recent {
                Some(sum) => merge(sum, acc.clone()),
                none => *none = Some(acc.clone()),
            }
        }
    }

    /// Adds a slice that comes later than others of its time.
    #[cold]
    fn add_old(&mut self, until: Place, rows: Vec<(u32, A)>, mut merge: impl FnMut(&mut A, A)) {
        let at = self.old.partition_point(|(last, _)| *last > until);
        self.old.insert(at, (until, rows.iter().map(|(number, _)| *number).collect()));
        let mut sooner = Vec::new();
        for (number, acc) in rows {
            while let Some(mut old) = self.pop(number, until.1) {
                merge(&mut old.acc, acc.clone());
                sooner.push(old);
            }
            if sooner.last().is_none_or(|old: &Old<A>| old.until != until.1) {
                self.push(number, until.1, acc, &mut merge);
            }
            sooner.drain(..).rev().for_each(|old| self.put_back(number, old));
        }
    }

    /// Takes what goes with a window, or before, off the old stack of a key.
    fn pop(&mut self, number: u32, until: Window) -> Option<Old<A>> {
        let top = &mut self.keys.at_mut(number).old;
        let old = top.take_if(|old| old.until <= until)?;
        *top = old.later.and_then(|later| self.below[later as usize].take());
        Some(old)
    }

    /// Puts a slice on the old stack of a key, which goes before those.
    fn push(&mut self, number: u32, until: Window, mut acc: A, mut merge: impl FnMut(&mut A, A)) {
        if let Some(later) = &self.keys.at_mut(number).old {
            merge(&mut acc, later.acc.clone());
        }
        self.put_back(number, Old { acc, until, later: None });
    }

    fn put_back(&mut self, number: u32, mut old: Old<A>) {
        let top = &mut self.keys.at_mut(number).old;
        old.later = top.take().map(|later| {
            self.below.push(Some(later));
            self.below.len() as u32 - 1
        });
        *top = Some(old);
    }

    /// What a window contains: the next one, or one before it that slices have just been added for.
    pub(super) fn show(
        &mut self,
        window: Window,
        mut merge: impl FnMut(&mut A, A),
    ) -> impl Iterator<Item = (u64, Entry<K, A>)> {
        if self.old.is_empty() {
            self.turn(&mut merge);
        }
        self.next = self.newest.behind(window);
        self.keys.hashed().filter_map(move |(hash, Entry { key, acc: Stacks { old, recent } })| {
            let mut acc = old.as_ref().map(|old| &old.acc).or(recent.as_ref())?.clone();
            if let (Some(_), Some(recent)) = (old, recent) {
                merge(&mut acc, recent.clone());
            }
            Some((hash, Entry { key: key.clone(), acc }))
        })
    }

    /// No fewer than a window contains.
    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    /// Forgets the slices that go with a window that has been shown.
    pub(super) fn leave(&mut self, window: Window) {
        while let Some((until, numbers)) = self.old.pop_if(|(until, _)| *until <= place(window)) {
            for number in numbers {
                while self.pop(number, until.1).is_some() {}
            }
        }
        if self.next.is_none() {
            *self = Self::new();
        }
    }

    /// What is recent becomes old.
    fn turn(&mut self, mut merge: impl FnMut(&mut A, A)) {
        self.forget_others();
        let order = latest_first(self.recent.iter().map(|slice| slice.until).collect());
        // All but the tops of the stacks, and not up to twice as many.
        let rows: usize = self.recent.iter().map(|slice| slice.rows.len()).sum();
        self.below.reserve_exact(rows.saturating_sub(self.keys.len()));
        let mut recent = std::mem::take(&mut self.recent);
        for slice in order {
            let Recent { until, ref mut rows } = recent[slice];
            let rows = std::mem::take(rows);
            self.old.push((until, rows.iter().map(|(number, _)| *number).collect()));
            rows.into_iter().for_each(|(number, acc)| self.push(number, until.1, acc, &mut merge));
        }
    }

    /// Keeps the keys of recent slices only.
    fn forget_others(&mut self) {
        self.below.clear();
        let mut is_recent = vec![false; self.keys.len()];
        self.recent.iter().flat_map(|slice| &slice.rows).for_each(|(number, _)| is_recent[*number as usize] = true);
        let numbers = self.keys.retain(|number, stacks| {
            stacks.recent = None;
            is_recent[number]
        });
        let rows = self.recent.iter_mut().flat_map(|slice| &mut slice.rows);
        rows.for_each(|(number, _)| *number = numbers[*number as usize]);
    }
}

/// The numbers of slices, those that go last first.
fn latest_first(until: Vec<Place>) -> Vec<usize> {
    let mut order: Vec<usize> = (0..until.len()).collect();
    order.sort_by_key(|slice| Reverse(until[*slice]));
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::hash::hash_key;
    use proptest::prelude::*;
    use std::collections::{BTreeMap, HashMap};

    /// Some begin together, and some end so, as at the borders of time.
    fn window(end: i64) -> Window {
        let start = Timestamp::from_millis((end - 100).max(-90));
        Window { start, end: Timestamp::from_millis(end.min(25)) }
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
                    running.add(Slice::new(windows, table(rows)), |a, b| *a += b);
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
                    let shown: HashMap<_, _> = shown.map(|(_, entry)| (entry.key, entry.acc)).collect();
                    prop_assert!(shown.len() <= running.len());
                    prop_assert_eq!(shown, expected);
                    running.leave(window(end));
                }
            }
            prop_assert_eq!(running.next(), None);
            prop_assert!(running.keys.len() == 0 && running.below.is_empty());
            prop_assert!(running.old.is_empty() && running.recent.is_empty());
        }
    }
}
