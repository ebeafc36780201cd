//! Combining in windows before the exchange: for windows that show one result at their end.
//!
//! A sender keeps a table for the elements that are in the same windows, and sends the accumulators when its watermark
//! passes the end of the first of these windows, before the watermark. So they are never late, and no result comes later
//! than it would without. Elements of windows that are over travel one by one: each may have to be shown, or counted as
//! late, by itself.
//!
//! Where windows overlap, elements between the same two borders are in the same windows. Each is added once, and what has
//! been made of them is added to each of the windows (slices: *No Pane, No Gain*, Li et al., SIGMOD Record 2005).

use super::by_slice::BySlice;
use super::rows::{One, Pairs, ResultRow};
use super::sort::{self, WindowRows};
use crate::combine::CombineFn;
use crate::kernel::guard::catch;
use crate::kernel::hash::hash_key;
use crate::kernel::keyed::combine::{Gain, LARGEST_TABLE, entry_bytes, first};
use crate::kernel::keyed::route::Router;
use crate::kernel::keyed::table::{Entry, Table};
use crate::kernel::memory::Reservation;
use crate::kernel::{Batch, Link, Meta, Op, Operator, Push, Receiver, Shuffle, ShuffleMode, Stamp, Wiring};
use crate::window::{Pane, Window, WindowSet, WindowingStrategy};
use crate::{Element, Key, Result, Step, Timestamp};
use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::Arc;

/// The shuffle of a combine in windows under the default trigger.
pub(crate) struct CombineInWindows<K, V, C, I = Keyed, R = Pairs> {
    strategy: Arc<WindowingStrategy>,
    combine: C,
    at_the_end: bool,
    _rows: PhantomData<fn() -> (K, V, I, R)>,
}

impl<K, V, C, I, R> CombineInWindows<K, V, C, I, R> {
    pub(crate) fn new(strategy: Arc<WindowingStrategy>, combine: C) -> Self {
        Self { strategy, combine, at_the_end: false, _rows: PhantomData }
    }

    /// For a collection that ends: results come at the end, and state goes to disk if need be.
    pub(crate) fn at_the_end(mut self) -> Self {
        self.at_the_end = true;
        self
    }
}

/// How elements become pairs.
pub(crate) trait IntoPairs<K, V>: 'static {
    type In: Element;

    fn pairs(batch: &mut Batch<Self::In>) -> Batch<(K, V)>;
}

/// They are pairs.
pub(crate) struct Keyed;

impl<K: Key, V: Element> IntoPairs<K, V> for Keyed {
    type In = (K, V);

    fn pairs(batch: &mut Batch<(K, V)>) -> Batch<(K, V)> {
        batch.take()
    }
}

/// All have the same key.
pub(crate) struct Unkeyed;

impl<V: Element> IntoPairs<(), V> for Unkeyed {
    type In = V;

    fn pairs(batch: &mut Batch<V>) -> Batch<((), V)> {
        let Batch { values, meta } = batch.take();
        Batch { values: values.into_iter().map(|value| ((), value)).collect(), meta }
    }
}

impl<K: Key, V: Element, C: CombineFn<V>, I: IntoPairs<K, V>, R> Shuffle for CombineInWindows<K, V, C, I, R>
where
    R: ResultRow<K, C::Out>,
{
    fn can_lift(&self) -> bool {
        true
    }

    fn sender(&self, _input: usize, link: Rc<dyn Link>, wiring: &Wiring<'_>, mode: ShuffleMode) -> Op {
        let sender = Sender::<K, V, C, I> {
            combine: self.combine.clone(),
            step: wiring.step.clone(),
            watermark: Timestamp::MIN,
            open: BTreeMap::new(),
            spare: None,
            memory: Reservation::new(&wiring.env.memory),
            limit: wiring.env.working_memory().min(LARGEST_TABLE),
            gain: Gain::new(mode.lifted),
            router: Router::new(link, wiring.env),
            _rows: PhantomData,
        };
        Op::single::<I::In>(wiring, sender)
    }

    fn receiver(&self, wiring: &Wiring<'_>) -> Receiver {
        let receiver = BySlice::<K, V, C, R>::new(&self.strategy, self.combine.clone(), wiring);
        let receiver = if self.at_the_end { receiver.at_the_end(wiring.env) } else { receiver };
        super::receiver::<K, C::Acc, One<C::Acc>, _>(receiver)
    }
}

/// Combines rows by window and key as far as memory goes, and sends accumulators to the owners of the keys.
struct Sender<K, V, C: CombineFn<V>, I> {
    combine: C,
    step: Arc<Step>,
    watermark: Timestamp,
    /// Windows none of which is over, by the last instant of the first of them.
    open: BTreeMap<(Timestamp, WindowSet), Table<K, C::Acc>>,
    /// A table that has been sent, and its memory: windows are much like each other.
    spare: Option<(Table<K, C::Acc>, usize)>,
    memory: Reservation,
    limit: usize,
    gain: Gain,
    router: Router<(K, C::Acc)>,
    _rows: PhantomData<fn() -> (V, I)>,
}

impl<K: Key, V: Element, C: CombineFn<V>, I> Sender<K, V, C, I> {
    fn add(&mut self, mut rows: WindowRows<WindowSet, K, V>) -> Result<()> {
        let Some(last) = first_end(&rows.windows) else { return Ok(()) };
        if rows.is_timed() {
            self.gain.pass(rows.rows.len() as u64);
            return self.pass(rows);
        }
        let Self { combine, open, spare, memory, .. } = self;
        let table = open.entry((last, rows.windows)).or_insert_with(|| unused(spare, memory));
        let (inputs, before) = (rows.rows.len() as u64, table.len());
        let add = |acc: &mut C::Acc, value| combine.add(acc, value);
        catch(&self.step, || table.update(&rows.hashes, &mut rows.rows, add, |value| first(combine, value)))?;
        let of_table = if before == 0 { Table::<K, C::Acc>::BYTES } else { 0 };
        let new_bytes = of_table + table.since(before).map(entry_bytes).sum::<usize>();
        let new_keys = (table.len() - before) as u64;
        let fits = self.memory.grow(new_bytes) && self.memory.used() < self.limit;
        if self.gain.count(inputs, new_keys) || !fits { self.send_all() } else { Ok(()) }
    }

    /// Sends rows without combining them.
    fn pass(&mut self, rows: WindowRows<WindowSet, K, V>) -> Result<()> {
        for (((key, value), hash), time) in rows.rows.into_iter().zip(rows.hashes).zip(rows.times) {
            let acc = catch(&self.step, || first(&self.combine, value))?;
            self.router.add_stamped(hash, (key, acc), &stamp(rows.windows.clone(), time))?;
        }
        Ok(())
    }

    fn send_all(&mut self) -> Result<()> {
        while let Some(((last, windows), table)) = self.open.pop_first() {
            self.send(last, windows, table)?;
        }
        self.spare = None;
        self.memory.shrink(self.memory.used());
        Ok(())
    }

    /// Sends a table; what it takes of the memory stays with it.
    fn send(&mut self, last: Timestamp, windows: WindowSet, mut table: Table<K, C::Acc>) -> Result<()> {
        self.router.begin(&Meta::of(stamp(windows, last)))?;
        let bytes = Table::<K, C::Acc>::BYTES + table.iter().map(entry_bytes).sum::<usize>();
        table.drain().try_for_each(|Entry { hash, key, acc }| self.router.add(hash, (key, acc)))?;
        table.shrink();
        if let Some((_, bytes)) = self.spare.replace((table, bytes)) {
            self.memory.shrink(bytes);
        }
        Ok(())
    }
}

/// The table that was emptied, or else a new one.
fn unused<K: Key, A>(spare: &mut Option<(Table<K, A>, usize)>, memory: &mut Reservation) -> Table<K, A> {
    let Some((table, bytes)) = spare.take() else { return Table::new() };
    memory.shrink(bytes);
    table
}

/// The last instant of the window that ends first.
fn first_end(windows: &[Window]) -> Option<Timestamp> {
    windows.iter().map(|window| window.max_timestamp()).min()
}

fn stamp(windows: WindowSet, time: Timestamp) -> Stamp {
    Stamp { time, windows, pane: Pane::UNKNOWN }
}

impl<K: Key, V: Element, C: CombineFn<V>, I: IntoPairs<K, V>> Push<I::In> for Sender<K, V, C, I> {
    fn push(&mut self, batch: &mut Batch<I::In>) -> Result<()> {
        let pairs = I::pairs(batch);
        let hashes = pairs.values.iter().map(|(key, _)| hash_key(key)).collect();
        let (watermark, is_combining) = (self.watermark, self.gain.is_combining());
        let passes = |windows: &WindowSet| !is_combining || first_end(windows).is_some_and(|end| end < watermark);
        sort::by_windows(hashes, pairs, passes).into_iter().try_for_each(|rows| self.add(rows))
    }
}

impl<K: Key, V: Element, C: CombineFn<V>, I> Operator for Sender<K, V, C, I> {
    fn finish_bundle(&mut self) -> Result<()> {
        self.router.flush()
    }

    fn watermark(&mut self, time: Timestamp) -> Result<()> {
        self.watermark = time;
        while let Some(((last, windows), table)) = self.open.pop_first() {
            if last >= time {
                self.open.insert((last, windows), table);
                break;
            }
            self.send(last, windows, table)?;
        }
        self.router.watermark(time)
    }

    fn idle(&mut self, is_idle: bool) -> Result<()> {
        // Nobody waits for who is idle, so what is here would come too late.
        if is_idle {
            self.send_all()?;
        }
        self.router.idle(is_idle)
    }
}
