//! The shuffles of groupings while time goes on: of collections that do not end, and under triggers that show results
//! before the end.

use crate::combine::CombineFn;
use crate::graph::Body;
use crate::kernel::ShuffleFactory;
use crate::kernel::keyed::windowed::{
    Alone, CoGathered, CombineInBundles, CombineInWindows, Gathered, GroupInWindows, Inputs, Keyed, One, Pairs,
    Several, Unkeyed, Whole, shows_at_end,
};
use crate::window::reduce::{Combined, Contents, Listed};
use crate::window::{
    Accumulation, AnyWindowFn, ClosingBehavior, OnTimeBehavior, Trigger, Windowing, WindowingStrategy,
};
use crate::{Element, Key};
use std::sync::Arc;

/// From pairs to keys with [`Values`](crate::Values).
pub(in crate::transforms) fn group_by_key<K: Key, V: Element>(windowing: &Arc<WindowingStrategy>) -> ShuffleFactory {
    Arc::new(GroupInWindows::<K, V, Gathered, One<V>>::new(windowing.clone(), Gathered))
}

/// From several collections of pairs to keys with the tuple of their [`Values`](crate::Values). `T` is the tuple of the
/// types of values, `V` one of any of these.
pub(in crate::transforms) fn co_group<K: Key, V: Element, T: 'static>(
    windowing: &Arc<WindowingStrategy>,
) -> ShuffleFactory
where
    CoGathered<T>: Contents<V, Out: Element>,
    Several<T>: Inputs<K, V>,
{
    Arc::new(GroupInWindows::<K, V, _, Several<T>>::new(windowing.clone(), CoGathered::new()))
}

/// From pairs to keys with what their values combine to.
pub(in crate::transforms) fn combine_per_key<K: Key, V: Element, C: CombineFn<V>>(
    windowing: &Arc<WindowingStrategy>,
    combine: &C,
) -> ShuffleFactory {
    if shows_at_end(windowing) {
        return Arc::new(CombineInWindows::<K, V, C>::new(windowing.clone(), combine.clone()));
    }
    Arc::new(CombineInBundles::<K, V, C, Keyed, Pairs>::new(windowing.clone(), combine.clone()))
}

/// Whether windows of a collection that ends overlap so much that it pays to combine what they have in common once,
/// instead of everything once for each of them.
pub(in crate::transforms) fn share_slices(windowing: &WindowingStrategy) -> bool {
    matches!(windowing.window_fn(), AnyWindowFn::Sliding(sliding)
        if windowing.slides() && sliding.size_millis() / MUCH_OVERLAP >= sliding.period_millis())
}

/// In so many windows an element is at least.
const MUCH_OVERLAP: i64 = 4;

/// As [`combine_per_key`], of a collection that ends.
pub(in crate::transforms) fn combine_slices_per_key<K: Key, V: Element, C: CombineFn<V>>(
    windowing: &Arc<WindowingStrategy>,
    combine: C,
) -> Body {
    let shuffle = CombineInWindows::<K, V, C>::new(windowing.clone(), combine).at_the_end();
    Body::Shuffle { shuffle: Arc::new(shuffle), liftable: true }
}

/// As [`combine_globally`], of a collection that ends, whose windows [share slices](share_slices).
pub(in crate::transforms) fn combine_slices<V: Element, C: CombineFn<V>>(
    windowing: &Arc<WindowingStrategy>,
    combine: C,
) -> Body {
    let shuffle = CombineInWindows::<(), V, C, Unkeyed, Alone>::new(windowing.clone(), combine).at_the_end();
    Body::Shuffle { shuffle: Arc::new(shuffle), liftable: true }
}

/// As [`combine_per_key`], with a second output for elements that are too late, which therefore travel as they are.
pub(in crate::transforms) fn combine_per_key_keeping_late_data<K: Key, V: Element, C: CombineFn<V>>(
    windowing: &Arc<WindowingStrategy>,
    combine: &C,
) -> ShuffleFactory {
    let contents = Combined(combine.clone());
    Arc::new(GroupInWindows::<K, V, Combined<C>, One<V>>::new(windowing.clone(), contents))
}

/// From elements to what they combine to.
pub(in crate::transforms) fn combine_globally<V: Element, C: CombineFn<V>>(
    windowing: &Arc<WindowingStrategy>,
    combine: &C,
) -> ShuffleFactory {
    if shows_at_end(windowing) {
        return Arc::new(CombineInWindows::<(), V, C, Unkeyed, Alone>::new(windowing.clone(), combine.clone()));
    }
    Arc::new(CombineInBundles::<(), V, C, Unkeyed, Alone>::new(windowing.clone(), combine.clone()))
}

/// As [`combine_globally`], with a second output for elements that are too late.
pub(in crate::transforms) fn combine_globally_keeping_late_data<V: Element, C: CombineFn<V>>(
    windowing: &Arc<WindowingStrategy>,
    combine: &C,
) -> ShuffleFactory {
    let contents = Combined(combine.clone());
    Arc::new(GroupInWindows::<(), V, Combined<C>, Whole<V>, Alone>::new(windowing.clone(), contents))
}

/// From elements to all of a window together; says also how results are windowed. Where there is nothing new nothing is
/// shown, and a result takes the place of the one before without a word of that.
pub(in crate::transforms) fn gather<V: Element>(
    windowing: &Arc<WindowingStrategy>,
) -> (ShuffleFactory, Arc<WindowingStrategy>) {
    let mut silent = Windowing::unchanged()
        .on_time_behavior(OnTimeBehavior::FireIfNonEmpty)
        .closing_behavior(ClosingBehavior::FireIfNonEmpty);
    if windowing.accumulation() == Accumulation::Retracting {
        silent = silent.accumulation(Accumulation::Accumulating);
    }
    let windowing = Arc::new(silent.apply_to(windowing).expect("whatever is shown loses nothing"));
    let shuffle = GroupInWindows::<(), V, Gathered, Whole<V>, Alone>::new(windowing.clone(), Gathered);
    (Arc::new(shuffle), Arc::new(windowing.after_grouping()))
}

/// From pairs to keys with lists of `size` values: in place of results at times, one whenever a list is full, and the
/// rest when the window expires. Windows that merge may make a longer one.
pub(in crate::transforms) fn group_into_batches<K: Key, V: Element>(
    windowing: &Arc<WindowingStrategy>,
    size: usize,
) -> ShuffleFactory {
    let batching = Windowing::unchanged()
        .trigger(Trigger::repeatedly(Trigger::after_count(size as u64)), Accumulation::Discarding)
        .allowed_lateness(windowing.allowed_lateness())
        // A window whose last batch is full has no rest.
        .on_time_behavior(OnTimeBehavior::FireIfNonEmpty)
        .closing_behavior(ClosingBehavior::FireIfNonEmpty);
    let batching = batching.apply_to(windowing).expect("such a trigger fits any windows, and loses nothing");
    Arc::new(GroupInWindows::<K, V, Listed, One<V>>::new(Arc::new(batching), Listed))
}
