//! Grouping and combining in windows while time goes on: for collections that do not end, and for triggers that show
//! results before the end.
//!
//! The rules are in [`window::reduce`](crate::window::reduce), for one key. Here they are driven: the state of each key
//! that this worker owns, the timers and holds of all of them, and the way of results. Nothing goes over all keys.

mod bundled;
mod by_key;
mod by_session;
mod by_slice;
mod by_window;
mod contents;
mod holds;
mod idle;
mod late;
mod lifted;
mod loose;
mod overflow;
mod pieces;
mod results;
mod rows;
mod running;
mod scattered;
mod sessions;
mod sort;
mod timers;
mod weight;

pub(crate) use bundled::CombineInBundles;
#[cfg(test)]
pub(crate) use bundled::may_be_bundled;
pub(crate) use by_key::ByKey;
pub(crate) use by_session::BySession;
#[cfg(test)]
pub(crate) use by_slice::BySlice;
pub(crate) use by_window::ByWindow;
pub(crate) use by_window::is_for as shows_at_end;
pub(crate) use contents::{CoGathered, Gathered, OneOf};
pub(crate) use holds::Holds;
pub(crate) use late::Late;
pub(crate) use lifted::{CombineInWindows, Keyed, Unkeyed};
pub(crate) use results::DROPPED_LATE;
pub(crate) use rows::{Alone, One, Pairs, ResultRow, Takes, Whole};
pub(crate) use timers::Timers;

use super::route::HashSender;
use crate::kernel::{Inbox, Link, Op, Operator, Receiver, Shuffle, ShuffleMode, Wiring};
use crate::window::WindowingStrategy;
use crate::window::reduce::Contents;
use crate::{Element, Key};
use rows::{Grouping, Input};
use std::cell::RefCell;
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::Arc;

/// The shuffle of a grouping in windows. Further outputs, if the step has them, take what came too late: one for each
/// input.
pub(crate) struct GroupInWindows<K, V, C, I, R = Pairs> {
    strategy: Arc<WindowingStrategy>,
    contents: C,
    _rows: PhantomData<fn() -> (K, V, I, R)>,
}

impl<K, V, C, I, R> GroupInWindows<K, V, C, I, R> {
    pub(crate) fn new(strategy: Arc<WindowingStrategy>, contents: C) -> Self {
        Self { strategy, contents, _rows: PhantomData }
    }
}

/// What flows into a grouping: one collection, or several.
pub(crate) trait Inputs<K, V: Clone>: Sized + 'static {
    const COUNT: usize;

    fn sender(input: usize, link: Rc<dyn Link>, wiring: &Wiring<'_>) -> Op;

    fn inboxes(grouping: &Grouping<K, V>) -> Vec<Rc<RefCell<dyn Inbox>>>;

    fn late(wiring: &Wiring<'_>) -> Late<K, V>;
}

impl<K: Key, V: Element, C, I, R> Shuffle for GroupInWindows<K, V, C, I, R>
where
    C: Contents<V> + Clone + Send + Sync + 'static,
    I: Inputs<K, V>,
    R: ResultRow<K, C::Out>,
{
    fn inputs(&self) -> usize {
        I::COUNT
    }

    fn sender(&self, input: usize, link: Rc<dyn Link>, wiring: &Wiring<'_>, _mode: ShuffleMode) -> Op {
        I::sender(input, link, wiring)
    }

    fn receiver(&self, wiring: &Wiring<'_>) -> Receiver {
        let (strategy, contents, late) = (&self.strategy, self.contents.clone(), I::late(wiring));
        if by_window::is_for(strategy) {
            receiver::<K, V, I, _>(ByWindow::<K, V, C, R>::new(strategy, contents, late, wiring))
        } else if by_session::is_for(strategy) {
            receiver::<K, V, I, _>(BySession::<K, V, C, R>::new(strategy, contents, late, wiring))
        } else {
            receiver::<K, V, I, _>(ByKey::<K, V, C, R>::new(strategy, contents, late, wiring))
        }
    }
}

/// The receiver of an operator that takes such inputs.
pub(crate) fn receiver<K, V: Clone, I, G>(grouping: G) -> Receiver
where
    I: Inputs<K, V>,
    G: Takes<K, V> + Operator + 'static,
{
    let control = Rc::new(RefCell::new(grouping));
    let grouping: Grouping<K, V> = control.clone();
    Receiver { inboxes: I::inboxes(&grouping), control }
}

/// Collections of pairs with values of the types of a tuple.
pub(crate) struct Several<T>(PhantomData<T>);

macro_rules! several {
    ($count:literal: $($V:ident $index:tt),+; $OneOf:ty) => {
        impl<K: Key, $($V: Element),+> Inputs<K, $OneOf> for Several<($($V,)+)> {
            const COUNT: usize = $count;

            fn sender(input: usize, link: Rc<dyn Link>, wiring: &Wiring<'_>) -> Op {
                match input {
                    $($index => Op::keyed(wiring, HashSender::<K, $V>::new(link, wiring.env)),)+
                    _ => unreachable!("a grouping of {} inputs has no input {input}", $count),
                }
            }

            fn inboxes(grouping: &Grouping<K, $OneOf>) -> Vec<Rc<RefCell<dyn Inbox>>> {
                vec![$({
                    let wrap: fn($V) -> $OneOf = OneOf::$V;
                    Rc::new(RefCell::new(Input { grouping: grouping.clone(), wrap }))
                }),+]
            }

            fn late(wiring: &Wiring<'_>) -> Late<K, $OneOf> {
                Late::of(wiring, || ($(wiring.emitter::<(K, $V)>($index + 1),)+))
            }
        }
    };
}

several!(2: A 0, B 1; OneOf<A, B, (), (), (), ()>);
several!(3: A 0, B 1, C 2; OneOf<A, B, C, (), (), ()>);
several!(4: A 0, B 1, C 2, D 3; OneOf<A, B, C, D, (), ()>);
several!(5: A 0, B 1, C 2, D 3, E 4; OneOf<A, B, C, D, E, ()>);
several!(6: A 0, B 1, C 2, D 3, E 4, F 5; OneOf<A, B, C, D, E, F>);
