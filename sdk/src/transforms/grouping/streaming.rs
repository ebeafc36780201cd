//! The shuffles of groupings while time goes on: of collections that do not end, and under triggers that show results
//! before the end.

use crate::combine::CombineFn;
use crate::kernel::ShuffleFactory;
use crate::kernel::keyed::windowed::{CoGathered, Gathered, GroupInWindows, Inputs, One, Several};
use crate::window::WindowingStrategy;
use crate::window::reduce::Contents;
use crate::{Element, Error, ErrorKind, Key, Result};
use std::sync::Arc;

/// From pairs to keys with [`Values`](crate::Values).
pub(in crate::transforms) fn group_by_key<K: Key, V: Element>(
    windowing: &Arc<WindowingStrategy>,
) -> Result<ShuffleFactory> {
    Ok(Arc::new(GroupInWindows::<K, V, Gathered, One<V>>::new(windowing.clone(), Gathered)))
}

/// From several collections of pairs to keys with the tuple of their [`Values`](crate::Values). `T` is the tuple of the
/// types of values, `V` one of any of these.
pub(in crate::transforms) fn co_group<K: Key, V: Element, T: 'static>(
    windowing: &Arc<WindowingStrategy>,
) -> Result<ShuffleFactory>
where
    CoGathered<T>: Contents<V, Out: Element>,
    Several<T>: Inputs<K, V>,
{
    Ok(Arc::new(GroupInWindows::<K, V, _, Several<T>>::new(windowing.clone(), CoGathered::new())))
}

/// From pairs to keys with what their values combine to.
pub(in crate::transforms) fn combine_per_key<K: Key, V: Element, C: CombineFn<V>>(
    windowing: &Arc<WindowingStrategy>,
    _combine: &C,
) -> Result<ShuffleFactory> {
    not_supported_yet(windowing)
}

/// From elements to what they combine to.
pub(in crate::transforms) fn combine_globally<V: Element, C: CombineFn<V>>(
    windowing: &Arc<WindowingStrategy>,
    _combine: &C,
) -> Result<ShuffleFactory> {
    not_supported_yet(windowing)
}

/// From pairs to keys with lists of at most `size` values.
pub(in crate::transforms) fn group_into_batches<K: Key, V: Element>(
    windowing: &Arc<WindowingStrategy>,
    _size: usize,
) -> Result<ShuffleFactory> {
    not_supported_yet(windowing)
}

fn not_supported_yet(windowing: &WindowingStrategy) -> Result<ShuffleFactory> {
    let text = format!(
        "this grouping is not supported yet for unbounded collections, the trigger {}, and timestamps of results other \
         than the end of the window",
        windowing.trigger()
    );
    Err(Error::new(ErrorKind::Graph, text))
}
