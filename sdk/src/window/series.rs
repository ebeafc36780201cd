//! Windows at regular times.

use super::Window;
use crate::Timestamp;
use std::cmp::Ordering;
use std::sync::OnceLock;

/// Windows of one length, each a period after the one before. An element of sliding windows may be in thousands of them:
/// they are listed only if somebody asks for the list.
#[derive(Debug)]
pub(crate) struct Series {
    first: Window,
    last: Window,
    /// In milliseconds, more than none.
    period: i64,
    count: usize,
    list: OnceLock<Vec<Window>>,
}

impl Series {
    /// So many windows, at least one, all of them within time.
    pub(crate) fn new(first: Window, period: i64, count: usize) -> Self {
        debug_assert!(period > 0 && count > 0);
        let last = nth(first, period, count - 1);
        Self { first, last, period, count, list: OnceLock::new() }
    }

    pub(crate) fn len(&self) -> usize {
        self.count
    }

    pub(crate) fn first(&self) -> &Window {
        &self.first
    }

    pub(crate) fn last(&self) -> &Window {
        &self.last
    }

    pub(crate) fn list(&self) -> &[Window] {
        self.list.get_or_init(|| (0..self.count).map(|i| nth(self.first, self.period, i)).collect())
    }

    /// The first window that ends after an instant.
    pub(crate) fn first_behind(&self, end: Timestamp) -> Option<Window> {
        let before = (end.millis() - self.first.end.millis()).div_euclid(self.period) + 1;
        let before = usize::try_from(before).unwrap_or(0);
        (before < self.count).then(|| nth(self.first, self.period, before))
    }

    /// As lists compare.
    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        let by_second = || match (self.count, other.count) {
            (1, _) | (_, 1) => Ordering::Equal,
            _ => self.period.cmp(&other.period),
        };
        self.first.cmp(&other.first).then_with(by_second).then(self.count.cmp(&other.count))
    }
}

fn nth(first: Window, period: i64, index: usize) -> Window {
    let at = |time: Timestamp| Timestamp::from_millis(time.millis() + period * index as i64);
    Window { start: at(first.start), end: at(first.end) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn series() -> impl Strategy<Value = Series> {
        (0i64..3, 1i64..4, 1i64..4, 1usize..5).prop_map(|(start, size, period, count)| {
            let at = Timestamp::from_millis;
            Series::new(Window { start: at(start), end: at(start + size) }, period, count)
        })
    }

    proptest! {
        #[test]
        fn it_is_its_list(a in series(), b in series(), end in -2i64..20) {
            let list = a.list();
            prop_assert_eq!((a.len(), Some(a.first()), Some(a.last())), (list.len(), list.first(), list.last()));
            prop_assert_eq!(a.compare(&b), list.cmp(b.list()));
            let end = Timestamp::from_millis(end);
            prop_assert_eq!(a.first_behind(end), list.iter().copied().find(|window| window.end > end));
        }
    }
}
