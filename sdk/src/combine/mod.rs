//! Combiners: many values into one, in any order and grouping.

use crate::Element;

/// Combines any number of inputs into one output, through an accumulator.
///
/// The engine splits and reorders the work as it likes: it adds inputs to several accumulators on several workers,
/// spills accumulators to disk and merges them later. The result must not depend on it, so adding and merging must be
/// associative and commutative (Beam model, *Combine*; FlumeJava, 2010, section 2.3).
///
/// ```
/// use beamline_sdk::combine::CombineFn;
///
/// /// The longest word.
/// #[derive(Clone)]
/// struct Longest;
///
/// impl CombineFn<String> for Longest {
///     type Acc = String;
///     type Out = String;
///     fn create(&self) -> String {
///         String::new()
///     }
///     fn add(&self, acc: &mut String, word: String) {
///         self.merge(acc, word);
///     }
///     fn merge(&self, acc: &mut String, other: String) {
///         // Equal lengths are decided by order, so that the order of arrival does not matter.
///         if (other.len(), &*acc) > (acc.len(), &other) {
///             *acc = other;
///         }
///     }
///     fn extract(&self, acc: String) -> String {
///         acc
///     }
/// }
/// ```
pub trait CombineFn<In>: Clone + Send + Sync + 'static {
    /// What is kept between inputs.
    type Acc: Element;
    /// The result.
    type Out: Element;

    /// A short name for the step, such as `Count`; by default the name of the type.
    fn name(&self) -> String {
        crate::label::short_type_name::<Self>()
    }

    /// An accumulator without inputs.
    fn create(&self) -> Self::Acc;

    /// Adds one input.
    fn add(&self, acc: &mut Self::Acc, input: In);

    /// Adds everything that `other` has seen.
    fn merge(&self, acc: &mut Self::Acc, other: Self::Acc);

    /// The result.
    fn extract(&self, acc: Self::Acc) -> Self::Out;
}
