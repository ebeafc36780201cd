//! Timestamps, windows and panes of a batch, kept apart from the values.

use super::col::Col;
use crate::Timestamp;
use crate::window::{Pane, WindowSet, global_window};
use serde::{Deserialize, Serialize};
use std::ops::Range;

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

impl Stamp {
    /// That of an element that stays, whether this is one of an element that is taken back or not.
    pub(crate) fn staying(self) -> Self {
        Self { pane: self.pane.staying(), ..self }
    }
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
    pub(crate) fn takes_back(&self, row: usize) -> bool {
        self.pane.get(row).is_retraction()
    }

    /// Where to cut a batch of `len` rows behind so many or a few more: not behind what is taken back.
    pub(crate) fn cut_behind(&self, rows: usize, len: usize) -> usize {
        (rows..len).find(|end| !self.takes_back(end - 1)).unwrap_or(len)
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

    /// Adds some of the rows of another batch behind the `rows` that there are.
    pub(crate) fn append_rows(&mut self, rows: usize, other: &Self, some: &[u32]) {
        self.time.append_rows(rows, &other.time, some);
        self.windows.append_rows(rows, &other.windows, some);
        self.pane.append_rows(rows, &other.pane, some);
    }

    pub(crate) fn append_all(&mut self, rows: usize, other: &Self, more: usize) {
        self.time.append_all(rows, &other.time, more);
        self.windows.append_all(rows, &other.windows, more);
        self.pane.append_all(rows, &other.pane, more);
    }

    /// That of a batch without rows that is to be filled with rows of this one: there is room for so many. Where each
    /// has a time of its own, they are kept in `times`.
    pub(crate) fn emptied(&self, room: usize, times: impl FnOnce() -> Vec<Timestamp>) -> Self {
        Self {
            time: self.time.emptied(room, times),
            windows: self.windows.emptied(room, Vec::new),
            pane: self.pane.emptied(room, Vec::new),
        }
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
