//! Slices of collections that end to which nobody adds any more, as far as can be told: their tables give back what only
//! adding needs, a third of their memory and more.

use super::overflow::Slices;
use super::running::Slice;
use crate::Key;

/// A slice is idle when none of so many rows was in it. In tests, everything is idle soon.
const IDLE: u64 = if cfg!(test) { 1 << 4 } else { 1 << 16 };
/// Packed tables that may have to be unpacked, whatever the share.
const CHANCE: u64 = 16;

/// Which slices are idle.
#[derive(Default)]
pub(super) struct Idle {
    /// Rows so far, and when it was last looked for idle slices.
    rows: u64,
    looked: u64,
    packed: u64,
    unpacked: u64,
}

impl Idle {
    /// Notes that rows are added to a slice.
    pub(super) fn add<K: Key, A>(&mut self, rows: usize, slice: &mut Slice<K, A>) {
        self.rows += rows as u64;
        slice.used = self.rows;
        self.unpacked += u64::from(slice.table.is_packed());
    }

    /// Packs the tables of idle slices now and then. Where time goes to and fro in the rows, it is given up.
    pub(super) fn pack<K: Key, A>(&mut self, slices: &mut Slices<K, A>) {
        let is_futile = self.unpacked > CHANCE + self.packed / 8;
        if is_futile || self.rows - self.looked < IDLE.max(slices.len() as u64) {
            return;
        }
        let used = std::mem::replace(&mut self.looked, self.rows);
        for slice in slices.values_mut().filter(|slice| slice.used <= used && !slice.table.is_packed()) {
            slice.table.pack();
            self.packed += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;
    use crate::kernel::hash::hash_key;
    use crate::kernel::keyed::table::Table;
    use crate::window::{Window, WindowSet};

    fn window(start: i64) -> Window {
        Window { start: Timestamp::from_millis(start), end: Timestamp::from_millis(start + 1) }
    }

    /// Adds so many rows to the slice of an instant.
    fn add(idle: &mut Idle, slices: &mut Slices<u64, u64>, start: i64, rows: u64) {
        let place = super::super::running::place(window(start));
        let new = || Slice::new(WindowSet::from(window(start)), Table::new());
        let slice = slices.get_or_insert_with((place, place), new);
        idle.add(rows as usize, slice);
        (0..rows).for_each(|key| slice.table.find_or_create(hash_key(&key), key, || 0).acc += 1);
        idle.pack(slices);
    }

    fn packed(slices: &Slices<u64, u64>) -> Vec<bool> {
        slices.iter().map(|(_, slice)| slice.table.is_packed()).collect()
    }

    #[test]
    fn slices_that_time_has_left_are_packed() {
        let (mut idle, mut slices) = (Idle::default(), Slices::new());
        add(&mut idle, &mut slices, 0, IDLE);
        add(&mut idle, &mut slices, 1, IDLE);
        assert_eq!(packed(&slices), [true, false]);
        add(&mut idle, &mut slices, 0, 1);
        assert_eq!(packed(&slices), [false, false]);
        let counts: Vec<u64> = slices.values().flat_map(|slice| slice.table.iter().map(|entry| entry.acc)).collect();
        assert_eq!(counts.iter().sum::<u64>(), 2 * IDLE + 1);
    }

    #[test]
    fn where_time_goes_to_and_fro_nothing_is_packed() {
        let (mut idle, mut slices) = (Idle::default(), Slices::new());
        (0..100).for_each(|start| add(&mut idle, &mut slices, start, IDLE));
        assert!(packed(&slices).contains(&true));
        (0..100).for_each(|start| add(&mut idle, &mut slices, start, IDLE));
        let before = idle.packed;
        (0..100).for_each(|start| add(&mut idle, &mut slices, start, IDLE));
        assert_eq!(idle.packed, before);
        assert!(!packed(&slices).contains(&true));
    }
}
