//! Groupings in windows that merge: what a key has, divided among the windows that have become of its windows.

use super::divide::{Windowed, windows_of};
use super::merged::Windows;
use super::windowed::Results;
use crate::combine::CombineFn;
use crate::kernel::guard::catch;
use crate::kernel::keyed::first;
use crate::kernel::{Batch, Env, Operator, Push, Wiring};
use crate::window::{AnyWindowFn, Window};
use crate::{Element, Result, Step, Values};
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::Arc;

/// Makes a group of each window of a key.
pub(crate) struct MergeGroups<K, G: Windowed> {
    window_fn: AnyWindowFn,
    step: Arc<Step>,
    env: Rc<Env>,
    results: Results<(K, G::Group)>,
}

impl<K: Element, G: Windowed> MergeGroups<K, G> {
    pub(crate) fn new(wiring: &Wiring<'_>, window_fn: AnyWindowFn) -> Self {
        Self { window_fn, step: wiring.step.clone(), env: wiring.env.clone(), results: Results::new(wiring) }
    }

    fn divide(&self, group: G) -> Result<Vec<(Window, G::Group)>> {
        let mut windows = Windows::default();
        group.windows(&mut windows);
        let merged = windows.merge(&self.window_fn);
        let groups = group.divide(&merged, &self.env)?;
        Ok(merged.windows.into_iter().zip(groups).collect())
    }
}

impl<K: Element, G: Windowed> Push<(K, G)> for MergeGroups<K, G> {
    fn push(&mut self, batch: &mut Batch<(K, G)>) -> Result<()> {
        for (key, group) in batch.values.drain(..) {
            let groups = catch(&self.step, || self.divide(group))??;
            for (window, group) in groups {
                self.results.add((key.clone(), group), window)?;
            }
        }
        self.results.pass_on()
    }
}

impl<K, G: Windowed> Operator for MergeGroups<K, G> {}

/// Combines the values of each window of a key.
pub(crate) struct MergeCombine<K, V, C: CombineFn<V>> {
    window_fn: AnyWindowFn,
    combine: C,
    /// Whether it is those windows that overlap that become one.
    overlapping: bool,
    step: Arc<Step>,
    results: Results<(K, C::Out)>,
    _values: PhantomData<V>,
}

impl<K: Element, V: Element, C: CombineFn<V>> MergeCombine<K, V, C> {
    pub(crate) fn new(wiring: &Wiring<'_>, window_fn: AnyWindowFn, combine: C) -> Self {
        let (step, results) = (wiring.step.clone(), Results::new(wiring));
        let overlapping = matches!(window_fn, AnyWindowFn::Sessions(_));
        Self { window_fn, combine, overlapping, step, results, _values: PhantomData }
    }

    fn combine(&self, values: Values<(Window, V)>) -> Vec<(Window, C::Out)> {
        if self.overlapping && values.as_slice().is_some() {
            return self.combine_overlapping(values.into_vec());
        }
        let mut windows = Windows::default();
        windows_of(&values, &mut windows);
        let merged = windows.merge(&self.window_fn);
        let mut accs: Vec<C::Acc> = merged.windows.iter().map(|_| self.combine.create()).collect();
        values.into_iter().for_each(|(window, value)| self.combine.add(&mut accs[merged.home(window)], value));
        let results = accs.into_iter().map(|acc| self.combine.extract(acc));
        merged.windows.into_iter().zip(results).collect()
    }

    /// As [`merge_overlapping`](crate::window::merge_overlapping), without a list of who has become what.
    fn combine_overlapping(&self, mut values: Vec<(Window, V)>) -> Vec<(Window, C::Out)> {
        values.sort_unstable_by_key(|(window, _)| *window);
        let mut sessions: Vec<(Window, C::Acc)> = Vec::with_capacity(1);
        for (window, value) in values {
            match sessions.last_mut() {
                Some((last, acc)) if window.start < last.end || window == *last => {
                    *last = last.span(window);
                    self.combine.add(acc, value);
                }
                _ => sessions.push((window, first(&self.combine, value))),
            }
        }
        sessions.into_iter().map(|(window, acc)| (window, self.combine.extract(acc))).collect()
    }
}

impl<K: Element, V: Element, C: CombineFn<V>> Push<(K, Values<(Window, V)>)> for MergeCombine<K, V, C> {
    fn push(&mut self, batch: &mut Batch<(K, Values<(Window, V)>)>) -> Result<()> {
        for (key, values) in batch.values.drain(..) {
            for (window, result) in catch(&self.step, || self.combine(values))? {
                self.results.add((key.clone(), result), window)?;
            }
        }
        self.results.pass_on()
    }
}

impl<K, V, C: CombineFn<V>> Operator for MergeCombine<K, V, C> {}
