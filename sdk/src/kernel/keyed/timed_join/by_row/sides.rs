//! The sides of a join, each of which has its log.

use super::super::interval::Interval;
use super::super::{Inner, LeftSide, RightSide, Side};
use super::Logs;
use super::log::Log;
use crate::{Element, Key, Timestamp};

/// A side, as seen by its rows.
pub(super) trait LogSide<K: Key, L: Element, R: Element>: Side<Interval<L, R, Inner>> {
    /// The values of the other side.
    type Other: Element;

    /// The log of this side, and that of the other one.
    fn logs(logs: &mut Logs<K, L, R>) -> (&mut Log<K, Self::Value>, &mut Log<K, Self::Other>);

    /// Whether values of these times are a pair.
    fn fits(join: &Interval<L, R, Inner>, time: Timestamp, other: Timestamp) -> bool;

    fn pair(value: &Self::Value, other: &Self::Other) -> (L, R);

    /// How far the watermark may be ahead of a value for partners to come still, in milliseconds.
    fn waits(join: &Interval<L, R, Inner>) -> i64;
}

impl<K: Key, L: Element, R: Element> LogSide<K, L, R> for LeftSide {
    type Other = R;

    #[inline]
    fn logs(logs: &mut Logs<K, L, R>) -> (&mut Log<K, L>, &mut Log<K, R>) {
        (&mut logs.left, &mut logs.right)
    }

    #[inline]
    fn fits(join: &Interval<L, R, Inner>, time: Timestamp, other: Timestamp) -> bool {
        join.within.contains(time, other)
    }

    #[inline]
    fn pair(value: &L, other: &R) -> (L, R) {
        (value.clone(), other.clone())
    }

    fn waits(join: &Interval<L, R, Inner>) -> i64 {
        join.left_waits
    }
}

impl<K: Key, L: Element, R: Element> LogSide<K, L, R> for RightSide {
    type Other = L;

    #[inline]
    fn logs(logs: &mut Logs<K, L, R>) -> (&mut Log<K, R>, &mut Log<K, L>) {
        (&mut logs.right, &mut logs.left)
    }

    #[inline]
    fn fits(join: &Interval<L, R, Inner>, time: Timestamp, other: Timestamp) -> bool {
        join.within.contains(other, time)
    }

    #[inline]
    fn pair(value: &R, other: &L) -> (L, R) {
        (other.clone(), value.clone())
    }

    fn waits(join: &Interval<L, R, Inner>) -> i64 {
        join.right_waits
    }
}
