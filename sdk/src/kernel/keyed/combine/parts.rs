//! Parts of sessions where they arrive: those of a session become one as they come, as long as there is memory.

use super::sessions::near;
use crate::combine::CombineFn;
use crate::kernel::guard::catch;
use crate::kernel::keyed::group::CoGroup;
use crate::kernel::keyed::partitions::Rows;
use crate::kernel::keyed::table::{Entry, Table};
use crate::kernel::memory::{Reservation, size_of_value};
use crate::kernel::shuffle::HashedRows;
use crate::kernel::{Batch, Emitter, Inbox, Meta, Operator, Packet, Pending, Receiver, Shuffle, Wiring};
use crate::window::Window;
use crate::{Element, Key, Result, Step, Timestamp, Values};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

/// Accumulators of windows of a key, of which some may overlap.
type Parts<A> = Vec<(Window, A)>;

/// Brings the parts of the keys that this worker owns together. What there is no memory for is grouped as any rows are.
pub(super) struct PartsReceiver<K, V, C: CombineFn<V>> {
    combine: C,
    step: Arc<Step>,
    table: Table<K, Parts<C::Acc>>,
    memory: Reservation,
    out: Emitter<(K, Values<(Window, C::Acc)>)>,
    /// Where rows go, all of them, when memory has been refused.
    rows: Receiver,
    is_full: bool,
    capacity: usize,
}

impl<K: Key, V: Element, C: CombineFn<V>> PartsReceiver<K, V, C> {
    pub(super) fn receiver(combine: C, wiring: &Wiring<'_>) -> Receiver {
        let receiver = Rc::new(RefCell::new(Self {
            combine,
            step: wiring.step.clone(),
            table: Table::new(),
            memory: Reservation::new(&wiring.env.memory),
            out: wiring.emitter(0),
            rows: CoGroup::<K, (Rows<K, (Window, C::Acc)>,)>::new().receiver(wiring),
            is_full: false,
            capacity: wiring.env.batch_size_of::<(K, (Window, C::Acc))>(),
        }));
        Receiver { inboxes: vec![receiver.clone()], control: receiver }
    }

    /// Adds rows to what there is; says how many bytes they take.
    fn add(&mut self, hashes: &[u64], rows: &mut Vec<(K, (Window, C::Acc))>) -> Result<usize> {
        let Self { combine, step, table, .. } = self;
        let (bytes, before) = (Cell::new(0), table.len());
        let count = |more: usize| bytes.set(bytes.get() + more);
        let fold = |parts: &mut Parts<C::Acc>, part| count(join(combine, parts, part));
        let create = |part| {
            count(size_of_value(&part));
            vec![part]
        };
        catch(step, || table.update(hashes, rows, fold, create))?;
        let of_key = |entry: &Entry<K, _>| size_of_value(&entry.key) - size_of::<K>();
        let new = table.since(before).map(|entry| Table::<K, Parts<C::Acc>>::ENTRY_BYTES + of_key(entry));
        Ok(bytes.get() + new.sum::<usize>())
    }

    /// Moves everything to where there may be a disk.
    fn spill(&mut self) -> Result<()> {
        self.is_full = true;
        self.memory.shrink(self.memory.used());
        let table = std::mem::replace(&mut self.table, Table::new());
        let mut next = HashedRows::new();
        for (hash, Entry { key, acc }) in table.into_hashed() {
            for part in acc {
                next.hashes.push(hash);
                next.batch.values.push((key.clone(), part));
            }
            if next.hashes.len() >= self.capacity {
                self.pass(std::mem::replace(&mut next, HashedRows::new()))?;
            }
        }
        self.pass(next)
    }

    fn pass(&self, rows: HashedRows<(K, (Window, C::Acc))>) -> Result<()> {
        self.rows.inboxes[0].borrow_mut().deliver(Packet::new(rows, 0))
    }

    fn emit_all(&mut self) -> Result<()> {
        self.out.begin(&Meta::end_of_global_window());
        let out = &mut self.out;
        self.table.drain().for_each(|(_, Entry { key, acc })| out.emit((key, acc.into())));
        self.memory.shrink(self.memory.used());
        self.out.check()
    }
}

/// Adds a part to those of its key; says how many bytes more they take.
#[inline]
fn join<V, C: CombineFn<V>>(combine: &C, parts: &mut Parts<C::Acc>, part: (Window, C::Acc)) -> usize {
    let bytes = size_of_value(&part);
    if let Some((window, acc)) = near(parts, part.0) {
        *window = window.span(part.0);
        combine.merge(acc, part.1);
        return bytes - size_of::<(Window, C::Acc)>();
    }
    // Most keys have few parts: no room for as many again.
    if parts.len() == parts.capacity() {
        parts.reserve_exact(parts.len() / 4 + 1);
    }
    parts.push(part);
    bytes
}

impl<K: Key, V: Element, C: CombineFn<V>> Inbox for PartsReceiver<K, V, C> {
    fn deliver(&mut self, packet: Packet) -> Result<()> {
        let HashedRows { hashes, batch } = packet.open::<HashedRows<(K, (Window, C::Acc))>>();
        if self.is_full {
            return self.pass(HashedRows { hashes, batch });
        }
        let Batch { mut values, .. } = batch;
        let bytes = self.add(&hashes, &mut values)?;
        if self.memory.grow(bytes) { Ok(()) } else { self.spill() }
    }
}

impl<K: Key, V: Element, C: CombineFn<V>> Operator for PartsReceiver<K, V, C> {
    fn finish_bundle(&mut self) -> Result<()> {
        self.out.flush()?;
        self.rows.control.borrow_mut().finish_bundle()
    }

    fn watermark(&mut self, time: Timestamp) -> Result<()> {
        match time {
            Timestamp::MAX if self.is_full => self.rows.control.borrow_mut().watermark(time),
            Timestamp::MAX => self.emit_all(),
            _ => Ok(()),
        }
    }

    fn pending(&self) -> Option<Pending> {
        if self.is_full {
            return self.rows.control.borrow().pending();
        }
        Some(Pending { count: self.table.len() as u64, what: "keys with parts of sessions", next_event: None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::combine::ToList;
    use crate::kernel::hash::hash_key;
    use crate::kernel::tests::{Rig, env};
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    type Row = (u8, (Window, Vec<u64>));

    /// What keys have: numbers by the window that they are in once all parts that overlap have become one.
    fn by_session(rows: impl IntoIterator<Item = Row>) -> BTreeMap<u8, Vec<(Window, Vec<u64>)>> {
        let mut keys = BTreeMap::<u8, Vec<(Window, Vec<u64>)>>::new();
        rows.into_iter().for_each(|(key, part)| keys.entry(key).or_default().push(part));
        for parts in keys.values_mut() {
            parts.sort();
            let mut sessions: Vec<(Window, Vec<u64>)> = Vec::new();
            for (window, numbers) in parts.drain(..) {
                match sessions.last_mut().filter(|(last, _)| last.overlaps(window)) {
                    Some((last, all)) => {
                        *last = last.span(window);
                        all.extend(numbers);
                    }
                    None => sessions.push((window, numbers)),
                }
            }
            sessions.iter_mut().for_each(|(_, numbers)| numbers.sort_unstable());
            *parts = sessions;
        }
        keys
    }

    fn packet(rows: &[Row]) -> Packet {
        let hashes = rows.iter().map(|(key, _)| hash_key(key)).collect();
        Packet::new(HashedRows { hashes, batch: Batch { values: rows.to_vec(), meta: Meta::unstamped() } }, 0)
    }

    fn received(rows: &[Row], memory: usize) -> (Vec<(u8, Values<(Window, Vec<u64>)>)>, bool) {
        let env = env(0, 1, 4, memory);
        let rig = Rig::new(&env);
        let Receiver { inboxes, control } = PartsReceiver::<u8, u64, ToList>::receiver(ToList, &rig.wiring);
        rows.chunks(5).for_each(|rows| inboxes[0].borrow_mut().deliver(packet(rows)).unwrap());
        let waits_for_bytes = control.borrow().pending().unwrap().what.contains("bytes");
        control.borrow_mut().watermark(Timestamp::MAX).unwrap();
        control.borrow_mut().finish_bundle().unwrap();
        (rig.rows.take().into_iter().map(|(row, _)| row).collect(), waits_for_bytes)
    }

    /// Numbers from here on take nine bytes.
    const LARGE: u64 = 1 << 40;

    /// Long lists now and then, which soon use up what memory a table has in any case.
    fn rows() -> impl Strategy<Value = Vec<Row>> {
        let long = prop_oneof![3 => Just(1usize), 1 => Just(12_000)];
        let row = (0u8..5, 0i64..300, 1i64..20, long);
        let at = Timestamp::from_millis;
        let row = row.prop_map(move |(key, start, length, long)| {
            (key, (Window { start: at(start), end: at(start + length) }, vec![LARGE + start as u64; long]))
        });
        prop::collection::vec(row, 0..60)
    }

    proptest! {
        #[test]
        fn nothing_is_lost_with_memory_and_without(rows in rows()) {
            let expected = by_session(rows.clone());
            for memory in [usize::MAX / 2, 0] {
                let (groups, is_spilled) = received(&rows, memory);
                let is_large = rows.iter().map(|(_, (_, numbers))| numbers.len()).sum::<usize>() > 130_000;
                prop_assert!(memory == 0 || !is_spilled);
                prop_assert!(memory > 0 || is_spilled || !is_large);
                let mut keys: Vec<u8> = groups.iter().map(|(key, _)| *key).collect();
                keys.sort_unstable();
                prop_assert!(keys.iter().eq(expected.keys()), "each key comes once: {:?}", keys);
                let parts = groups.into_iter().flat_map(|(key, values)| values.into_iter().map(move |part| (key, part)));
                prop_assert_eq!(by_session(parts), expected.clone());
            }
        }
    }
}
