//! Combining in windows that show one result at their end, and one for each late element: the default trigger.
//!
//! As [`ByWindow`](super::ByWindow), but what windows have in common is combined once for all of them: rows are kept by
//! *slice*, which is all rows that are in the same windows, and what a window contains is [made of slices](Running) when
//! it ends (slices: *No Pane, No Gain*, Li et al., SIGMOD Record 2005). Where windows do not overlap, a slice is a window,
//! and nothing is made.

use super::Late;
use super::idle::Idle;
use super::loose::Combining;
use super::overflow::{Overflow, Slices};
use super::pieces::AsAcc;
use super::results::Results;
use super::rows::{ResultRow, Takes};
use super::running::{Running, Slice, place};
use super::sort::{self, WindowRows};
use crate::combine::CombineFn;
use crate::kernel::guard::catch;
use crate::kernel::keyed::combine::bytes_of;
use crate::kernel::keyed::table::{Entry, Table};
use crate::kernel::keyed::until_the_end;
use crate::kernel::ordered::Ordered;
use crate::kernel::shuffle::HashedRows;
use crate::kernel::{Batch, Col, Env, Kept, Operator, Pending, Stamp, Wiring};
use crate::window::reduce::{Dropped, DroppedBecause};
use crate::window::{Accumulation, AnyWindowFn, Mark, Pane, Timing, Window, WindowSet, WindowingStrategy};
use crate::{Element, Key, Result, Step, Timestamp};
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

/// Combines accumulators of the keys that this worker owns.
pub(crate) struct BySlice<K, V, C: CombineFn<V>, R: ResultRow<K, C::Out>> {
    pub(super) combine: C,
    accumulates: bool,
    allowed_lateness: Duration,
    pub(super) window_fn: AnyWindowFn,
    /// Whether windows overlap in the order of time, so that the slices of one follow each other.
    slides: bool,
    pub(super) step: Arc<Step>,
    watermark: Timestamp,
    output_watermark: Timestamp,
    /// None of their windows has ended.
    pub(super) coming: Slices<K, C::Acc>,
    /// Of a collection that ends, while it has not ended.
    overflow: Option<Overflow<K, C::Acc>>,
    idle: Idle,
    /// What has come since memory was asked for.
    new_bytes: usize,
    running: Running<K, C::Acc>,
    /// Windows that have shown their result and take late elements, by the instants at which they expire.
    shown: Ordered<(Timestamp, Window), Table<K, Shown<C::Acc>>>,
    /// A table that has been emptied: windows are much like each other.
    spare: Option<Table<K, C::Acc>>,
    pub(super) results: Results<K, C::Acc, R::Row>,
    _values: PhantomData<fn(V)>,
}

/// What is left of a key in a window after its result.
struct Shown<A> {
    /// None if results do not contain what was shown before.
    acc: Option<A>,
    panes: u32,
}

impl<K: Key, V: Element, C: CombineFn<V>, R: ResultRow<K, C::Out>> BySlice<K, V, C, R> {
    pub(crate) fn new(strategy: &WindowingStrategy, combine: C, wiring: &Wiring<'_>) -> Self {
        Self {
            combine,
            accumulates: strategy.accumulation() == Accumulation::Accumulating,
            allowed_lateness: strategy.allowed_lateness(),
            window_fn: strategy.window_fn().clone(),
            slides: strategy.slides(),
            step: wiring.step.clone(),
            watermark: Timestamp::MIN,
            output_watermark: Timestamp::MIN,
            coming: Slices::new(),
            overflow: None,
            idle: Idle::default(),
            new_bytes: 0,
            running: Running::new(),
            shown: Ordered::new(),
            spare: None,
            results: Results::new(wiring, strategy, Late::dropped()),
            _values: PhantomData,
        }
    }

    /// For a collection that ends: results come at the end, and state goes to disk if need be.
    pub(crate) fn at_the_end(mut self, env: &Rc<Env>) -> Self {
        self.overflow = Some(Overflow::new(env));
        self
    }

    /// Takes rows of any kind.
    pub(super) fn take_as<X: Element, H: Combining<X, V, C>>(&mut self, rows: HashedRows<(K, X)>) -> Result<()> {
        let (step, has_many) = (self.step.clone(), matches!(rows.batch.meta.windows, Col::Each(_)));
        let Self { combine, overflow, coming, slides, .. } = self;
        if let Some(overflow) = overflow.as_mut().filter(|_| !*slides)
            && overflow.scattered().is_none()
            && (has_many || overflow.are_small(coming))
        {
            overflow.scatter(coming, |acc, other| combine.merge(acc, other))?;
        }
        catch(&step, || self.add_all::<X, H>(rows))?;
        let Self { overflow, coming, idle, new_bytes, .. } = self;
        if let Some(overflow) = overflow {
            overflow.count(std::mem::take(new_bytes), coming)?;
            idle.pack(coming);
        }
        self.results.check()
    }

    fn add_all<X: Element, H: Combining<X, V, C>>(&mut self, HashedRows { hashes, batch }: HashedRows<(K, X)>) {
        let Self { combine, overflow, watermark, .. } = self;
        if let Some(scattered) = overflow.as_mut().and_then(Overflow::scattered) {
            let Batch { values, meta } = batch;
            let values = values.into_iter().map(|(key, x)| (key, H::first(combine, x))).collect();
            let merge = |acc: &mut C::Acc, other| combine.merge(acc, other);
            self.new_bytes += scattered.add_batch(Batch { values, meta }, merge);
            return;
        }
        let watermark = *watermark;
        let has_ended = |window: &Window| watermark > window.max_timestamp();
        if !self.slides {
            return self.add_by_window::<X, H>(hashes, batch, &has_ended);
        }
        let HashedRows { hashes, batch } = self.add_to_ended::<X, H>(HashedRows { hashes, batch });
        for rows in sort::by_windows(hashes, batch, &|_| false) {
            self.add::<X, H>(rows);
        }
    }

    fn add_by_window<X: Element, H: Combining<X, V, C>>(
        &mut self,
        hashes: Vec<u64>,
        batch: Batch<(K, X)>,
        timed: &dyn Fn(&Window) -> bool,
    ) {
        for rows in sort::by_window(hashes, batch, timed) {
            self.add::<X, H>(rows.map_windows(WindowSet::from));
        }
    }

    /// Adds rows to those of their windows that have ended, in their order, and leaves them in the others.
    fn add_to_ended<X: Element, H: Combining<X, V, C>>(&mut self, mut rows: HashedRows<(K, X)>) -> HashedRows<(K, X)> {
        let watermark = self.watermark;
        let meta = &mut rows.batch.meta;
        if !meta.windows.values().iter().any(|windows| windows.first_end().is_some_and(|end| watermark > end)) {
            return rows;
        }
        let has_ended = |window: &Window| watermark > window.max_timestamp();
        let mut late = HashedRows::new();
        for (row, (pair, hash)) in rows.batch.values.iter().zip(&rows.hashes).enumerate() {
            let Stamp { time, windows, pane } = meta.get(row);
            let windows: WindowSet = windows.iter().copied().filter(&has_ended).collect();
            if !windows.is_empty() {
                late.hashes.push(*hash);
                late.batch.push(pair.clone(), &Stamp { time, windows, pane });
            }
        }
        meta.windows.update(|windows| *windows = windows.iter().copied().filter(|window| !has_ended(window)).collect());
        self.add_by_window::<X, H>(late.hashes, late.batch, &|_| true);
        rows
    }

    /// Adds rows of one window, or of a slice none of whose windows has ended.
    fn add<X: Element, H: Combining<X, V, C>>(&mut self, mut rows: WindowRows<WindowSet, K, X>) {
        let (Some(first), Some(last)) = (rows.windows.first().copied(), rows.windows.last().copied()) else { return };
        if self.watermark > first.expiry(self.allowed_lateness) {
            return self.drop_late::<X, H>(first, rows);
        }
        if self.watermark > first.max_timestamp() {
            return self.add_late::<X, H>(first, rows);
        }
        let Self { combine, coming, idle, spare, .. } = self;
        let slice = coming.get_or_insert_with((place(first), place(last)), || {
            Slice::new(rows.windows, spare.take().unwrap_or_else(Table::new))
        });
        idle.add(rows.rows.len(), slice);
        let before = slice.table.len();
        let add = |acc: &mut C::Acc, x| H::add(combine, acc, x);
        slice.table.update(&rows.hashes, &mut rows.rows, add, |x| H::first(combine, x));
        if self.overflow.is_some() {
            self.new_bytes += bytes_of(slice.table.since(before));
            self.new_bytes += if before == 0 { Table::<K, C::Acc>::BYTES } else { 0 };
        }
    }

    fn drop_late<X, H: Combining<X, V, C>>(&mut self, window: Window, rows: WindowRows<WindowSet, K, X>) {
        for ((key, x), timestamp) in rows.rows.into_iter().zip(rows.times) {
            let (because, value) = (DroppedBecause::Late, H::first(&self.combine, x));
            self.results.dropped(&key, Dropped { because, window, timestamp, mark: Mark::None, value });
        }
    }

    /// Shows a result for each late element.
    fn add_late<X, H: Combining<X, V, C>>(&mut self, window: Window, rows: WindowRows<WindowSet, K, X>) {
        let Self { combine, accumulates, shown, results, .. } = self;
        let table = shown.get_or_insert_with((window.expiry(self.allowed_lateness), window), Table::new);
        for ((key, late), hash) in rows.rows.into_iter().zip(rows.hashes) {
            let Entry { key, acc: before } = table.find_or_create(hash, key, || Shown { acc: None, panes: 0 });
            let mut acc = before.acc.take().unwrap_or_else(|| combine.create());
            H::add(combine, &mut acc, late);
            before.acc = accumulates.then(|| acc.clone());
            let (index, on_time_index) = (before.panes, Some(before.panes));
            let pane =
                Pane { timing: Timing::Late, index, on_time_index, first: index == 0, last: false, ..Pane::ONLY };
            before.panes += 1;
            results.show(R::row(key.clone(), combine.extract(acc)), &stamp(window, pane));
        }
    }

    /// The window that ends next.
    fn next(&self) -> Option<Window> {
        let coming = self.coming.first().map(|(first, _)| *first);
        let running = self.running.next().map(place);
        coming.into_iter().chain(running).min().map(|(_, window)| window)
    }

    /// The end of a window has come.
    fn close(&mut self, window: Window) {
        if self.slides {
            return self.close_overlapping(window);
        }
        let Some((_, Slice { mut table, .. })) = self.coming.pop_first() else { return };
        self.close_with(window, table.len(), table.drain());
        self.spare = Some(table);
    }

    fn close_overlapping(&mut self, window: Window) {
        let mut running = std::mem::replace(&mut self.running, Running::new());
        let combine = self.combine.clone();
        let mut merge = |acc: &mut C::Acc, other| combine.merge(acc, other);
        while let Some((_, slice)) = self.coming.pop_first_if(|(first, _)| *first <= place(window)) {
            running.add(slice, &mut merge);
        }
        let count = running.len();
        self.close_with(window, count, running.show(window, &mut merge));
        running.leave(window);
        self.running = running;
    }

    /// Shows what a window contains, and keeps it if late elements may come.
    fn close_with(&mut self, window: Window, count: usize, contents: impl Iterator<Item = (u64, Entry<K, C::Acc>)>) {
        let Self { combine, accumulates, shown, results, watermark, .. } = self;
        let expiry = window.expiry(self.allowed_lateness);
        if *watermark > expiry {
            let rows = contents.map(|(_, Entry { key, acc })| R::row(key, combine.extract(acc)));
            return results.show_all(count, rows, &stamp(window, Pane::ONLY));
        }
        let mut kept = Table::new();
        let rows = contents.map(|(hash, Entry { key, acc })| {
            let again = accumulates.then(|| acc.clone());
            kept.find_or_create(hash, key.clone(), || Shown { acc: again, panes: 1 });
            R::row(key, combine.extract(acc))
        });
        results.show_all(count, rows, &stamp(window, Pane { last: false, ..Pane::ONLY }));
        shown.insert((expiry, window), kept);
    }

    /// Shows what there is of a key in a window of a collection that has ended.
    pub(super) fn show_alone(&mut self, key: K, window: Window, acc: C::Acc) {
        let row = R::row(key, self.combine.extract(acc));
        self.results.show(row, &stamp(window, Pane::ONLY));
    }

    pub(super) fn show_ended(&mut self) -> Result<()> {
        let step = self.step.clone();
        catch(&step, || self.close_all())?;
        self.results.check()
    }

    fn close_all(&mut self) {
        while let Some(window) = self.next().filter(|window| window.max_timestamp() < self.watermark) {
            self.close(window);
        }
        while self.shown.pop_first_if(|(expiry, _)| *expiry < self.watermark).is_some() {}
        if let Some(spare) = &mut self.spare {
            spare.shrink();
        }
    }
}

fn stamp(window: Window, pane: Pane) -> Stamp {
    Stamp { time: window.max_timestamp(), windows: window.into(), pane }
}

impl<K: Key, V: Element, C: CombineFn<V>, R: ResultRow<K, C::Out>> Takes<K, C::Acc> for BySlice<K, V, C, R> {
    fn take(&mut self, rows: HashedRows<(K, C::Acc)>) -> Result<()> {
        self.take_as::<C::Acc, AsAcc>(rows)
    }
}

impl<K: Key, V: Element, C: CombineFn<V>, R: ResultRow<K, C::Out>> Operator for BySlice<K, V, C, R> {
    fn finish_bundle(&mut self) -> Result<()> {
        self.results.flush()
    }

    fn watermark(&mut self, time: Timestamp) -> Result<()> {
        if self.overflow.is_some() && time < Timestamp::MAX {
            return Ok(());
        }
        self.watermark = time;
        self.results.watermark(time);
        match self.overflow.take() {
            Some(overflow) => self.finish(overflow),
            None => self.show_ended(),
        }
    }

    fn output_watermark(&mut self, input: Timestamp) -> Timestamp {
        if self.overflow.is_some() {
            return until_the_end(input);
        }
        let held = self.next().map_or(Timestamp::MAX, Window::max_timestamp);
        self.output_watermark = self.output_watermark.max(input.min(held));
        self.output_watermark
    }

    fn pending(&self) -> Option<Pending> {
        let next = self.next()?;
        Some(Pending {
            count: self.coming.len().max(1) as u64,
            what: "open slices of windows",
            next_event: Some(next.max_timestamp()),
        })
    }

    fn left_behind(&self) -> Option<Kept> {
        let on_disk = self.overflow.as_ref().map_or(0, Overflow::bytes_on_disk);
        if on_disk > 0 {
            return Some(Kept { count: on_disk as u64, what: "bytes of slices of windows", ..Kept::default() });
        }
        if !self.slides {
            let mut kept = Kept::none_of("keys");
            for (((_, window), _), slice) in self.coming.iter() {
                kept.count_in(*window, slice.table.len() as u64);
            }
            for window in self.overflow.iter().flat_map(Overflow::scattered_windows) {
                kept.count_in(window, 1);
            }
            return kept.if_any();
        }
        let mut kept = Kept::none_of("slices");
        for windows in self.coming.values().map(|slice| &slice.windows[..]).chain([self.running.windows()]) {
            for window in windows.iter().filter(|window| window.max_timestamp() >= self.watermark) {
                kept.count_in(*window, 0);
            }
        }
        kept.count = self.pending()?.count;
        Some(kept)
    }
}
