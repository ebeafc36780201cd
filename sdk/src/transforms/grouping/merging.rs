//! Windows that merge, such as sessions: key by key, behind a grouping.

use crate::combine::CombineFn;
use crate::kernel::Op;
use crate::kernel::ops::{MergeCombine, MergeGroups, Windowed};
use crate::pipeline::fused;
use crate::transforms::elementwise::PAR_DO;
use crate::window::{Window, WindowingStrategy};
use crate::{Element, Key, PCollection, Values};
use std::sync::Arc;

/// A group of each window, of the groups of keys.
#[track_caller]
pub(in crate::transforms) fn merge_groups<K: Key, G: Windowed>(
    groups: &PCollection<(K, G)>,
    windowing: &WindowingStrategy,
) -> PCollection<(K, G::Group)> {
    let window_fn = windowing.window_fn().clone();
    let body = fused::<(K, G)>(move |wiring| {
        Op::single::<(K, G)>(wiring, MergeGroups::<K, G>::new(wiring, window_fn.clone()))
    });
    groups.then_windowed("MergeWindows", PAR_DO, body, Ok(after(windowing)))
}

/// A combined value of each window, of the groups of keys.
#[track_caller]
pub(in crate::transforms) fn merge_combined<K: Key, V: Element, C: CombineFn<V>>(
    groups: &PCollection<(K, Values<(Window, V)>)>,
    combine: C,
    windowing: &WindowingStrategy,
) -> PCollection<(K, C::Out)> {
    let window_fn = windowing.window_fn().clone();
    let body = fused::<(K, Values<(Window, V)>)>(move |wiring| {
        Op::single(wiring, MergeCombine::<K, V, C>::new(wiring, window_fn.clone(), combine.clone()))
    });
    groups.then_windowed("MergeWindows", PAR_DO, body, Ok(after(windowing)))
}

/// Each window shows one result, so nothing is taken back.
fn after(windowing: &WindowingStrategy) -> Arc<WindowingStrategy> {
    Arc::new(windowing.after_grouping().without_retractions())
}
