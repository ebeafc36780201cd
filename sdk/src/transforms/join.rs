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
        self.join_as("Join", other, |key, left, right, out| {
            pairs(left, right, |l, r| out.emit((key.clone(), (l, r))));
        })
    }

    /// Left join: as [`join`](Self::join), and `None` for a value here without a partner.
    #[track_caller]
    pub fn left_join<W: Element>(&self, other: &PCollection<(K, W)>) -> PCollection<(K, (V, Option<W>))>
    where
        K: Key,
    {
        self.join_as("LeftJoin", other, |key, left, right, out| {
            if right.is_empty() {
                left.iter().for_each(|l| out.emit((key.clone(), (l, None))));
            }
            pairs(left, right, |l, r| out.emit((key.clone(), (l, Some(r)))));
        })
    }

    /// Right join: as [`join`](Self::join), and `None` for a value there without a partner.
    #[track_caller]
    pub fn right_join<W: Element>(&self, other: &PCollection<(K, W)>) -> PCollection<(K, (Option<V>, W))>
    where
        K: Key,
    {
        self.join_as("RightJoin", other, |key, left, right, out| {
            if left.is_empty() {
                right.iter().for_each(|r| out.emit((key.clone(), (None, r))));
            }
            pairs(left, right, |l, r| out.emit((key.clone(), (Some(l), r))));
        })
    }

    /// Full outer join: as [`join`](Self::join), and `None` for the missing partner on either side.
    #[track_caller]
    pub fn full_join<W: Element>(&self, other: &PCollection<(K, W)>) -> PCollection<(K, (Option<V>, Option<W>))>
    where
        K: Key,
    {
        self.join_as("FullJoin", other, |key, left, right, out| {
            if right.is_empty() {
                left.iter().for_each(|l| out.emit((key.clone(), (Some(l), None))));
            }
            if left.is_empty() {
                right.iter().for_each(|r| out.emit((key.clone(), (None, Some(r)))));
            }
            pairs(left, right, |l, r| out.emit((key.clone(), (Some(l), Some(r)))));
        })
    }

    #[track_caller]
    fn join_as<W: Element, O: Element>(
        &self,
        label: &str,
        other: &PCollection<(K, W)>,
        emit: impl Fn(&K, &Values<V>, &Values<W>, &mut Emit<'_, O>) + Clone + Send + 'static,
    ) -> PCollection<O>
    where
        K: Key,
    {
        let scope = self.pipeline.open_scope(label.to_owned(), true);
        let joined = self.co_group(other).flat_map_with(move |(key, (left, right)), out| emit(key, left, right, out));
        drop(scope);
        joined
    }
}

/// Every pair of two groups. The longer one is gone over once only: it may be on disk.
fn pairs<V: Element, W: Element>(left: &Values<V>, right: &Values<W>, mut f: impl FnMut(V, W)) {
    if left.len() >= right.len() {
        left.iter().for_each(|l| right.iter().for_each(|r| f(l.clone(), r)));
    } else {
        right.iter().for_each(|r| left.iter().for_each(|l| f(l, r.clone())));
    }
}
