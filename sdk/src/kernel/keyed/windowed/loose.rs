//! Values that travel as they are to where they are combined, beside what has been combined before it travels.

use super::by_slice::BySlice;
use super::pieces::{AsAcc, AsValue};
use super::rows::{ResultRow, Takes};
use crate::combine::CombineFn;
use crate::kernel::keyed::combine::first;
use crate::kernel::shuffle::HashedRows;
use crate::kernel::{Batch, Inbox, Packet};
use crate::{Element, Key, Result};
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::rc::Rc;

/// A value that nothing has been combined with. A type of its own, as accumulators may be of the type of values.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Loose<V>(V);

impl<V> Loose<V> {
    /// The values of a batch.
    pub(super) fn all<K>(Batch { values, meta }: Batch<(K, V)>) -> Batch<(K, Self)> {
        Batch { values: values.into_iter().map(|(key, value)| (key, Self(value))).collect(), meta }
    }
}

/// How what comes is combined with the rest.
pub(super) trait Combining<X, V, C: CombineFn<V>> {
    fn first(combine: &C, x: X) -> C::Acc;
    fn add(combine: &C, acc: &mut C::Acc, x: X);
}

impl<V, C: CombineFn<V>> Combining<Loose<V>, V, C> for AsValue {
    #[inline]
    fn first(combine: &C, Loose(value): Loose<V>) -> C::Acc {
        first(combine, value)
    }

    #[inline]
    fn add(combine: &C, acc: &mut C::Acc, Loose(value): Loose<V>) {
        combine.add(acc, value);
    }
}

impl<V, C: CombineFn<V>> Combining<C::Acc, V, C> for AsAcc {
    #[inline]
    fn first(_: &C, acc: C::Acc) -> C::Acc {
        acc
    }

    #[inline]
    fn add(combine: &C, acc: &mut C::Acc, other: C::Acc) {
        combine.merge(acc, other);
    }
}

/// The inbox of a combine to which both come.
pub(super) struct Both<K, V, C: CombineFn<V>, R: ResultRow<K, C::Out>>(pub(super) Rc<RefCell<BySlice<K, V, C, R>>>);

impl<K: Key, V: Element, C: CombineFn<V>, R: ResultRow<K, C::Out>> Inbox for Both<K, V, C, R> {
    fn deliver(&mut self, packet: Packet) -> Result<()> {
        let mut combine = self.0.borrow_mut();
        match packet.open_if::<HashedRows<(K, Loose<V>)>>() {
            Ok(rows) => combine.take_as::<_, AsValue>(rows),
            Err(packet) => combine.take(packet.open::<HashedRows<(K, C::Acc)>>()),
        }
    }
}
