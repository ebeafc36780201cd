//! Joins in event time: values of a key meet those of the other side whose timestamps fit.
//!
//! The rules are in [`Interval`] and [`AsOf`], for one key. [`JoinByKey`] drives them while time goes on: it keeps the
//! state of each key that this worker owns, and the timers and holds of all of them. Where pairs within an interval are
//! all that is shown, [`JoinByRow`] keeps rows in the order of their coming instead, and nothing by key. [`JoinGroups`] drives them for
//! collections that end, behind a grouping that goes to disk where memory ends: it shows the rules the values of one key
//! after the other, in the order of time, so that they keep no more than what can still meet.

mod as_of;
mod by_key;
mod by_row;
mod groups;
mod interval;
mod outer;
mod sides;
mod timeline;

pub(crate) use as_of::AsOf;
pub(crate) use by_key::JoinByKey;
pub(crate) use by_row::JoinByRow;
pub(crate) use groups::{Groups, JoinGroups};
pub(crate) use interval::Interval;
pub(crate) use outer::{Full, Inner, Left, Outer, Right};

use super::windowed::{Inputs, Late, OneOf, Several};
use crate::kernel::shuffle::HashedRows;
use crate::kernel::{Link, Op, Operator, Receiver, Shuffle, ShuffleMode, Wiring};
use crate::{Element, Key, Result, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sides::{LeftSide, RightSide, Side, inboxes};
use std::cell::RefCell;
use std::marker::PhantomData;
use std::rc::Rc;
use std::time::Duration;

/// A join of two collections, for one key.
pub(crate) trait TimedJoin: Clone + Send + Sync + 'static {
    /// The values of one side.
    type Left: Element;
    /// The values of the other side.
    type Right: Element;
    /// A result, without its key.
    type Row: Element;
    /// What is kept of a key.
    type State: Default + Serialize + DeserializeOwned + 'static;
    /// What joins while time goes on.
    type Driver<K: Key>: Driver<K, Self>;
    /// Whether results wait for the watermark. If none do, all are of two values that meet, all that is ever
    /// [due](Self::due) is to forget what nothing can meet, and it does not matter if that becomes due earlier.
    const WAITS: bool;

    fn add_left(
        &self,
        state: &mut Self::State,
        time: Timestamp,
        value: Self::Left,
        effects: &mut impl Effects<Self::Row>,
    );

    fn add_right(
        &self,
        state: &mut Self::State,
        time: Timestamp,
        value: Self::Right,
        effects: &mut impl Effects<Self::Row>,
    );

    /// The first watermark at which there is something to do for the key.
    fn due(&self, state: &Self::State) -> Option<Timestamp>;

    /// Does what is due at a watermark: shows what has waited for it, and forgets what nothing can meet any more.
    fn advance(&self, state: &mut Self::State, watermark: Timestamp, effects: &mut impl Effects<Self::Row>);

    /// Whether nothing is kept.
    fn is_empty(state: &Self::State) -> bool;

    /// How late elements may be.
    fn allowed_lateness(&self) -> Lateness;

    /// How many elements are kept.
    #[cfg(test)]
    fn kept(state: &Self::State) -> usize;
}

/// A join while time goes on, of the rows of the keys that a worker owns.
pub(crate) trait Driver<K: Key, J: TimedJoin>: Operator + 'static {
    fn new(join: J, late: Late<K, Either<J>>, wiring: &Wiring<'_>) -> Self;

    /// Adds rows of the left side.
    fn take_left(&mut self, rows: HashedRows<(K, J::Left)>) -> Result<()>;

    /// Adds rows of the right side.
    fn take_right(&mut self, rows: HashedRows<(K, J::Right)>) -> Result<()>;

    /// Whether nothing is kept, waited for or held back.
    #[cfg(test)]
    fn keeps_nothing(&self) -> bool;
}

/// What a join does beside changing its state.
pub(crate) trait Effects<Row> {
    /// A result.
    fn emit(&mut self, row: Row, time: Timestamp);

    /// A result at this time may come: the output watermark is not to pass it.
    fn hold(&mut self, at: Timestamp);

    /// The result of a [`hold`](Self::hold) has come, or never will.
    fn release(&mut self, at: Timestamp);
}

/// How far elements of each side may be behind the watermark.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Lateness {
    pub(crate) left: Duration,
    pub(crate) right: Duration,
}

/// A value of either side.
type Either<J> = OneOf<<J as TimedJoin>::Left, <J as TimedJoin>::Right, (), (), (), ()>;
type Both<J> = Several<(<J as TimedJoin>::Left, <J as TimedJoin>::Right)>;

/// The shuffle of a join while time goes on. Two further outputs, if the step has them, take what came too late, of each
/// side.
pub(crate) struct JoinInTime<K, J> {
    join: J,
    _keys: PhantomData<fn() -> K>,
}

impl<K, J> JoinInTime<K, J> {
    pub(crate) fn new(join: J) -> Self {
        Self { join, _keys: PhantomData }
    }
}

impl<K: Key, J: TimedJoin> Shuffle for JoinInTime<K, J> {
    fn inputs(&self) -> usize {
        <Both<J> as Inputs<K, Either<J>>>::COUNT
    }

    fn sender(&self, input: usize, link: Rc<dyn Link>, wiring: &Wiring<'_>, _mode: ShuffleMode) -> Op {
        <Both<J> as Inputs<K, Either<J>>>::sender(input, link, wiring)
    }

    fn receiver(&self, wiring: &Wiring<'_>) -> Receiver {
        let late = <Both<J> as Inputs<K, Either<J>>>::late(wiring);
        let driver = Rc::new(RefCell::new(J::Driver::<K>::new(self.join.clone(), late, wiring)));
        Receiver { inboxes: inboxes::<K, J>(&driver), control: driver }
    }
}
