//! Joins: pairs of values that have a key in common.

use crate::{Element, Emit, Key, PCollection, Values};

impl<K: Element, V: Element> PCollection<(K, V)> {
    /// Inner join: every pair of a value here and one there with the same key.
    ///
    /// ```
    /// # use beamline_sdk::Pipeline;
    /// let p = Pipeline::new();
    /// let orders = p.create([(1u32, "tea".to_owned()), (2, "milk".to_owned())]);
    /// let customers = p.create([(1u32, "ann".to_owned())]);
    /// let joined = orders.join(&customers).map(|(_, (order, customer))| format!("{customer}: {order}"));
    /// ```
    #[track_caller]
    pub fn join<W: Element>(&self, other: &PCollection<(K, W)>) -> PCollection<(K, (V, W))>
    where
        K: Key,
    {
        self.join_as("Join", other, inner)
    }

    /// Left join: as [`join`](Self::join), and `None` for a value here without a partner.
    #[track_caller]
    pub fn left_join<W: Element>(&self, other: &PCollection<(K, W)>) -> PCollection<(K, (V, Option<W>))>
    where
        K: Key,
    {
        self.join_as("LeftJoin", other, left)
    }

    /// Right join: as [`join`](Self::join), and `None` for a value there without a partner.
    #[track_caller]
    pub fn right_join<W: Element>(&self, other: &PCollection<(K, W)>) -> PCollection<(K, (Option<V>, W))>
    where
        K: Key,
    {
        self.join_as("RightJoin", other, right)
    }

    /// Full outer join: as [`join`](Self::join), and `None` for the missing partner on either side.
    #[track_caller]
    pub fn full_join<W: Element>(&self, other: &PCollection<(K, W)>) -> PCollection<(K, (Option<V>, Option<W>))>
    where
        K: Key,
    {
        self.join_as("FullJoin", other, full)
    }

    #[track_caller]
    fn join_as<W: Element, O: Element>(
        &self,
        label: &str,
        other: &PCollection<(K, W)>,
        rows: Rows<K, V, W, O>,
    ) -> PCollection<(K, O)>
    where
        K: Key,
    {
        let scope = self.pipeline.open_scope(label.to_owned(), true);
        let joined = rows_of(&self.co_group(other), rows);
        drop(scope);
        joined
    }
}

/// Emits what a join makes of the values of a key on both sides.
pub(super) type Rows<K, V, W, O> = fn(&K, &Values<V>, &Values<W>, &mut Emit<'_, (K, O)>);

/// What a join makes of the values of each key on both sides.
#[track_caller]
pub(super) fn rows_of<K: Key, V: Element, W: Element, O: Element>(
    groups: &PCollection<(K, (Values<V>, Values<W>))>,
    rows: Rows<K, V, W, O>,
) -> PCollection<(K, O)> {
    groups.flat_map_with(move |(key, (left, right)), out| rows(key, left, right, out))
}

pub(super) fn inner<K: Key, V: Element, W: Element>(
    key: &K,
    left: &Values<V>,
    right: &Values<W>,
    out: &mut Emit<'_, (K, (V, W))>,
) {
    pairs(left, right, |l, r| out.emit((key.clone(), (l, r))));
}

pub(super) fn left<K: Key, V: Element, W: Element>(
    key: &K,
    left: &Values<V>,
    right: &Values<W>,
    out: &mut Emit<'_, (K, (V, Option<W>))>,
) {
    if right.is_empty() {
        left.iter().for_each(|l| out.emit((key.clone(), (l, None))));
    }
    pairs(left, right, |l, r| out.emit((key.clone(), (l, Some(r)))));
}

pub(super) fn right<K: Key, V: Element, W: Element>(
    key: &K,
    left: &Values<V>,
    right: &Values<W>,
    out: &mut Emit<'_, (K, (Option<V>, W))>,
) {
    if left.is_empty() {
        right.iter().for_each(|r| out.emit((key.clone(), (None, r))));
    }
    pairs(left, right, |l, r| out.emit((key.clone(), (Some(l), r))));
}

pub(super) fn full<K: Key, V: Element, W: Element>(
    key: &K,
    left: &Values<V>,
    right: &Values<W>,
    out: &mut Emit<'_, (K, (Option<V>, Option<W>))>,
) {
    if right.is_empty() {
        left.iter().for_each(|l| out.emit((key.clone(), (Some(l), None))));
    }
    if left.is_empty() {
        right.iter().for_each(|r| out.emit((key.clone(), (None, Some(r)))));
    }
    pairs(left, right, |l, r| out.emit((key.clone(), (Some(l), Some(r)))));
}

/// Every pair of two groups. The longer one is gone over once only: it may be on disk.
fn pairs<V: Element, W: Element>(left: &Values<V>, right: &Values<W>, mut f: impl FnMut(V, W)) {
    if left.len() >= right.len() {
        left.iter().for_each(|l| right.iter().for_each(|r| f(l.clone(), r)));
    } else {
        right.iter().for_each(|r| left.iter().for_each(|l| f(l, r.clone())));
    }
}
