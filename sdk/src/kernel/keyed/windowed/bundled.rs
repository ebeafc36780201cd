//! Combining in windows before the exchange, a bundle at a time: under triggers that show results also before the end of
//! a window, and do not mind how many elements there are.
//!
//! What a sender has made of a bundle travels at its end, as the rows themselves would at the latest. So no result comes
//! later than it would without. Elements of windows that are over travel one by one: a trigger may have to be told of
//! each, or it has to be counted as late.

use super::lifted::{IntoPairs, Sender};
use super::rows::{One, ResultRow};
use super::{ByKey, Inputs};
use crate::combine::{CombineFn, Whole};
use crate::kernel::{Link, Op, Receiver, Shuffle, ShuffleMode, Wiring};
use crate::window::reduce::Combined;
use crate::window::{TimestampCombiner, Trigger, WindowingStrategy};
use crate::{Element, Key};
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::Arc;

/// The shuffle of a combine in windows, of whose elements of a bundle only what they come to is sent.
pub(crate) struct CombineInBundles<K, V, C, I, R> {
    strategy: Arc<WindowingStrategy>,
    combine: C,
    _rows: PhantomData<fn() -> (K, V, I, R)>,
}

impl<K, V, C, I, R> CombineInBundles<K, V, C, I, R> {
    pub(crate) fn new(strategy: Arc<WindowingStrategy>, combine: C) -> Self {
        Self { strategy, combine, _rows: PhantomData }
    }
}

/// Whether results are the same if some elements of a window have been combined before they come: as long as they come
/// before the end of the window, neither their number, nor their timestamps nor their marks make a difference.
pub(crate) fn may_be_bundled(strategy: &WindowingStrategy) -> bool {
    let closes_at_most_at_the_end = |trigger: &Trigger| match trigger {
        Trigger::AfterWatermark(after) => after.early_trigger().is_none_or(Trigger::ignores_number),
        other => !other.may_finish() && other.ignores_number(),
    };
    closes_at_most_at_the_end(strategy.trigger())
        && strategy.timestamp_combiner() == TimestampCombiner::EndOfWindow
        && !strategy.needs_merging()
        && !strategy.may_retract()
}

impl<K: Key, V: Element, C: CombineFn<V>, I: IntoPairs<K, V>, R> Shuffle for CombineInBundles<K, V, C, I, R>
where
    R: ResultRow<K, C::Out>,
{
    fn can_lift(&self) -> bool {
        true
    }

    fn sender(&self, _input: usize, link: Rc<dyn Link>, wiring: &Wiring<'_>, mode: ShuffleMode) -> Op {
        let sender = Sender::<K, V, C, I>::prompt(self.combine.clone(), link, wiring, mode);
        Op::seen_through(I::lens(), wiring, sender)
    }

    fn receiver(&self, wiring: &Wiring<'_>) -> Receiver {
        let contents = Combined(Whole::<V, C>::new(self.combine.clone()));
        let late = One::<C::Acc>::late(wiring);
        let grouping = ByKey::<K, C::Acc, Combined<Whole<V, C>>, R>::new(&self.strategy, contents, late, wiring);
        super::receiver::<K, C::Acc, One<C::Acc>, _>(grouping)
    }
}
