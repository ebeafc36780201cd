//! Timestamps, windows and panes of a batch, kept apart from the values.

use crate::Timestamp;
use crate::window::{Pane, WindowSet, global_window};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// A column of a batch: one value for all rows, or one for each.
///
/// Most batches of a finite pipeline have the same window and pane throughout, and cost nothing per element.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Col<C> {
    /// Every row has this value.
    Same(C),
    /// Row `i` has the `i`-th value.
    Each(Vec<C>),
}

impl<C: Clone + PartialEq> Col<C> {
    /// The value of a row.
    #[inline]
    pub fn get(&self, row: usize) -> &C {
        match self {
            Self::Same(c) => c,
            Self::Each(all) => &all[row],
        }
    }

    /// Adds a row behind the `rows` that there are.
    #[inline]
    pub(crate) fn append(&mut self, rows: usize, value: &C) {
        match self {
            Self::Each(all) => all.push(value.clone()),
            Self::Same(c) if c == value => {}
            Self::Same(c) if rows == 0 => *c = value.clone(),
            Self::Same(c) => {
                let mut all = vec![c.clone(); rows];
                all.push(value.clone());
                *self = Self::Each(all);
            }
        }
    }

    /// Adds all `more` rows of another column behind the `rows` that there are.
    fn append_all(&mut self, rows: usize, other: &Self, more: usize) {
        match (&mut *self, other) {
            (Self::Same(a), Self::Same(b)) if a == b => {}
            (Self::Each(a), Self::Each(b)) => a.extend_from_slice(b),
            _ => (0..more).for_each(|row| self.append(rows + row, other.get(row))),
        }
    }

    fn retain(&mut self, keep: &[bool]) {
        if let Self::Each(all) = self {
            let mut row = 0;
            all.retain(|_| {
                row += 1;
                keep[row - 1]
            });
        }
    }

    fn slice(&self, rows: Range<usize>) -> Self {
        match self {
            Self::Same(c) => Self::Same(c.clone()),
            Self::Each(all) => Self::Each(all[rows].to_vec()),
        }
    }

    fn is_same(&self) -> bool {
        matches!(self, Self::Same(_))
    }

    /// Changes the values of all rows.
    pub(crate) fn update(&mut self, mut change: impl FnMut(&mut C)) {
        match self {
            Self::Same(c) => change(c),
            Self::Each(all) => all.iter_mut().for_each(change),
        }
    }

    fn split_off(&mut self, at: usize) -> Self {
        match self {
            Self::Same(c) => Self::Same(c.clone()),
            Self::Each(all) => Self::Each(all.split_off(at)),
        }
    }

    /// The bytes that it takes beside its own size, what is inside of values not counted.
    fn bytes(&self) -> usize {
        match self {
            Self::Same(_) => 0,
            Self::Each(all) => size_of_val(all.as_slice()),
        }
    }
}

/// Timestamp, windows and pane of one element.
#[derive(Clone, Debug, PartialEq)]
pub struct Stamp {
    /// Event time.
    pub time: Timestamp,
    /// The windows that it is in.
    pub windows: WindowSet,
    /// The pane that it came with.
    pub pane: Pane,
}

/// Timestamps, windows and panes of a batch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Meta {
    /// Event times.
    pub time: Col<Timestamp>,
    /// Windows.
    pub windows: Col<WindowSet>,
    /// Panes.
    pub pane: Col<Pane>,
}

impl Meta {
    /// Whether a row takes something back.
    #[inline]
    pub(super) fn takes_back(&self, row: usize) -> bool {
        self.pane.get(row).is_retraction()
    }

    /// What elements of a source have: no time, the global window, no pane.
    pub fn unstamped() -> Self {
        Self::of(Stamp { time: Timestamp::MIN, windows: global_window(), pane: Pane::UNKNOWN })
    }

    /// What a grouping's result for the global window has.
    pub fn end_of_global_window() -> Self {
        Self::of(Stamp { time: Timestamp::END_OF_GLOBAL_WINDOW, windows: global_window(), pane: Pane::ONLY })
    }

    /// The same stamp for every row.
    pub fn of(stamp: Stamp) -> Self {
        Self { time: Col::Same(stamp.time), windows: Col::Same(stamp.windows), pane: Col::Same(stamp.pane) }
    }

    /// Whether all rows have the same stamp.
    #[inline]
    pub fn is_same(&self) -> bool {
        self.time.is_same() && self.windows.is_same() && self.pane.is_same()
    }

    /// The stamp of a row.
    pub fn get(&self, row: usize) -> Stamp {
        Stamp { time: *self.time.get(row), windows: self.windows.get(row).clone(), pane: *self.pane.get(row) }
    }

    /// Adds a row behind the `rows` that there are.
    pub(crate) fn append(&mut self, rows: usize, stamp: &Stamp) {
        self.time.append(rows, &stamp.time);
        self.windows.append(rows, &stamp.windows);
        self.pane.append(rows, &stamp.pane);
    }

    pub(crate) fn append_all(&mut self, rows: usize, other: &Self, more: usize) {
        self.time.append_all(rows, &other.time, more);
        self.windows.append_all(rows, &other.windows, more);
        self.pane.append_all(rows, &other.pane, more);
    }

    /// Takes the rows from `at` on.
    pub(crate) fn split_off(&mut self, at: usize) -> Self {
        Self { time: self.time.split_off(at), windows: self.windows.split_off(at), pane: self.pane.split_off(at) }
    }

    /// About how many bytes it takes beside its own size.
    pub(crate) fn bytes(&self) -> usize {
        self.time.bytes() + self.windows.bytes() + self.pane.bytes()
    }

    /// Those of some of the rows.
    pub(crate) fn slice(&self, rows: Range<usize>) -> Self {
        Self {
            time: self.time.slice(rows.clone()),
            windows: self.windows.slice(rows.clone()),
            pane: self.pane.slice(rows),
        }
    }

    pub(crate) fn retain(&mut self, keep: &[bool]) {
        self.time.retain(keep);
        self.windows.retain(keep);
        self.pane.retain(keep);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_column_is_a_vector(values in prop::collection::vec(0u8..3, 0..20), more in prop::collection::vec(0u8..3, 0..20)) {
            let build = |values: &[u8]| {
                let mut col = Col::Same(9);
                values.iter().enumerate().for_each(|(row, v)| col.append(row, v));
                col
            };
            let mut col = build(&values);
            col.append_all(values.len(), &build(&more), more.len());
            let mut all = [values, more].concat();
            prop_assert!(all.iter().enumerate().all(|(row, v)| col.get(row) == v));
            let half = all.len() / 2;
            let end = col.slice(half..all.len());
            prop_assert!(all[half..].iter().enumerate().all(|(row, v)| end.get(row) == v));

            let keep: Vec<bool> = all.iter().map(|v| *v != 1).collect();
            col.retain(&keep);
            all.retain(|v| *v != 1);
            prop_assert!(all.iter().enumerate().all(|(row, v)| col.get(row) == v));
        }
    }
}
