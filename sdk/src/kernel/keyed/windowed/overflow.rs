//! Slices of collections that end: in memory as long as the budget allows, then on disk.

use super::by_slice::BySlice;
use super::rows::ResultRow;
use super::running::{Place, Slice, place};
use super::scattered::Scattered;
use crate::combine::CombineFn;
use crate::kernel::Env;
use crate::kernel::guard::catch;
use crate::kernel::hash::{PARTITIONS, hash_key};
use crate::kernel::keyed::Rows;
use crate::kernel::keyed::table::{Entry, Table};
use crate::kernel::memory::Reservation;
use crate::kernel::ordered::Ordered;
use crate::window::{AnyWindowFn, Window, WindowSet};
use crate::{Element, Key, Result};
use std::rc::Rc;

/// Slices by their first and last windows.
pub(super) type Slices<K, A> = Ordered<(Place, Place), Slice<K, A>>;

/// Rows that are looked up together.
const RUN: usize = 1 << 10;

/// A row of a slice, with the first and the last window of that.
type SliceRow<A> = (Window, Window, A);

/// What did not fit into memory.
pub(super) struct Overflow<K, A> {
    env: Rc<Env>,
    memory: Reservation,
    rows: Option<Rows<K, SliceRow<A>>>,
    scattered: Option<Scattered<K, A>>,
    /// With so many slices it is asked whether a table for each is too much.
    many: usize,
}

/// Fewer slices are no burden. Tests have no more than a few.
const MANY: usize = if cfg!(test) { 1 << 3 } else { 1 << 10 };
/// The rows of a slice that are worth a table.
const FEW: usize = 8;

impl<K: Key, A: Element> Overflow<K, A> {
    pub(super) fn new(env: &Rc<Env>) -> Self {
        Self { env: env.clone(), memory: Reservation::new(&env.memory), rows: None, scattered: None, many: MANY }
    }

    /// Where rows go once slices have proved to be small.
    pub(super) fn scattered(&mut self) -> Option<&mut Scattered<K, A>> {
        self.scattered.as_mut()
    }

    /// The windows of the rows in memory that are not in slices.
    pub(super) fn scattered_windows(&self) -> impl Iterator<Item = Window> {
        self.scattered.iter().flat_map(Scattered::windows)
    }

    /// Whether slices have so few rows that tables for them are a waste.
    pub(super) fn are_small(&mut self, slices: &Slices<K, A>) -> bool {
        if slices.len() < self.many {
            return false;
        }
        self.many *= 2;
        slices.values().map(|slice| slice.table.len()).sum::<usize>() < slices.len() * FEW
    }

    /// Puts the rows of all slices, each of which is a window, into one table.
    pub(super) fn scatter(&mut self, slices: &mut Slices<K, A>, merge: impl FnMut(&mut A, A)) -> Result<()> {
        let rows = std::iter::from_fn(|| slices.pop_first());
        let rows = rows.flat_map(|(((_, window), _), slice)| {
            slice.table.into_hashed().map(move |(_, entry)| ((entry.key, window), entry.acc))
        });
        let bytes = self.scattered.get_or_insert_with(Scattered::new).add(rows.collect(), merge);
        self.memory.shrink(self.memory.used());
        self.count(bytes, slices)
    }

    /// Counts the memory of new entries. Where there is none, everything goes to disk.
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
        while let Some((((_, first), (_, last)), slice)) = slices.pop_first() {
            for (hash, Entry { key, acc }) in slice.table.into_hashed() {
                rows.add(hash, key, (first, last, acc))?;
            }
        }
        for (key, window, acc) in self.scattered.iter_mut().flat_map(Scattered::drain) {
            rows.add(hash_key(&key), key, (window, window, acc))?;
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
        let (rows, mut scattered) = (overflow.take(&mut self.coming)?, overflow.scattered);
        match rows {
            Some(rows) => self.show_spilled(&overflow.env, rows, &mut scattered),
            None => self.show_loaded(&mut scattered),
        }
    }

    fn show_spilled(
        &mut self,
        env: &Env,
        mut rows: Rows<K, SliceRow<C::Acc>>,
        scattered: &mut Option<Scattered<K, C::Acc>>,
    ) -> Result<()> {
        for part in 0..Rows::<K, SliceRow<C::Acc>>::COUNT {
            env.shared.check()?;
            if rows.bytes(part) > env.working_memory() && !rows.is_indivisible(part) {
                let finer = rows.divide(part, None)?;
                self.show_spilled(env, finer, scattered)?;
                continue;
            }
            match scattered {
                Some(scattered) => self.load_scattered(&mut rows, part, scattered)?,
                None => self.load(&mut rows, part)?,
            }
            self.show_loaded(scattered)?;
        }
        Ok(())
    }

    fn show_loaded(&mut self, scattered: &mut Option<Scattered<K, C::Acc>>) -> Result<()> {
        self.show_ended()?;
        let step = self.step.clone();
        let rows = scattered.iter_mut().flat_map(Scattered::drain);
        catch(&step, || rows.for_each(|(key, window, acc)| self.show_alone(key, window, acc)))?;
        self.results.check()
    }

    fn load_scattered(
        &mut self,
        rows: &mut Rows<K, SliceRow<C::Acc>>,
        part: usize,
        scattered: &mut Scattered<K, C::Acc>,
    ) -> Result<()> {
        let (step, mut run) = (self.step.clone(), Vec::new());
        let combine = &self.combine;
        let mut add = |run| catch(&step, || scattered.add(run, |acc, other| combine.merge(acc, other))).map(drop);
        rows.drain(part, |key, (window, _, acc)| {
            run.push(((key, window), acc));
            if run.len() < RUN { Ok(()) } else { add(std::mem::take(&mut run)) }
        })?;
        add(run)
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
            run.push((hash_key(&key), Entry { key, acc }));
            Ok(())
        })?;
        catch(&step, || self.add_run(slice, &mut run))
    }

    fn add_run(&mut self, slice: Option<(Window, Window)>, run: &mut Vec<(u64, Entry<K, C::Acc>)>) {
        let Some((first, last)) = slice else { return };
        let Self { combine, coming, window_fn, .. } = self;
        let slice = coming.get_or_insert_with((place(first), place(last)), || {
            let windows = windows_between(window_fn, first, last);
            Slice::new(windows, Table::new())
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
