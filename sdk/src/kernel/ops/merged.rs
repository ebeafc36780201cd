//! The windows of a key that become one.

use crate::window::{AnyWindowFn, Window};
use std::collections::BTreeMap;

/// The windows of the elements of a key, without repetitions.
#[derive(Default)]
pub(crate) struct Windows {
    all: Vec<Window>,
    /// How many of them were left when repetitions were last removed.
    distinct: usize,
}

/// Repetitions that are worth removing.
const MANY: usize = 1024;

impl Windows {
    pub(super) fn add(&mut self, window: Window) {
        self.all.push(window);
        if self.all.len() > 2 * self.distinct + MANY {
            self.settle();
        }
    }

    fn settle(&mut self) {
        self.all.sort_unstable();
        self.all.dedup();
        self.distinct = self.all.len();
    }

    /// Merges the windows as a window function says.
    pub(super) fn merge(mut self, window_fn: &AnyWindowFn) -> Merged {
        self.settle();
        if let ([only], AnyWindowFn::Sessions(_)) = (self.all.as_slice(), window_fn) {
            let windows = vec![*only];
            return Merged { windows, originals: self.all, homes: vec![0] };
        }
        let mut homes = self.all.clone();
        let mut open = self.all.clone();
        loop {
            let merges = window_fn.merge(&open).into_iter();
            let moves: BTreeMap<_, _> = merges.flat_map(|m| m.from.into_iter().map(move |from| (from, m.to))).collect();
            homes.iter_mut().for_each(|home| *home = *moves.get(home).unwrap_or(home));
            let before = std::mem::replace(&mut open, distinct(&homes));
            // What has become one may be near enough to others now.
            if open.len() >= before.len() {
                return Merged::new(self.all, &homes, open);
            }
        }
    }
}

fn distinct(windows: &[Window]) -> Vec<Window> {
    let mut distinct = windows.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    distinct
}

/// The windows of a key after merging, numbered in order.
pub(crate) struct Merged {
    pub(super) windows: Vec<Window>,
    originals: Vec<Window>,
    /// For each of the originals the number of the window that has taken its place.
    homes: Vec<usize>,
}

impl Merged {
    fn new(originals: Vec<Window>, homes: &[Window], windows: Vec<Window>) -> Self {
        let homes = homes.iter().map(|home| windows.binary_search(home).expect("homes are windows")).collect();
        Self { windows, originals, homes }
    }

    /// The number of the window that has taken the place of `window`.
    #[inline]
    pub(super) fn home(&self, window: Window) -> usize {
        self.homes[self.originals.binary_search(&window).expect("all windows of the key have been merged")]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;
    use crate::window::{Merge, Sessions, WindowFn, WindowSet};
    use proptest::prelude::*;
    use std::time::Duration;

    fn window(start: i64, end: i64) -> Window {
        Window { start: Timestamp::from_millis(start), end: Timestamp::from_millis(end) }
    }

    fn merge(windows: &[Window], window_fn: &AnyWindowFn) -> Merged {
        let mut all = Windows::default();
        windows.iter().for_each(|window| all.add(*window));
        all.merge(window_fn)
    }

    /// Merges any two windows that touch, two at a time, and moves what it has merged.
    #[derive(Debug)]
    struct Pairs;

    impl WindowFn for Pairs {
        fn assign(&self, time: Timestamp, windows: &mut WindowSet) {
            windows.push(window(time.millis(), time.millis() + 1));
        }
        fn merges(&self) -> bool {
            true
        }
        fn merge(&self, windows: &[Window]) -> Vec<Merge> {
            let touching = windows.windows(2).find(|pair| pair[0].end == pair[1].start);
            touching.map(|pair| Merge { from: pair.to_vec(), to: pair[0].span(pair[1]) }).into_iter().collect()
        }
    }

    #[test]
    fn a_function_is_asked_until_nothing_merges() {
        let merged = merge(&[3, 0, 1, 2, 9, 1].map(|n| window(n, n + 1)), &AnyWindowFn::custom(Pairs));
        assert_eq!(merged.windows, [window(0, 4), window(9, 10)]);
        assert_eq!([0, 3, 9].map(|n| merged.home(window(n, n + 1))), [0, 0, 1]);
    }

    proptest! {
        #[test]
        fn sessions_are_runs_without_a_gap(mut times in prop::collection::vec(-3000i64..3000, 1..3000)) {
            let sessions = AnyWindowFn::from(Sessions::new(Duration::from_millis(5)));
            let merged = merge(&times.iter().map(|t| window(*t, t + 5)).collect::<Vec<_>>(), &sessions);
            times.sort_unstable();
            let mut expected = vec![window(times[0], times[0] + 5)];
            for time in times {
                match expected.last_mut() {
                    Some(last) if time < last.end.millis() => last.end = Timestamp::from_millis(time + 5),
                    _ => expected.push(window(time, time + 5)),
                }
                prop_assert_eq!(merged.home(window(time, time + 5)), expected.len() - 1);
            }
            prop_assert_eq!(merged.windows, expected);
        }
    }
}
