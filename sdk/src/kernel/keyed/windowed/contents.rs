//! What windows contain where values are gathered.

use crate::window::reduce::{Contents, List, Listed};
use crate::{Element, Values};
use serde::{Deserialize, Serialize};
use std::marker::PhantomData;

/// The values of one collection.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Gathered;

impl<V: Element> Contents<V> for Gathered {
    type State = List<V>;
    type Out = Values<V>;

    fn create(&self) -> List<V> {
        Listed.create()
    }

    fn create_revisable(&self) -> List<V> {
        Listed.create_revisable()
    }

    #[inline]
    fn add(&self, state: &mut List<V>, value: V) {
        Listed.add(state, value);
    }

    fn retract(&self, state: &mut List<V>, value: V) {
        Listed.retract(state, value);
    }

    fn merge(&self, state: &mut List<V>, other: List<V>) {
        Listed.merge(state, other);
    }

    fn take(&self, state: &mut List<V>) -> Values<V> {
        Listed.take(state).into()
    }

    fn show(&self, state: &mut List<V>) -> Values<V> {
        Listed.show(state).into()
    }

    fn snapshot(&self, state: &mut List<V>) -> List<V> {
        Listed.snapshot(state)
    }

    fn is_empty(&self, state: &List<V>) -> bool {
        Listed.is_empty(state)
    }

    fn has_default(&self) -> bool {
        true
    }

    fn unmatched(&self, state: &mut List<V>) -> Vec<V> {
        Listed.unmatched(state)
    }
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
            type State = ($(List<$V>,)+);
            type Out = ($(Values<$V>,)+);

            fn create(&self) -> Self::State {
                ($(Contents::<$V>::create(&Listed),)+)
            }

            fn create_revisable(&self) -> Self::State {
                ($(Contents::<$V>::create_revisable(&Listed),)+)
            }

            fn add(&self, state: &mut Self::State, value: $OneOf) {
                match value {
                    $(OneOf::$V(value) => Listed.add(&mut state.$index, value),)+
                    #[allow(unreachable_patterns, reason = "six collections leave no rest")]
                    _ => unreachable!("only inputs have values"),
                }
            }

            fn retract(&self, state: &mut Self::State, value: $OneOf) {
                match value {
                    $(OneOf::$V(value) => Listed.retract(&mut state.$index, value),)+
                    #[allow(unreachable_patterns, reason = "six collections leave no rest")]
                    _ => unreachable!("only inputs have values"),
                }
            }

            fn merge(&self, state: &mut Self::State, other: Self::State) {
                $(Listed.merge(&mut state.$index, other.$index);)+
            }

            fn take(&self, state: &mut Self::State) -> Self::Out {
                ($(Listed.take(&mut state.$index).into(),)+)
            }

            fn show(&self, state: &mut Self::State) -> Self::Out {
                ($(Listed.show(&mut state.$index).into(),)+)
            }

            fn snapshot(&self, state: &mut Self::State) -> Self::State {
                ($(Listed.snapshot(&mut state.$index),)+)
            }

            fn is_empty(&self, state: &Self::State) -> bool {
                $(Listed.is_empty(&state.$index))&&+
            }

            fn has_default(&self) -> bool {
                true
            }

            fn unmatched(&self, state: &mut Self::State) -> Vec<$OneOf> {
                let mut unmatched = Vec::new();
                $(unmatched.extend(Listed.unmatched(&mut state.$index).into_iter().map(OneOf::$V));)+
                unmatched
            }
        }
    };
}

co_gathered!(A 0, B 1; OneOf<A, B, (), (), (), ()>);
co_gathered!(A 0, B 1, C 2; OneOf<A, B, C, (), (), ()>);
co_gathered!(A 0, B 1, C 2, D 3; OneOf<A, B, C, D, (), ()>);
co_gathered!(A 0, B 1, C 2, D 3, E 4; OneOf<A, B, C, D, E, ()>);
co_gathered!(A 0, B 1, C 2, D 3, E 4, F 5; OneOf<A, B, C, D, E, F>);
