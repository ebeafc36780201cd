//! Combining in windows before the exchange: for windows that show one result at their end.
//!
//! A sender keeps a table for the elements that are in the same windows, and sends the accumulators when its watermark
//! passes the end of the first of these windows, before the watermark. So they are never late, and no result comes later
//! than it would without. Elements of windows that are over travel one by one: each may have to be shown, or counted as
//! late, by itself.
//!
//! Where windows overlap, elements between the same two borders are in the same windows. Each is added once, and what has
//! been made of them is added to each of the windows (slices: *No Pane, No Gain*, Li et al., SIGMOD Record 2005).

use super::Inputs;
use super::by_slice::BySlice;
use super::loose::{Both, Loose};
use super::rows::{One, Pairs, ResultRow, Whole};
use super::sort::{self, WindowRows};
use super::weight::Weight;
use crate::coder::encoded_len;
use crate::combine::CombineFn;
use crate::kernel::drain::drain;
use crate::kernel::guard::catch;
use crate::kernel::hash::hash_key;
use crate::kernel::keyed::combine::{Gain, LARGEST_TABLE, Lifted, bytes_of, first};
use crate::kernel::keyed::route::Router;
use crate::kernel::keyed::table::{Entry, Table};
use crate::kernel::memory::Reservation;
use crate::kernel::ordered::Ordered;
use crate::kernel::{Batch, Col, Lens, Link, Op, Operator, Push, Receiver, Shuffle, ShuffleMode, Stamp, Wiring};
use crate::window::{Pane, Window, WindowSet, WindowingStrategy};
use crate::{Element, Key, Result, Step, Timestamp};
use std::cell::RefCell;
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

impl<K, V, C, I, R> CombineInWindows<K, V, C, I, R> {
    /// Whether windows may be taken one by one, and results wait for the end.
    fn may_scatter(&self) -> bool {
        self.at_the_end && !self.strategy.slides()
    }
}

/// How elements become pairs.
pub(crate) trait IntoPairs<K, V: Clone>: 'static {
    type In: Element;
    /// As they come where they are not combined before.
    type Inputs: Inputs<K, V>;

    /// How those who watch see the elements.
    fn lens() -> Lens<Self::In>;

    fn pairs(batch: &mut Batch<Self::In>) -> Batch<(K, V)>;
}

/// They are pairs.
pub(crate) struct Keyed;

impl<K: Key, V: Element> IntoPairs<K, V> for Keyed {
    type In = (K, V);
    type Inputs = One<V>;

    fn lens() -> Lens<(K, V)> {
        Lens::keyed()
    }

    fn pairs(batch: &mut Batch<(K, V)>) -> Batch<(K, V)> {
        batch.take()
    }
}

/// All have the same key.
pub(crate) struct Unkeyed;

impl<V: Element> IntoPairs<(), V> for Unkeyed {
    type In = V;
    type Inputs = Whole<V>;

    fn lens() -> Lens<V> {
        Lens::new()
    }

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
        let scattered = self.may_scatter().then(|| Lifted::new(self.combine.clone(), wiring, mode));
        // In a collection that ends, workers read parts of their own, so most keys of one come to no other.
        let loose = (!self.at_the_end).then(|| Router::new(link.clone(), wiring.env));
        let sender = Sender::<K, V, C, I>::new(self.combine.clone(), link, wiring, mode);
        Op::seen_through(I::lens(), wiring, Sender { scattered, loose, ..sender })
    }

    fn receiver(&self, wiring: &Wiring<'_>) -> Receiver {
        let receiver = BySlice::<K, V, C, R>::new(&self.strategy, self.combine.clone(), wiring);
        let receiver = if self.at_the_end { receiver.at_the_end(wiring.env) } else { receiver };
        let control = Rc::new(RefCell::new(receiver));
        Receiver { inboxes: vec![Rc::new(RefCell::new(Both(control.clone())))], control }
    }
}

/// Combines rows by window and key as far as memory goes, and sends accumulators to the owners of the keys.
pub(super) struct Sender<K, V, C: CombineFn<V>, I> {
    combine: C,
    step: Arc<Step>,
    watermark: Timestamp,
    /// Windows none of which is over, by the last instant of the first of them.
    open: Ordered<(Timestamp, WindowSet), Open<K, C::Acc>>,
    /// Rows so far, and when it was last looked for tables that are idle.
    rows: u64,
    looked: u64,
    /// A table that has been sent, and its memory: windows are much like each other.
    spare: Option<(Table<K, C::Acc>, usize)>,
    memory: Reservation,
    limit: usize,
    gain: Gain,
    /// Whether tables go at the end of a bundle, and not only with the watermark.
    is_prompt: bool,
    /// What is in so many windows at a time that a table for each would be a waste: by key and window. Of collections
    /// that end.
    scattered: Option<Lifted<(K, Window), V, C>>,
    router: Router<(K, C::Acc)>,
    /// The way of what is not combined here, if the receiver takes that.
    loose: Option<Router<(K, Loose<V>)>>,
    _rows: PhantomData<fn() -> I>,
}

/// What has been combined for the rows that are in the same windows.
struct Open<K, A> {
    table: Table<K, A>,
    /// Which row was the last one.
    used: u64,
    weight: Weight,
}

/// After so many rows in other windows a table is sent: time has gone on.
const IDLE: u64 = 1 << 16;

impl<K: Key, V: Element, C: CombineFn<V>, I> Sender<K, V, C, I> {
    fn new(combine: C, link: Rc<dyn Link>, wiring: &Wiring<'_>, mode: ShuffleMode) -> Self {
        Self {
            combine,
            step: wiring.step.clone(),
            watermark: Timestamp::MIN,
            open: Ordered::new(),
            rows: 0,
            looked: 0,
            spare: None,
            memory: Reservation::new(&wiring.env.memory),
            limit: wiring.env.working_memory().min(LARGEST_TABLE),
            gain: Gain::new(mode.lifted),
            is_prompt: false,
            scattered: None,
            router: Router::new(link, wiring.env),
            loose: None,
            _rows: PhantomData,
        }
    }

    /// One that keeps nothing beyond the end of a bundle.
    pub(super) fn prompt(combine: C, link: Rc<dyn Link>, wiring: &Wiring<'_>, mode: ShuffleMode) -> Self {
        Self { is_prompt: true, ..Self::new(combine, link, wiring, mode) }
    }

    fn add(&mut self, mut rows: WindowRows<WindowSet, K, V>) -> Result<()> {
        let Some(last) = rows.windows.first_end() else { return Ok(()) };
        if rows.is_timed() {
            self.gain.pass(rows.rows.len() as u64);
            return self.pass(rows);
        }
        self.rows += rows.rows.len() as u64;
        if self.rows - self.looked > IDLE {
            self.send_idle()?;
        }
        let Self { combine, open, spare, memory, .. } = self;
        let open = open.get_or_insert_with((last, rows.windows), || Open {
            table: unused(spare, memory),
            used: 0,
            weight: Weight::default(),
        });
        open.used = self.rows;
        let table = &mut open.table;
        let (inputs, before) = (rows.rows.len() as u64, table.len());
        // Others do not grow: their number is what counts.
        let weighs = self.loose.is_some() && std::mem::needs_drop::<C::Acc>();
        let bytes = if weighs { rows.rows.first().map_or(0, encoded_len) * rows.rows.len() } else { 0 };
        let add = |acc: &mut C::Acc, value| combine.add(acc, value);
        catch(&self.step, || table.update(&rows.hashes, &mut rows.rows, add, |value| first(combine, value)))?;
        let of_table = if before == 0 { Table::<K, C::Acc>::BYTES } else { 0 };
        let new_bytes = of_table + bytes_of(table.since(before));
        let new_keys = (table.len() - before) as u64;
        let fits = self.memory.grow(new_bytes) && self.memory.used() < self.limit;
        let is_in_vain = weighs && open.weight.count(inputs, bytes, table);
        if is_in_vain {
            self.gain.give_up();
        }
        if self.gain.count(inputs, new_keys) || is_in_vain || !fits {
            return self.send_all();
        }
        Ok(())
    }

    /// Combines the rows of many windows.
    fn scatter(&mut self, pairs: Batch<(K, V)>) -> Result<()> {
        let mut rows = in_each_window(pairs);
        let Some(table) = &mut self.scattered else { return Ok(()) };
        if table.takes(rows.len()) {
            let count = table.add(&mut rows)?;
            return if count > 0 { self.send_scattered(count) } else { Ok(()) };
        }
        for ((key, window), value) in rows {
            let acc = catch(&self.step, || first(&self.combine, value))?;
            self.router.add_stamped(hash_key(&key), (key, acc), &stamp(window.into(), window.max_timestamp()))?;
        }
        Ok(())
    }

    fn send_scattered(&mut self, count: usize) -> Result<()> {
        let Self { scattered, router, .. } = self;
        scattered.as_mut().map_or(Ok(()), |table| {
            table.take(count, |_, Entry { key: (key, window), acc }| {
                router.add_stamped(hash_key(&key), (key, acc), &stamp(window.into(), window.max_timestamp()))
            })
        })
    }

    fn send_all_scattered(&mut self) -> Result<()> {
        self.send_scattered(self.scattered.as_ref().map_or(0, Lifted::len))
    }

    /// Sends rows without combining them.
    fn pass(&mut self, rows: WindowRows<WindowSet, K, V>) -> Result<()> {
        for (((key, value), hash), time) in rows.rows.into_iter().zip(rows.hashes).zip(rows.times) {
            let acc = catch(&self.step, || first(&self.combine, value))?;
            self.router.add_stamped(hash, (key, acc), &stamp(rows.windows.clone(), time))?;
        }
        Ok(())
    }

    /// Sends the tables that have not been used for a while, so that those in use fit into a cache.
    fn send_idle(&mut self) -> Result<()> {
        let used = std::mem::replace(&mut self.looked, self.rows);
        let idle = self.open.take_if(|open| open.used <= used);
        idle.into_iter().try_for_each(|((last, windows), open)| self.send(last, windows, open.table))
    }

    fn send_open(&mut self) -> Result<()> {
        while let Some(((last, windows), open)) = self.open.pop_first() {
            self.send(last, windows, open.table)?;
        }
        Ok(())
    }

    fn send_all(&mut self) -> Result<()> {
        self.send_open()?;
        self.spare = None;
        self.memory.shrink(self.memory.used());
        Ok(())
    }

    /// Sends what routers have held back.
    fn flush(&mut self) -> Result<()> {
        self.router.flush()?;
        self.loose.as_mut().map_or(Ok(()), Router::flush)
    }

    /// Sends a table; what it takes of the memory stays with it.
    fn send(&mut self, last: Timestamp, windows: WindowSet, mut table: Table<K, C::Acc>) -> Result<()> {
        let bytes = Table::<K, C::Acc>::BYTES + bytes_of(table.iter());
        let count = table.len();
        let rows = table.drain().map(|(hash, Entry { key, acc })| (hash, (key, acc)));
        self.router.add_alike(stamp(windows, last), count, rows)?;
        table.shrink();
        if let Some((_, bytes)) = self.spare.replace((table, bytes)) {
            self.memory.shrink(bytes);
        }
        Ok(())
    }
}

/// Each row with each of its windows.
pub(super) fn in_each_window<K: Key, V: Element>(batch: Batch<(K, V)>) -> Vec<((K, Window), V)> {
    let Batch { mut values, meta } = batch;
    let mut rows = Vec::with_capacity(values.len());
    drain(&mut values).enumerate().for_each(|(row, (key, value))| {
        let Some((last, others)) = meta.windows.get(row).split_last() else { return };
        rows.extend(others.iter().map(|window| ((key.clone(), *window), value.clone())));
        rows.push(((key, *last), value));
    });
    rows
}

/// The table that was emptied, or else a new one.
fn unused<K: Key, A>(spare: &mut Option<(Table<K, A>, usize)>, memory: &mut Reservation) -> Table<K, A> {
    let Some((table, bytes)) = spare.take() else { return Table::new() };
    memory.shrink(bytes);
    table
}

fn stamp(windows: WindowSet, time: Timestamp) -> Stamp {
    Stamp { time, windows, pane: Pane::UNKNOWN }
}

impl<K: Key, V: Element, C: CombineFn<V>, I: IntoPairs<K, V>> Push<I::In> for Sender<K, V, C, I> {
    fn push(&mut self, batch: &mut Batch<I::In>) -> Result<()> {
        let pairs = I::pairs(batch);
        if self.scattered.is_some() && matches!(pairs.meta.windows, Col::Each(_)) {
            return self.scatter(pairs);
        }
        let hashes = pairs.values.iter().map(|(key, _)| hash_key(key)).collect();
        if let Some(loose) = self.loose.as_mut().filter(|_| !self.gain.is_combining()) {
            self.gain.pass(pairs.len() as u64);
            loose.send_all(hashes, &mut Loose::all(pairs))?;
            // What comes late stays in its order.
            return if self.gain.is_combining() { loose.flush() } else { Ok(()) };
        }
        let (watermark, is_combining) = (self.watermark, self.gain.is_combining());
        let passes = |windows: &WindowSet| !is_combining || windows.first_end().is_some_and(|end| end < watermark);
        for rows in sort::by_windows(hashes, pairs, &passes) {
            self.add(rows)?;
        }
        // As above: what comes from now on takes the other way.
        if is_combining && !self.gain.is_combining() { self.router.flush() } else { Ok(()) }
    }
}

impl<K: Key, V: Element, C: CombineFn<V>, I> Operator for Sender<K, V, C, I> {
    fn finish_bundle(&mut self) -> Result<()> {
        if self.is_prompt {
            self.send_open()?;
        }
        self.flush()
    }

    fn watermark(&mut self, time: Timestamp) -> Result<()> {
        self.watermark = time;
        while let Some(((last, windows), open)) = self.open.pop_first_if(|(last, _)| *last < time) {
            self.send(last, windows, open.table)?;
        }
        if time == Timestamp::MAX {
            self.send_all_scattered()?;
        }
        self.flush()?;
        self.router.watermark(time)
    }

    /// Nobody waits for an idle sender: what it would send later might come too late.
    fn idle(&mut self, is_idle: bool) -> Result<()> {
        if is_idle {
            self.send_all()?;
        }
        self.flush()?;
        self.router.idle(is_idle)
    }

    fn halt(&mut self) -> Result<()> {
        self.send_all()?;
        self.send_all_scattered()?;
        self.flush()
    }
}
