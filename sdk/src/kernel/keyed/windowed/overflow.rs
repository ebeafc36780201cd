//! Slices of collections that end: in memory as long as the budget allows, then on disk.

use super::by_slice::BySlice;
use super::rows::ResultRow;
use super::running::{Place, Slice, place};
use crate::combine::CombineFn;
use crate::kernel::Env;
use crate::kernel::guard::catch;
use crate::kernel::hash::{PARTITIONS, hash_key};
use crate::kernel::keyed::Rows;
use crate::kernel::keyed::table::{Entry, Table};
use crate::kernel::memory::Reservation;
use crate::window::{AnyWindowFn, Window, WindowSet};
use crate::{Element, Key, Result};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Slices by their first and last windows.
pub(super) type Slices<K, A> = BTreeMap<(Place, Place), Slice<K, A>>;

/// A row of a slice, with the first and the last window of that.
type SliceRow<A> = (Window, Window, A);

/// What did not fit into memory.
pub(super) struct Overflow<K, A> {
    env: Rc<Env>,
    memory: Reservation,
    rows: Option<Rows<K, SliceRow<A>>>,
}

impl<K: Key, A: Element> Overflow<K, A> {
    pub(super) fn new(env: &Rc<Env>) -> Self {
        Self { env: env.clone(), memory: Reservation::new(&env.memory), rows: None }
    }

    /// Counts the memory of new entries. Where there is none, all slices go to disk.
    pub(super) fn count(&mut self, bytes: usize, slices: &mut Slices<K, A>) -> Result<()> {
        if self.memory.grow(bytes) { Ok(()) } else { self.spill(slices) }
    }

    /// What is on disk, in bytes.
    pub(super) fn bytes_on_disk(&self) -> usize {
        self.rows.iter().map(|rows| (0..=PARTITIONS).map(|part| rows.bytes(part)).sum::<usize>()).sum()
    }

    fn spill(&mut self, slices: &mut Slices<K, A>) -> Result<()> {
        let rows = self.rows.get_or_insert_with(|| Rows::new(&self.env));
        self.memory.shrink(self.memory.used());
        for (((_, first), (_, last)), slice) in std::mem::take(slices) {
            for Entry { hash, key, acc } in slice.table {
                rows.add(hash, key, (first, last, acc))?;
            }
        }
        rows.evict_all()
    }

    /// All rows, if some of them are on disk: `slices` are there as well then.
    fn take(&mut self, slices: &mut Slices<K, A>) -> Result<Option<Rows<K, SliceRow<A>>>> {
        if self.rows.is_some() {
            self.spill(slices)?;
        }
        Ok(self.rows.take())
    }
}

impl<K: Key, V: Element, C: CombineFn<V>, R: ResultRow<K, C::Out>> BySlice<K, V, C, R> {
    /// Everything has come: shows all windows, for as many keys at a time as fit into memory.
    pub(super) fn finish(&mut self, mut overflow: Overflow<K, C::Acc>) -> Result<()> {
        match overflow.take(&mut self.coming)? {
            Some(rows) => self.show_spilled(&overflow.env, rows),
            None => self.show_ended(),
        }
    }

    fn show_spilled(&mut self, env: &Env, mut rows: Rows<K, SliceRow<C::Acc>>) -> Result<()> {
        for part in 0..Rows::<K, SliceRow<C::Acc>>::COUNT {
            env.shared.check()?;
            if rows.bytes(part) > env.working_memory() && !rows.is_indivisible(part) {
                let finer = rows.divide(part, None)?;
                self.show_spilled(env, finer)?;
                continue;
            }
            self.load(&mut rows, part)?;
            self.show_ended()?;
        }
        Ok(())
    }

    /// Takes slices back from disk. Rows of a slice were written one after the other.
    fn load(&mut self, rows: &mut Rows<K, SliceRow<C::Acc>>, part: usize) -> Result<()> {
        let step = self.step.clone();
        let (mut slice, mut run) = (None, Vec::new());
        rows.drain(part, |key, (first, last, acc)| {
            if slice.is_some_and(|slice| slice != (first, last)) {
                catch(&step, || self.add_run(slice.take(), &mut run))?;
            }
            slice = Some((first, last));
            run.push(Entry { hash: hash_key(&key), key, acc });
            Ok(())
        })?;
        catch(&step, || self.add_run(slice, &mut run))
    }

    fn add_run(&mut self, slice: Option<(Window, Window)>, run: &mut Vec<Entry<K, C::Acc>>) {
        let Some((first, last)) = slice else { return };
        let Self { combine, coming, window_fn, .. } = self;
        let slice = coming.entry((place(first), place(last))).or_insert_with(|| {
            let windows = windows_between(window_fn, first, last);
            Slice { windows, table: Table::new() }
        });
        slice.table.absorb(run.drain(..), |acc, other| combine.merge(acc, other));
    }
}

/// The windows of a slice.
fn windows_between(window_fn: &AnyWindowFn, first: Window, last: Window) -> WindowSet {
    if first == last {
        return first.into();
    }
    let mut windows = WindowSet::new();
    window_fn.assign(last.start, &mut windows);
    windows.iter().copied().filter(|window| place(*window) >= place(first)).collect()
}
