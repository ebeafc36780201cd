//! Composites: transforms made of transforms.

use crate::label::short_type_name;

/// A transform of its own, made of others: a name in errors, in metrics and in `explain`, and a word in a program.
///
/// ```
/// use beamline_sdk::{PCollection, PTransform, Pipeline};
///
/// /// The words that occur more than `0` times.
/// struct FrequentWords(u64);
///
/// impl PTransform<PCollection<String>> for FrequentWords {
///     type Out = PCollection<String>;
///     fn expand(self, words: PCollection<String>) -> Self::Out {
///         words.count_per_element().filter(move |(_, n)| *n > self.0).keys()
///     }
/// }
///
/// let p = Pipeline::new();
/// let words = p.create(["a", "b", "a"].map(str::to_owned));
/// words.apply(FrequentWords(1));
/// assert!(p.graph()?.explain().to_string().contains("FrequentWords/Filter"));
/// # Ok::<(), beamline_sdk::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be applied to `{In}`",
    label = "an `impl PTransform<{In}>` is missing"
)]
pub trait PTransform<In> {
    /// What it makes: a collection, a tuple or struct of several, or `()` for one that ends in sinks.
    type Out;

    /// Its name, by default that of the type.
    fn label(&self) -> String {
        short_type_name::<Self>()
    }

    /// Whether its steps pass for made where it is applied, in errors and in `explain`: right for a transform of a
    /// library, whose own lines mean nothing to those who apply it.
    fn is_opaque(&self) -> bool {
        false
    }

    /// Applies the transforms that it is made of.
    fn expand(self, input: In) -> Self::Out;
}
