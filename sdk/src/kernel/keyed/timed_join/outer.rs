//! What a join shows of values without a partner.

use super::{Driver, Interval, JoinByKey, JoinByRow};
use crate::{Element, Key};

/// Which side's values are shown without a partner, and what a result looks like.
pub(crate) trait Outer<L: Element, R: Element>: Clone + Send + Sync + 'static {
    type Row: Element;
    /// What joins within an interval while time goes on.
    type Driver<K: Key>: Driver<K, Interval<L, R, Self>>;
    /// Whether values of the left side are shown without a partner.
    const LEFT: bool;
    /// Whether values of the right side are.
    const RIGHT: bool;

    /// A result. A side is missing only where the other one is shown without it.
    fn row(left: Option<L>, right: Option<R>) -> Self::Row;
}

/// Pairs only.
#[derive(Clone)]
pub(crate) struct Inner;

/// Pairs, and values of the left side without a partner.
#[derive(Clone)]
pub(crate) struct Left;

/// Pairs, and values of the right side without a partner.
#[derive(Clone)]
pub(crate) struct Right;

/// Pairs, and all values without a partner.
#[derive(Clone)]
pub(crate) struct Full;

const BOTH: &str = "a value without a partner is shown only where the other side may be missing";

impl<L: Element, R: Element> Outer<L, R> for Inner {
    type Row = (L, R);
    type Driver<K: Key> = JoinByRow<K, L, R>;
    const LEFT: bool = false;
    const RIGHT: bool = false;

    fn row(left: Option<L>, right: Option<R>) -> (L, R) {
        (left.expect(BOTH), right.expect(BOTH))
    }
}

impl<L: Element, R: Element> Outer<L, R> for Left {
    type Row = (L, Option<R>);
    type Driver<K: Key> = JoinByKey<K, Interval<L, R, Self>>;
    const LEFT: bool = true;
    const RIGHT: bool = false;

    fn row(left: Option<L>, right: Option<R>) -> (L, Option<R>) {
        (left.expect(BOTH), right)
    }
}

impl<L: Element, R: Element> Outer<L, R> for Right {
    type Row = (Option<L>, R);
    type Driver<K: Key> = JoinByKey<K, Interval<L, R, Self>>;
    const LEFT: bool = false;
    const RIGHT: bool = true;

    fn row(left: Option<L>, right: Option<R>) -> (Option<L>, R) {
        (left, right.expect(BOTH))
    }
}

impl<L: Element, R: Element> Outer<L, R> for Full {
    type Row = (Option<L>, Option<R>);
    type Driver<K: Key> = JoinByKey<K, Interval<L, R, Self>>;
    const LEFT: bool = true;
    const RIGHT: bool = true;

    fn row(left: Option<L>, right: Option<R>) -> (Option<L>, Option<R>) {
        (left, right)
    }
}
