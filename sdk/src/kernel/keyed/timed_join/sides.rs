//! The sides of a join: each has its inbox, so that a value need not say which side it is of.

use super::{Effects, Either, JoinByKey, Lateness, TimedJoin};
use crate::kernel::keyed::windowed::OneOf;
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
}

/// The inbox of a side.
struct Input<K: Key, J: TimedJoin, S> {
    join: Rc<RefCell<JoinByKey<K, J>>>,
    _side: PhantomData<S>,
}

impl<K: Key, J: TimedJoin, S: Side<J>> Inbox for Input<K, J, S> {
    fn deliver(&mut self, packet: Packet) -> Result<()> {
        self.join.borrow_mut().take::<S>(packet.open())
    }
}

/// Those of both sides.
pub(super) fn inboxes<K: Key, J: TimedJoin>(join: &Rc<RefCell<JoinByKey<K, J>>>) -> Vec<Rc<RefCell<dyn Inbox>>> {
    vec![inbox::<K, J, LeftSide>(join), inbox::<K, J, RightSide>(join)]
}

fn inbox<K: Key, J: TimedJoin, S: Side<J>>(join: &Rc<RefCell<JoinByKey<K, J>>>) -> Rc<RefCell<dyn Inbox>> {
    Rc::new(RefCell::new(Input::<K, J, S> { join: join.clone(), _side: PhantomData }))
}
