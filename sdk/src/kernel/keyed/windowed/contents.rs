//! What windows contain where values are gathered.

use crate::window::reduce::Contents;
use crate::{Element, Values};
use serde::{Deserialize, Serialize};
use std::marker::PhantomData;

/// The values of one collection.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Gathered;

impl<V: Element> Contents<V> for Gathered {
    type State = Vec<V>;
    type Out = Values<V>;

    fn create(&self) -> Vec<V> {
        Vec::new()
    }

    #[inline]
    fn add(&self, state: &mut Vec<V>, value: V) {
        state.push(value);
    }

    fn merge(&self, state: &mut Vec<V>, other: Vec<V>) {
        join(state, other);
    }

    fn take(&self, state: &mut Vec<V>) -> Values<V> {
        std::mem::take(state).into()
    }

    fn show(&self, state: &Vec<V>) -> Values<V> {
        state.clone().into()
    }
}

/// Appends a list to another: the shorter one moves.
fn join<V>(list: &mut Vec<V>, mut other: Vec<V>) {
    if list.len() < other.len() {
        std::mem::swap(list, &mut other);
    }
    list.append(&mut other);
}

/// A value of one of several collections.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum OneOf<A, B, C, D, E, F> {
    A(A),
    B(B),
    C(C),
    D(D),
    E(E),
    F(F),
}

/// The values of several collections, apart: the result is the tuple `T` of them.
pub(crate) struct CoGathered<T>(PhantomData<fn() -> T>);

impl<T> CoGathered<T> {
    pub(crate) fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T> Clone for CoGathered<T> {
    fn clone(&self) -> Self {
        Self::new()
    }
}

macro_rules! co_gathered {
    ($($V:ident $index:tt),+; $OneOf:ty) => {
        impl<$($V: Element),+> Contents<$OneOf> for CoGathered<($($V,)+)> {
            type State = ($(Vec<$V>,)+);
            type Out = ($(Values<$V>,)+);

            fn create(&self) -> Self::State {
                Default::default()
            }

            fn add(&self, state: &mut Self::State, value: $OneOf) {
                match value {
                    $(OneOf::$V(value) => state.$index.push(value),)+
                    #[allow(unreachable_patterns, reason = "six collections leave no rest")]
                    _ => unreachable!("only inputs have values"),
                }
            }

            fn merge(&self, state: &mut Self::State, other: Self::State) {
                $(join(&mut state.$index, other.$index);)+
            }

            fn take(&self, state: &mut Self::State) -> Self::Out {
                ($(std::mem::take(&mut state.$index).into(),)+)
            }

            fn show(&self, state: &Self::State) -> Self::Out {
                ($(state.$index.clone().into(),)+)
            }
        }
    };
}

co_gathered!(A 0, B 1; OneOf<A, B, (), (), (), ()>);
co_gathered!(A 0, B 1, C 2; OneOf<A, B, C, (), (), ()>);
co_gathered!(A 0, B 1, C 2, D 3; OneOf<A, B, C, D, (), ()>);
co_gathered!(A 0, B 1, C 2, D 3, E 4; OneOf<A, B, C, D, E, ()>);
co_gathered!(A 0, B 1, C 2, D 3, E 4, F 5; OneOf<A, B, C, D, E, F>);
