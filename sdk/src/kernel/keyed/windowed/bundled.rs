//! Combining in windows before the exchange, a bundle at a time: under triggers that show results also before the end of
//! a window, and do not mind how many elements there are.
//!
//! What a sender has made of a bundle travels at its end, as the rows themselves would at the latest. So no result comes
//! later than it would without. Elements of windows that are over travel one by one: a trigger may have to be told of
//! each, or it has to be counted as late.

use super::lifted::{IntoPairs, Sender};
use super::pieces::{AsAcc, AsValue, OfPieces, PiecesOf};
use super::rows::ResultRow;
use super::{ByKey, BySession, Inputs, Late, by_session};
use crate::combine::CombineFn;
use crate::kernel::{Inbox, Link, Op, Receiver, Shuffle, ShuffleMode, Wiring};
use crate::window::reduce::Combined;
use crate::window::{TimestampCombiner, Trigger, WindowingStrategy};
use crate::{Element, Key};
use std::cell::RefCell;
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::Arc;

/// The shuffle of a combine in windows that merge, or do not show one result at their end. Of the elements of a bundle only
/// what they come to is sent, if that makes no difference to results.
pub(crate) struct CombineInBundles<K, V, C, I, R> {
    strategy: Arc<WindowingStrategy>,
    combine: C,
    is_bundled: bool,
    _rows: PhantomData<fn() -> (K, V, I, R)>,
}

impl<K, V, C, I, R> CombineInBundles<K, V, C, I, R> {
    pub(crate) fn new(strategy: Arc<WindowingStrategy>, combine: C) -> Self {
        let is_bundled = may_be_bundled(&strategy);
        Self { strategy, combine, is_bundled, _rows: PhantomData }
    }
}

/// Whether results are the same if some elements of a window have been combined before they come: as long as they come
/// before the end of the window, neither their number nor their timestamps make a difference, and their marks never do.
pub(crate) fn may_be_bundled(strategy: &WindowingStrategy) -> bool {
    let closes_at_most_at_the_end = |trigger: &Trigger| match trigger {
        Trigger::AfterWatermark(after) => after.early_trigger().is_none_or(Trigger::ignores_number),
        other => !other.closes() && other.ignores_number(),
    };
    closes_at_most_at_the_end(strategy.trigger())
        && !strategy.trigger().waits_for_punctuation()
        && strategy.timestamp_combiner() == TimestampCombiner::EndOfWindow
        && !strategy.needs_merging()
        && !strategy.may_retract()
}

impl<K: Key, V: Element, C: CombineFn<V>, I: IntoPairs<K, V>, R> Shuffle for CombineInBundles<K, V, C, I, R>
where
    R: ResultRow<K, C::Out>,
{
    fn can_lift(&self) -> bool {
        self.is_bundled
    }

    fn sender(&self, input: usize, link: Rc<dyn Link>, wiring: &Wiring<'_>, mode: ShuffleMode) -> Op {
        if !self.is_bundled {
            return I::Inputs::sender(input, link, wiring);
        }
        let sender = Sender::<K, V, C, I>::prompt(self.combine.clone(), link, wiring, mode);
        Op::seen_through(I::lens(), wiring, sender)
    }

    fn receiver(&self, wiring: &Wiring<'_>) -> Receiver {
        let (strategy, contents) = (&self.strategy, Combined(self.combine.clone()));
        if by_session::is_for(strategy) {
            let grouping = BySession::<K, V, _, R>::new(strategy, contents, Late::dropped(), wiring);
            return super::receiver::<K, V, I::Inputs, _>(grouping);
        }
        let grouping = ByKey::<K, _, _, R>::new(strategy, OfPieces(contents), Late::dropped(), wiring);
        let control = Rc::new(RefCell::new(grouping));
        let inbox: Rc<RefCell<dyn Inbox>> = if self.is_bundled {
            Rc::new(RefCell::new(PiecesOf::<C::Acc, AsAcc, _, _, _, _>::new(&control)))
        } else {
            Rc::new(RefCell::new(PiecesOf::<V, AsValue, _, _, _, _>::new(&control)))
        };
        Receiver { inboxes: vec![inbox], control }
    }
}
