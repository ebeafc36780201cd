//! The sides of a join: each has its inbox, so that a value need not say which side it is of.

use super::{Driver, Effects, Either, Lateness, TimedJoin};
use crate::kernel::keyed::windowed::OneOf;
use crate::kernel::shuffle::HashedRows;
use crate::kernel::{Inbox, Packet};
use crate::{Element, Key, Result, Timestamp};
use std::cell::RefCell;
use std::marker::PhantomData;
use std::rc::Rc;
use std::time::Duration;

/// A side of a join.
pub(crate) trait Side<J: TimedJoin>: 'static {
    type Value: Element;

    fn add(join: &J, state: &mut J::State, time: Timestamp, value: Self::Value, effects: &mut impl Effects<J::Row>);

    fn lateness(of_both: Lateness) -> Duration;

    /// A value beside those of the other side.
    fn either(value: Self::Value) -> Either<J>;

    fn deliver<K: Key>(driver: &mut J::Driver<K>, rows: HashedRows<(K, Self::Value)>) -> Result<()>;
}

/// The collection whose method the join is.
pub(crate) struct LeftSide;

/// The other collection.
pub(crate) struct RightSide;

impl<J: TimedJoin> Side<J> for LeftSide {
    type Value = J::Left;

    #[inline]
    fn add(join: &J, state: &mut J::State, time: Timestamp, value: J::Left, effects: &mut impl Effects<J::Row>) {
        join.add_left(state, time, value, effects);
    }

    fn lateness(of_both: Lateness) -> Duration {
        of_both.left
    }

    fn either(value: J::Left) -> Either<J> {
        OneOf::A(value)
    }

    fn deliver<K: Key>(driver: &mut J::Driver<K>, rows: HashedRows<(K, J::Left)>) -> Result<()> {
        driver.take_left(rows)
    }
}

impl<J: TimedJoin> Side<J> for RightSide {
    type Value = J::Right;

    #[inline]
    fn add(join: &J, state: &mut J::State, time: Timestamp, value: J::Right, effects: &mut impl Effects<J::Row>) {
        join.add_right(state, time, value, effects);
    }

    fn lateness(of_both: Lateness) -> Duration {
        of_both.right
    }

    fn either(value: J::Right) -> Either<J> {
        OneOf::B(value)
    }

    fn deliver<K: Key>(driver: &mut J::Driver<K>, rows: HashedRows<(K, J::Right)>) -> Result<()> {
        driver.take_right(rows)
    }
}

/// The inbox of a side.
struct Input<K: Key, J: TimedJoin, S> {
    driver: Rc<RefCell<J::Driver<K>>>,
    _side: PhantomData<S>,
}

impl<K: Key, J: TimedJoin, S: Side<J>> Inbox for Input<K, J, S> {
    fn deliver(&mut self, packet: Packet) -> Result<()> {
        S::deliver(&mut *self.driver.borrow_mut(), packet.open())
    }
}

/// Those of both sides.
pub(super) fn inboxes<K: Key, J: TimedJoin>(driver: &Rc<RefCell<J::Driver<K>>>) -> Vec<Rc<RefCell<dyn Inbox>>> {
    vec![inbox::<K, J, LeftSide>(driver), inbox::<K, J, RightSide>(driver)]
}

fn inbox<K: Key, J: TimedJoin, S: Side<J>>(driver: &Rc<RefCell<J::Driver<K>>>) -> Rc<RefCell<dyn Inbox>> {
    Rc::new(RefCell::new(Input::<K, J, S> { driver: driver.clone(), _side: PhantomData }))
}
