//! Combining per key in windows that merge, of a collection that ends: partly before the rows travel.
//!
//! Windows that overlap become one in the end, so what is in them may be combined as soon as they meet. Rows of a key
//! often come in about the order of their times; then hardly more than a row for each session travels, and is kept. Where
//! they arrive they go on becoming fewer, as long as there is memory for those that are left.
//! Where windows merge as a function of the user says, it is asked about all windows of a key together, and nothing is
//! combined before.

use super::parts::PartsReceiver;
use super::{Lifted, first};
use crate::combine::CombineFn;
use crate::kernel::drain::drain;
use crate::kernel::guard::catch;
use crate::kernel::hash::hash_key;
use crate::kernel::keyed::group::CoGroup;
use crate::kernel::keyed::partitions::Rows;
use crate::kernel::keyed::route::Router;
use crate::kernel::keyed::table::Entry;
use crate::kernel::memory::size_of_value;
use crate::kernel::{Batch, Link, Meta, Op, Operator, Push, Receiver, Shuffle, ShuffleMode, Wiring};
use crate::window::{AnyWindowFn, Window};
use crate::{Element, Key, Result, Step, Timestamp};
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Brings what windows of a key contain together: accumulators of parts of sessions, of which some may overlap.
pub(crate) struct CombineParts<K, V, C> {
    combine: C,
    overlapping: bool,
    _rows: PhantomData<fn() -> (K, V)>,
}

impl<K, V, C> CombineParts<K, V, C> {
    pub(crate) fn new(combine: C, window_fn: &AnyWindowFn) -> Self {
        Self { combine, overlapping: matches!(window_fn, AnyWindowFn::Sessions(_)), _rows: PhantomData }
    }
}

impl<K: Key, V: Element, C: CombineFn<V>> Shuffle for CombineParts<K, V, C> {
    fn sender(&self, _input: usize, link: Rc<dyn Link>, wiring: &Wiring<'_>, mode: ShuffleMode) -> Op {
        let parts = InParts { combine: self.combine.clone(), new: Arc::default() };
        let sender = Sender::<K, V, C> {
            combine: self.combine.clone(),
            step: wiring.step.clone(),
            new: parts.new.clone(),
            table: Lifted::new(parts, wiring, ShuffleMode { lifted: mode.lifted && self.overlapping }),
            router: Router::new(link, wiring.env),
            rows: Vec::new(),
        };
        Op::keyed(wiring, sender)
    }

    fn receiver(&self, wiring: &Wiring<'_>) -> Receiver {
        if self.overlapping {
            return PartsReceiver::<K, V, C>::receiver(self.combine.clone(), wiring);
        }
        CoGroup::<K, (Rows<K, (Window, C::Acc)>,)>::new().receiver(wiring)
    }
}

/// What has come of a key.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "A: Element")]
struct Parts<A>(SmallVec<[(Window, A); 1]>);

/// A part that is further back than this is not looked at: another one of its session does no harm.
const NEAR: usize = 4;

/// The part of a key that a window overlaps, if it is one of the last.
#[inline]
pub(super) fn near<A>(parts: &mut [(Window, A)], window: Window) -> Option<&mut (Window, A)> {
    parts.iter_mut().rev().take(NEAR).find(|(part, _)| part.overlaps(window))
}

/// Combines what is in windows that overlap.
#[derive(Clone)]
struct InParts<C> {
    combine: C,
    /// What parts take that keys have got beside their first.
    new: Arc<New>,
}

#[derive(Default)]
struct New {
    parts: AtomicUsize,
    bytes: AtomicUsize,
}

impl<V: Element, C: CombineFn<V>> CombineFn<(Window, V)> for InParts<C> {
    type Acc = Parts<C::Acc>;
    type Out = Parts<C::Acc>;

    fn create(&self) -> Parts<C::Acc> {
        Parts(SmallVec::new())
    }

    #[inline]
    fn add(&self, Parts(parts): &mut Parts<C::Acc>, (window, value): (Window, V)) {
        if let Some((part, acc)) = near(parts, window) {
            *part = part.span(window);
            return self.combine.add(acc, value);
        }
        let part = (window, first(&self.combine, value));
        if !parts.is_empty() {
            self.new.parts.fetch_add(1, Ordering::Relaxed);
            self.new.bytes.fetch_add(size_of_value(&part), Ordering::Relaxed);
        }
        // Most keys have few parts: no room for as many again.
        if parts.len() == parts.capacity() {
            parts.reserve_exact(parts.len() / 4 + 1);
        }
        parts.push(part);
    }

    fn merge(&self, Parts(parts): &mut Parts<C::Acc>, Parts(others): Parts<C::Acc>) {
        parts.extend(others);
    }

    fn extract(&self, parts: Parts<C::Acc>) -> Parts<C::Acc> {
        parts
    }
}

/// Combines as far as memory goes, and sends parts to the owners of the keys.
struct Sender<K, V: Element, C: CombineFn<V>> {
    combine: C,
    step: Arc<Step>,
    new: Arc<New>,
    table: Lifted<K, (Window, V), InParts<C>>,
    router: Router<(K, (Window, C::Acc))>,
    rows: Vec<(K, (Window, V))>,
}

impl<K: Key, V: Element, C: CombineFn<V>> Sender<K, V, C> {
    /// Makes a row of every element and each of its windows.
    fn rows_of(&mut self, batch: &mut Batch<(K, V)>) {
        let windows = &batch.meta.windows;
        drain(&mut batch.values).enumerate().for_each(|(row, (key, value))| {
            let Some((last, others)) = windows.get(row).split_last() else { return };
            self.rows.extend(others.iter().map(|window| (key.clone(), (*window, value.clone()))));
            self.rows.push((key, (*last, value)));
        });
    }

    fn pass(&mut self) -> Result<()> {
        let Self { combine, step, router, rows, .. } = self;
        router.begin(&Meta::unstamped())?;
        rows.drain(..).try_for_each(|(key, (window, value))| {
            let acc = catch(step, || first(combine, value))?;
            router.add(hash_key(&key), (key, (window, acc)))
        })
    }

    fn send(&mut self, count: usize) -> Result<()> {
        let Self { table, router, .. } = self;
        router.begin(&Meta::unstamped())?;
        table.take(count, |hash, Entry { key, acc: Parts(mut parts) }| {
            let Some(last) = parts.pop() else { return Ok(()) };
            parts.into_iter().try_for_each(|part| router.add(hash, (key.clone(), part)))?;
            router.add(hash, (key, last))
        })
    }
}

impl<K: Key, V: Element, C: CombineFn<V>> Push<(K, V)> for Sender<K, V, C> {
    fn push(&mut self, batch: &mut Batch<(K, V)>) -> Result<()> {
        self.rows_of(batch);
        if !self.table.takes(self.rows.len()) {
            return self.pass();
        }
        let count = self.table.add(&mut self.rows)?;
        let (parts, bytes) = (self.new.parts.swap(0, Ordering::Relaxed), self.new.bytes.swap(0, Ordering::Relaxed));
        let count = if self.table.grow(parts, bytes) { count } else { self.table.len() };
        if count > 0 { self.send(count) } else { Ok(()) }
    }
}

impl<K: Key, V: Element, C: CombineFn<V>> Operator for Sender<K, V, C> {
    fn watermark(&mut self, time: Timestamp) -> Result<()> {
        if time < Timestamp::MAX {
            return Ok(());
        }
        self.send(self.table.len())?;
        self.router.watermark(time)
    }

    fn halt(&mut self) -> Result<()> {
        self.send(self.table.len())?;
        self.router.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::combine::ToList;
    use proptest::prelude::*;

    fn window(start: i64, length: i64) -> Window {
        Window { start: Timestamp::from_millis(start), end: Timestamp::from_millis(start + length) }
    }

    /// Sessions, and what is in them, in order.
    fn sessions(mut windows: Vec<(Window, Vec<usize>)>) -> Vec<(Window, Vec<usize>)> {
        windows.sort();
        let mut sessions: Vec<(Window, Vec<usize>)> = Vec::new();
        for (window, numbers) in windows {
            match sessions.last_mut() {
                Some((last, all)) if last.overlaps(window) => {
                    *last = last.span(window);
                    all.extend(numbers);
                }
                _ => sessions.push((window, numbers)),
            }
        }
        sessions.iter_mut().for_each(|(_, numbers)| numbers.sort_unstable());
        sessions
    }

    proptest! {
        #[test]
        fn parts_make_the_same_sessions(windows in prop::collection::vec((0i64..500, 1i64..20), 0..100)) {
            let windows: Vec<Window> = windows.into_iter().map(|(start, length)| window(start, length)).collect();
            let in_parts = InParts { combine: ToList, new: Arc::default() };
            let mut parts = in_parts.create();
            windows.iter().enumerate().for_each(|(number, window)| in_parts.add(&mut parts, (*window, number)));
            let new = in_parts.new.parts.load(Ordering::Relaxed);
            prop_assert_eq!(new, parts.0.len().saturating_sub(1));
            let all = windows.into_iter().enumerate().map(|(number, window)| (window, vec![number])).collect();
            prop_assert_eq!(sessions(parts.0.into_vec()), sessions(all));
        }
    }
}
