//! Columns of a batch: what its rows have beside their values.

use serde::{Deserialize, Serialize};
use std::ops::Range;

/// A column of a batch: one value for all rows, a few values that many rows have in common, or one for each row.
///
/// Most batches of a finite pipeline have the same window and pane throughout, and cost nothing per element. Where time
/// goes on, the rows of a batch are in a few windows: then a row costs a byte.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Col<C> {
    /// Every row has this value.
    Same(C),
    /// Row `i` has the value numbered `rows[i]`. Some of the values may have no row.
    Few {
        /// What rows have, at most [`MOST_FEW`](Col::MOST_FEW).
        values: Vec<C>,
        /// Which of the values each row has.
        rows: Vec<u8>,
    },
    /// Row `i` has the `i`-th value.
    Each(Vec<C>),
}

impl<C> Col<C> {
    /// How many different values a column keeps apart from its rows: so few that a search is as fast as a table.
    pub const MOST_FEW: usize = 16;
}

impl<C: Clone + PartialEq> Col<C> {
    /// The value of a row.
    #[inline]
    pub fn get(&self, row: usize) -> &C {
        match self {
            Self::Same(c) => c,
            Self::Few { values, rows } => &values[usize::from(rows[row])],
            Self::Each(all) => &all[row],
        }
    }

    /// All values, each at least once. There may be some that no row has.
    pub(crate) fn values(&self) -> &[C] {
        match self {
            Self::Same(c) => std::slice::from_ref(c),
            Self::Few { values, .. } | Self::Each(values) => values,
        }
    }

    /// Adds a row behind the `rows` that there are.
    #[inline]
    pub(crate) fn append(&mut self, rows: usize, value: &C) {
        match self {
            Self::Each(all) => all.push(value.clone()),
            Self::Same(c) if c == value => {}
            Self::Same(c) if rows == 0 => *c = value.clone(),
            _ => self.append_other(rows, value),
        }
    }

    #[inline(never)]
    fn append_other(&mut self, before: usize, value: &C) {
        if let Self::Same(c) = self {
            *self = Self::Few { values: vec![c.clone()], rows: vec![0; before] };
        }
        let Self::Few { values, rows } = self else { unreachable!("a row is appended to `Each` above") };
        let number = values.iter().position(|known| known == value);
        if number.is_none() && values.len() == Self::MOST_FEW {
            let mut all: Vec<C> = rows.iter().map(|row| values[usize::from(*row)].clone()).collect();
            all.push(value.clone());
            *self = Self::Each(all);
            return;
        }
        rows.push(number.unwrap_or(values.len()) as u8);
        if number.is_none() {
            values.push(value.clone());
        }
    }

    /// Adds all `more` rows of another column behind the `rows` that there are.
    pub(super) fn append_all(&mut self, rows: usize, other: &Self, more: usize) {
        match (&mut *self, other) {
            (Self::Same(a), Self::Same(b)) if a == b => {}
            (Self::Each(a), Self::Each(b)) => a.extend_from_slice(b),
            _ => (0..more).for_each(|row| self.append(rows + row, other.get(row))),
        }
    }

    /// Adds some rows of another column behind the `rows` that there are.
    pub(super) fn append_rows(&mut self, rows: usize, other: &Self, some: &[u32]) {
        match (&mut *self, other) {
            (Self::Same(a), Self::Same(b)) if a == b => {}
            (Self::Each(a), Self::Each(b)) => a.extend(some.iter().map(|row| b[*row as usize].clone())),
            _ => some.iter().zip(rows..).for_each(|(row, before)| self.append(before, other.get(*row as usize))),
        }
    }

    /// A column without rows that is to be filled with rows of this one, or rows like them: there is room for so many.
    /// Values of single rows are kept in `memory`, which has none yet.
    pub(crate) fn emptied(&self, room: usize, memory: impl FnOnce() -> Vec<C>) -> Self {
        match self.values().first() {
            Some(first) if !self.is_varied() => Self::Same(first.clone()),
            _ => {
                let mut each = memory();
                each.reserve_exact(room);
                Self::Each(each)
            }
        }
    }

    /// Whether rows have so many different values that there is no use in looking for those that are the same.
    fn is_varied(&self) -> bool {
        let Self::Each(all) = self else { return false };
        let samples = || (0..=Self::MOST_FEW).map(|i| &all[i * all.len() / (Self::MOST_FEW + 1)]);
        all.len() > Self::MOST_FEW && samples().enumerate().all(|(i, value)| !samples().take(i).any(|v| v == value))
    }

    pub(super) fn retain(&mut self, keep: &[bool]) {
        match self {
            Self::Same(_) => {}
            Self::Few { rows, .. } => retain(rows, keep),
            Self::Each(all) => retain(all, keep),
        }
    }

    pub(super) fn slice(&self, range: Range<usize>) -> Self {
        match self {
            Self::Same(c) => Self::Same(c.clone()),
            Self::Few { values, rows } => Self::Few { values: values.clone(), rows: rows[range].to_vec() },
            Self::Each(all) => Self::Each(all[range].to_vec()),
        }
    }

    pub(super) fn is_same(&self) -> bool {
        matches!(self, Self::Same(_))
    }

    /// Changes the values of all rows.
    pub(crate) fn update(&mut self, change: impl FnMut(&mut C)) {
        match self {
            Self::Same(c) => std::slice::from_mut(c),
            Self::Few { values, .. } | Self::Each(values) => values,
        }
        .iter_mut()
        .for_each(change);
    }

    pub(super) fn split_off(&mut self, at: usize) -> Self {
        match self {
            Self::Same(c) => Self::Same(c.clone()),
            Self::Few { values, rows } => Self::Few { values: values.clone(), rows: rows.split_off(at) },
            Self::Each(all) => Self::Each(all.split_off(at)),
        }
    }

    /// The bytes that it takes beside its own size, what is inside of values not counted.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Same(_) => 0,
            Self::Few { values, rows } => size_of_val(values.as_slice()) + rows.len(),
            Self::Each(all) => size_of_val(all.as_slice()),
        }
    }
}

fn retain<T>(all: &mut Vec<T>, keep: &[bool]) {
    let mut row = 0;
    all.retain(|_| {
        row += 1;
        keep[row - 1]
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn column(values: &[u8]) -> Col<u8> {
        let mut col = Col::Same(99);
        values.iter().enumerate().for_each(|(row, v)| col.append(row, v));
        col
    }

    fn has(col: &Col<u8>, values: &[u8]) -> bool {
        values.iter().enumerate().all(|(row, v)| col.get(row) == v && col.values().contains(v))
    }

    #[test]
    fn rows_that_differ_cost_a_byte_until_there_are_too_many_values() {
        assert_eq!(column(&[3, 3]), Col::Same(3));
        assert_eq!(column(&[3, 3, 4, 3]), Col::Few { values: vec![3, 4], rows: vec![0, 0, 1, 0] });
        let few: Vec<u8> = (0..Col::<u8>::MOST_FEW as u8).collect();
        assert!(matches!(column(&few), Col::Few { .. }));
        let many = [few, vec![80, 0]].concat();
        assert_eq!(column(&many), Col::Each(many));
    }

    #[test]
    fn what_is_filled_with_rows_that_differ_need_not_find_that_out() {
        let few = Col::Each((0..40u8).map(|v| v % 16).collect());
        assert_eq!(few.emptied(9, Vec::new), Col::Same(0));
        assert_eq!(column(&[7, 7]).emptied(9, Vec::new), Col::Same(7));
        let times: Vec<u8> = (0..200).map(|row| row / 10).collect();
        assert_eq!(column(&times).emptied(9, Vec::new), Col::Each(vec![]));
        assert_eq!(Col::<u8>::Each(vec![]).emptied(9, Vec::new), Col::Each(vec![]));
    }

    proptest! {
        #[test]
        fn a_column_is_a_vector(
            values in prop::collection::vec(0u8..20, 0..40), more in prop::collection::vec(0u8..20, 0..40), few in 1u8..21,
        ) {
            let (mut values, more) = (values, more);
            values.iter_mut().for_each(|v| *v %= few);
            let mut col = column(&values);
            col.append_all(values.len(), &column(&more), more.len());
            let mut all = [values, more].concat();
            prop_assert!(has(&col, &all));
            let half = all.len() / 2;
            prop_assert!(has(&col.slice(half..all.len()), &all[half..]));
            let mut front = col.clone();
            prop_assert!(has(&front.split_off(half), &all[half..]));
            prop_assert!(has(&front, &all[..half]));
            let mut like = col.emptied(all.len(), Vec::new);
            all.iter().enumerate().for_each(|(row, v)| like.append(row, v));
            prop_assert!(has(&like, &all));
            let backwards: Vec<u32> = (0..all.len() as u32).rev().collect();
            like.append_rows(all.len(), &col, &backwards);
            prop_assert!(has(&like, &[all.clone(), all.iter().rev().copied().collect()].concat()));

            let keep: Vec<bool> = all.iter().map(|v| *v != 1).collect();
            col.retain(&keep);
            all.retain(|v| *v != 1);
            prop_assert!(has(&col, &all));
            col.update(|v| *v += 100);
            all.iter_mut().for_each(|v| *v += 100);
            prop_assert!(has(&col, &all));
        }
    }
}
