//! What windows contain: lists of values, or accumulators.

mod bag;
mod combined;
mod listed;
#[cfg(test)]
mod tests;

pub use bag::Bag;
pub use combined::{Accumulated, Combined, Revised};
pub use listed::{List, Listed};

use crate::Element;

/// What a window of a key contains, and how a result is made of it.
///
/// The rules of *when* are the same for grouping and combining (Beam model: combining is grouping, then combining what
/// a pane holds).
///
/// Where [retractions](crate::window#retractions) come in, what is kept must be able to give values back. Only then is it
/// created by [`create_revisable`](Self::create_revisable), and only then are [`retract`](Self::retract) and
/// [`unmatched`](Self::unmatched) called.
pub trait Contents<V> {
    /// What is kept.
    type State: Element;
    /// What a result shows.
    type Out;

    /// What a window without values keeps.
    fn create(&self) -> Self::State;

    /// What a window without values keeps, if values may be taken back.
    fn create_revisable(&self) -> Self::State;

    /// Adds a value.
    fn add(&self, state: &mut Self::State, value: V);

    /// Takes a value back. One that has not come yet is expected, and will be gone when it comes.
    fn retract(&self, state: &mut Self::State, value: V);

    /// Adds all that another window had.
    fn merge(&self, state: &mut Self::State, other: Self::State);

    /// A result of all that is kept, which is then forgotten.
    fn take(&self, state: &mut Self::State) -> Self::Out;

    /// A result of all that is kept, which stays.
    fn show(&self, state: &mut Self::State) -> Self::Out;

    /// What has to be kept for [`take`](Self::take) to make the same result again: not able to give values back.
    fn snapshot(&self, state: &mut Self::State) -> Self::State;

    /// Whether there are no values.
    fn is_empty(&self, state: &Self::State) -> bool;

    /// Whether a result can be made of no values.
    fn has_default(&self) -> bool;

    /// The values that were taken back and have never come.
    fn unmatched(&self, state: &mut Self::State) -> Vec<V>;
}
