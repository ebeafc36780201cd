//! What windows contain: lists of values, or accumulators.

use crate::Element;
use crate::combine::CombineFn;

/// What a window of a key contains, and how a result is made of it.
///
/// The rules of *when* are the same for grouping and combining (Beam model: combining is grouping, then combining what
/// a pane holds).
pub trait Contents<V> {
    /// What is kept.
    type State: Element;
    /// What a result shows.
    type Out;

    /// What a window without values keeps.
    fn create(&self) -> Self::State;

    /// Adds a value.
    fn add(&self, state: &mut Self::State, value: V);

    /// Adds all that another window had.
    fn merge(&self, state: &mut Self::State, other: Self::State);

    /// A result of all that is kept, which is then forgotten.
    fn take(&self, state: &mut Self::State) -> Self::Out;

    /// A result of all that is kept, which stays.
    fn show(&self, state: &Self::State) -> Self::Out;
}

/// The values in a list, in the order of their coming unless sessions merge.
#[derive(Clone, Copy, Debug, Default)]
pub struct Listed;

impl<V: Element> Contents<V> for Listed {
    type State = Vec<V>;
    type Out = Vec<V>;

    fn create(&self) -> Vec<V> {
        Vec::new()
    }

    #[inline]
    fn add(&self, state: &mut Vec<V>, value: V) {
        state.push(value);
    }

    /// Moves the shorter list.
    fn merge(&self, state: &mut Vec<V>, mut other: Vec<V>) {
        if state.len() < other.len() {
            std::mem::swap(state, &mut other);
        }
        state.append(&mut other);
    }

    fn take(&self, state: &mut Vec<V>) -> Vec<V> {
        std::mem::take(state)
    }

    fn show(&self, state: &Vec<V>) -> Vec<V> {
        state.clone()
    }
}

/// An accumulator of a combiner; none while there are no values.
#[derive(Clone, Copy, Debug, Default)]
pub struct Combined<C>(pub C);

impl<C> Combined<C> {
    fn extract<V>(&self, acc: Option<C::Acc>) -> C::Out
    where
        C: CombineFn<V>,
    {
        self.0.extract(acc.unwrap_or_else(|| self.0.create()))
    }
}

impl<V, C: CombineFn<V>> Contents<V> for Combined<C> {
    type State = Option<C::Acc>;
    type Out = C::Out;

    fn create(&self) -> Option<C::Acc> {
        None
    }

    #[inline]
    fn add(&self, state: &mut Option<C::Acc>, value: V) {
        self.0.add(state.get_or_insert_with(|| self.0.create()), value);
    }

    fn merge(&self, state: &mut Option<C::Acc>, other: Option<C::Acc>) {
        match (state, other) {
            (Some(acc), Some(other)) => self.0.merge(acc, other),
            (state @ None, other) => *state = other,
            (Some(_), None) => {}
        }
    }

    fn take(&self, state: &mut Option<C::Acc>) -> C::Out {
        self.extract(state.take())
    }

    fn show(&self, state: &Option<C::Acc>) -> C::Out {
        self.extract(state.clone())
    }
}
