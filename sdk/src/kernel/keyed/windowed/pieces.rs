//! Combining of what comes one by one, and of what has been combined before it came: by the same rules, which are therefore
//! compiled once for both.

use super::ByKey;
use super::rows::ResultRow;
use crate::combine::CombineFn;
use crate::kernel::{Inbox, Packet};
use crate::window::reduce::{Accumulated, Combined, Contents};
use crate::{Element, Key, Result};
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::marker::PhantomData;
use std::rc::Rc;

/// A part of what a window is to contain. It is made where it is taken, and goes neither to disk nor to another worker: untagged, as
/// an error shows it as what it is, it could not be read back.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Piece<V, A> {
    Value(V),
    /// What some values have been combined to, none of which is taken back.
    Acc(A),
}

/// As [`Combined`], of pieces.
#[derive(Clone)]
pub(crate) struct OfPieces<C>(pub(super) Combined<C>);

impl<V: Element, C: CombineFn<V>> Contents<Piece<V, C::Acc>> for OfPieces<C> {
    type State = Accumulated<C::Acc, V>;
    type Out = C::Out;

    fn create(&self) -> Self::State {
        self.0.create()
    }

    fn create_revisable(&self) -> Self::State {
        self.0.create_revisable()
    }

    #[inline]
    fn add(&self, state: &mut Self::State, piece: Piece<V, C::Acc>) {
        match piece {
            Piece::Value(value) => self.0.add(state, value),
            Piece::Acc(acc) => self.0.merge(state, Accumulated::Acc(acc)),
        }
    }

    fn retract(&self, state: &mut Self::State, piece: Piece<V, C::Acc>) {
        match piece {
            Piece::Value(value) => self.0.retract(state, value),
            Piece::Acc(_) => unreachable!("what may be taken back is not combined before it comes"),
        }
    }

    fn merge(&self, state: &mut Self::State, other: Self::State) {
        self.0.merge(state, other);
    }

    fn take(&self, state: &mut Self::State) -> C::Out {
        self.0.take(state)
    }

    fn show(&self, state: &mut Self::State) -> C::Out {
        self.0.show(state)
    }

    fn snapshot(&self, state: &mut Self::State) -> Self::State {
        self.0.snapshot(state)
    }

    fn is_empty(&self, state: &Self::State) -> bool {
        self.0.is_empty(state)
    }

    fn has_default(&self) -> bool {
        Contents::<V>::has_default(&self.0)
    }

    fn unmatched(&self, state: &mut Self::State) -> Vec<Piece<V, C::Acc>> {
        self.0.unmatched(state).into_iter().map(Piece::Value).collect()
    }
}

/// How what comes becomes a piece.
pub(super) trait IntoPiece<X, P>: 'static {
    fn piece(x: X) -> P;
}

/// As a value.
pub(super) struct AsValue;

impl<V, A> IntoPiece<V, Piece<V, A>> for AsValue {
    #[inline]
    fn piece(value: V) -> Piece<V, A> {
        Piece::Value(value)
    }
}

/// As what values have been combined to.
pub(super) struct AsAcc;

impl<V, A> IntoPiece<A, Piece<V, A>> for AsAcc {
    #[inline]
    fn piece(acc: A) -> Piece<V, A> {
        Piece::Acc(acc)
    }
}

/// The inbox of a grouping of pieces, which are made of what comes one after the other.
pub(super) struct PiecesOf<X, I, K, P, C: Contents<P>, R: ResultRow<K, C::Out>> {
    grouping: Rc<RefCell<ByKey<K, P, C, R>>>,
    _rows: PhantomData<fn(X) -> I>,
}

impl<X, I, K, P, C: Contents<P>, R: ResultRow<K, C::Out>> PiecesOf<X, I, K, P, C, R> {
    pub(super) fn new(grouping: &Rc<RefCell<ByKey<K, P, C, R>>>) -> Self {
        Self { grouping: grouping.clone(), _rows: PhantomData }
    }
}

impl<X, I, K, P, C, R> Inbox for PiecesOf<X, I, K, P, C, R>
where
    X: Element,
    I: IntoPiece<X, P>,
    K: Key,
    P: Element,
    C: Contents<P>,
    R: ResultRow<K, C::Out>,
{
    fn deliver(&mut self, packet: Packet) -> Result<()> {
        self.grouping.borrow_mut().take_as::<X>(packet.open(), I::piece)
    }
}
