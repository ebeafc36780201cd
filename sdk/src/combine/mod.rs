//! Combiners: many values into one, in any order and grouping.
//!
//! A [`CombineFn`] says how. The library has
//!
//! | for | combiners |
//! |---|---|
//! | numbers | [`Count`], [`CountDistinct`], [`Sum`], [`Mean`] |
//! | the best | [`Min`], [`Max`], [`Top`] |
//! | one of many | [`Latest`], [`Reduce`] with a function of two values, [`Absorb`] with one that changes the first |
//! | some or all | [`Sample`], [`ToList`], [`ToSet`] |
//! | in little memory | [`ApproxDistinct`], [`ApproxQuantiles`] |
//!
//! A tuple of combiners is a combiner: all of them see the same input, in one pass. `of` points a combiner at a part of
//! its input, so a tuple can combine several fields:
//!
//! ```
//! use beamline_sdk::combine::{Count, Max, Mean, apply};
//!
//! #[derive(Clone)]
//! struct Order {
//!     amount: f64,
//!     items: u32,
//! }
//!
//! let orders = [Order { amount: 10.0, items: 1 }, Order { amount: 20.0, items: 4 }];
//! let summary = (Count, Mean.of(|o: &Order| o.amount), Max.of(|o: &Order| o.items));
//! assert_eq!(apply(&summary, orders), (2, 15.0, 4));
//! ```
//!
//! # No inputs
//!
//! A key that exists has a value, so combining per key never sees an empty input; combining a whole collection may. The
//! sum of nothing is zero and the top ten of nothing is an empty list, but there is no maximum of nothing. Combiners
//! without an answer ([`Min`], [`Max`], [`Latest`], [`Reduce`], [`Absorb`]) give a plain value, because that is what every other
//! use wants, and **panic** with a clear message when there is none. Where this can happen say what shall come instead:
//! `Max.or_none()` gives an `Option`, `Max.or(0)` a value.
//!
//! A window whose trigger fires without new elements would show the same: a sum of zero, but no maximum. Combiners
//! [say](CombineFn::has_default) that they have no answer, and such a pane is passed over.
//!
//! # Values that are taken back
//!
//! Where a windowing is [retracting](crate::window::Accumulation::Retracting), a result that has been combined already
//! may be taken back. [`Count`], [`Sum`] of integers and durations, [`Mean`] of integers, and tuples of these
//! [subtract](CombineFn::can_subtract) it and need no more memory. Others cannot: then the values are kept beside the
//! accumulator, and combined anew when one of them has gone.

use crate::Element;

mod absorb;
mod adapt;
mod approx_distinct;
mod approx_quantiles;
mod collect;
mod count;
mod count_distinct;
mod count_distinct_when;
mod extreme;
mod heap;
mod hyperloglog;
mod kll;
mod latest;
mod mean;
mod order;
pub(crate) mod random;
mod reduce;
mod sample;
mod sum;
mod top;
mod tuple;
mod whole;

#[cfg(test)]
mod tests;

pub use absorb::Absorb;
pub use adapt::{Of, Or, OrNone};
pub use approx_distinct::ApproxDistinct;
pub use approx_quantiles::ApproxQuantiles;
pub use collect::{ToList, ToSet};
pub use count::Count;
pub use count_distinct::CountDistinct;
pub use count_distinct_when::CountDistinctWhen;
pub use extreme::{Extreme, Max, Min};
pub use hyperloglog::DistinctSketch;
pub use kll::QuantileSketch;
pub use latest::Latest;
pub use mean::{Mean, MeanAcc, Number};
pub use order::{By, ByKey, Natural, Order, Reversed};
pub use random::seeded;
pub use reduce::Reduce;
pub use sample::{Sample, SampleAcc, SampleAny};
pub use sum::{Sum, Summable};
pub use top::Top;
pub(crate) use whole::Whole;

/// Combines any number of inputs into one output, through an accumulator.
///
/// The engine splits and reorders the work as it likes: it adds inputs to several accumulators on several workers,
/// spills accumulators to disk and merges them later. The result must not depend on it, so adding and merging must be
/// associative and commutative (Beam model, *Combine*; `FlumeJava`, 2010, section 2.3).
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
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no combiner of `{In}`",
    label = "a combiner of `{In}` is wanted here",
    note = "`Reduce::new(|a, b| …)` makes a combiner of a function of two values",
    note = "`.of(|x| …)` points a combiner at a part of its input"
)]
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

    /// Adds an input that is needed again, such as by another combiner of a tuple or by another window.
    ///
    /// Clones the input, by default. Worth overriding where a look at it is enough, or enough most of the time.
    fn add_ref(&self, acc: &mut Self::Acc, input: &In)
    where
        In: Clone,
    {
        self.add(acc, input.clone());
    }

    /// Adds everything that `other` has seen.
    fn merge(&self, acc: &mut Self::Acc, other: Self::Acc);

    /// The result.
    fn extract(&self, acc: Self::Acc) -> Self::Out;

    /// Whether there is a result of no inputs. Where there is none, [`extract`](Self::extract) panics for an
    /// accumulator without inputs, and a window's result without elements is passed over.
    fn has_default(&self) -> bool {
        true
    }

    /// Whether [`subtract`](Self::subtract) is there and exact: when some inputs have been taken out, in any order, the
    /// result is that of the rest. (If nothing is left the accumulator is not asked: callers count.) Where it is not,
    /// inputs that may be taken back are kept beside the accumulator.
    fn can_subtract(&self) -> bool {
        false
    }

    /// Takes an input out that was added before, or will be added later: where data takes several ways, an input can be
    /// taken back before it comes.
    ///
    /// Says whether it could. If it could not, because the type cannot express less than nothing, the accumulator is as
    /// before, and the caller tries again when more inputs have come. Called only if it [can](Self::can_subtract).
    ///
    /// ```
    /// use beamline_sdk::combine::{CombineFn, Sum};
    ///
    /// let mut sum = 0_u8;
    /// Sum.add(&mut sum, 7);
    /// assert!(Sum.subtract(&mut sum, &3));
    /// assert_eq!(sum, 4);
    /// assert!(!Sum.subtract(&mut sum, &5));
    /// assert_eq!(sum, 4);
    /// ```
    fn subtract(&self, acc: &mut Self::Acc, input: &In) -> bool {
        let _ = (acc, input);
        false
    }
}

/// Combines `inputs` here and now, through one accumulator.
///
/// ```
/// use beamline_sdk::combine::{Sum, apply};
///
/// assert_eq!(apply(&Sum, [1, 2, 3]), 6);
/// ```
pub fn apply<In, C: CombineFn<In>>(combiner: &C, inputs: impl IntoIterator<Item = In>) -> C::Out {
    let mut acc = combiner.create();
    for input in inputs {
        combiner.add(&mut acc, input);
    }
    combiner.extract(acc)
}

/// Extracting a result that does not exist.
#[cold]
#[inline(never)]
#[track_caller]
fn no_values(what: &str) -> ! {
    panic!("{what} of no values: where the input can be empty, use `.or_none()` or `.or(default)`")
}
