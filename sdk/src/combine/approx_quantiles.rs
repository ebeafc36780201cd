//! Medians, percentiles and the like, about.

use super::kll::QuantileSketch;
use super::{CombineFn, Number, adapt::adaptors};
use std::fmt::Write;

/// About the quantiles of [`Number`]s, such as the median (0.5) or the 99th percentile (0.99), as `f64` and in the
/// order asked for. Of no inputs: NaN for each.
///
/// The quantile 0 is the least input and 1 the greatest, both exactly. The quantile `q` of `n` inputs is the one at
/// rank `q · n`, counted from the least; the answer is an input, never a value between two. **The error is one of
/// rank:** asked for 0.5 with an error of 0.005, the answer is somewhere between the quantiles 0.495 and 0.505. It
/// holds with a probability of 99 % for each quantile (measured), in whatever order and however spread the values come,
/// unless somebody chose them to fool the sketch. Quantiles far out in a tail need a smaller error: 0.999 ± 0.005 does
/// not tell much.
///
/// By default the error is 0.005, in 8 KB at most; an error of `ε` takes up to `5 / ε` values of 8 bytes. Fewer inputs
/// than `1 / ε` are all kept, and their quantiles are exact. A NaN has no rank: NaN inputs are left out.
///
/// The answer depends on the inputs and on how the work was split, within the error, and on nothing else: the coins
/// that the sketch tosses are taken from the inputs.
///
/// # Source
///
/// Karnin, Lang and Liberty, *Optimal Quantile Approximation in Streams*, 2016 (arXiv 1603.05346). Its
/// error is bounded for all inputs and all ways of merging. A t-digest is finer in the tails, but promises nothing;
/// sketches of relative error blur values that are large and close, such as dates.
///
/// ```
/// use beamline_sdk::combine::{ApproxQuantiles, apply};
///
/// let latencies = ApproxQuantiles::new([0.5, 0.95, 1.0]);
/// assert_eq!(apply(&latencies, 1..=100), [50.0, 95.0, 100.0]);
/// ```
#[derive(Debug, Clone)]
pub struct ApproxQuantiles {
    quantiles: Vec<f64>,
    k: usize,
}

adaptors!(of: [] ApproxQuantiles);
adaptors!(or: [] ApproxQuantiles);

impl ApproxQuantiles {
    /// These quantiles, with an error of at most 0.005.
    ///
    /// # Panics
    ///
    /// When a quantile is not between 0 and 1.
    #[track_caller]
    pub fn new(quantiles: impl Into<Vec<f64>>) -> Self {
        let quantiles = quantiles.into();
        for q in &quantiles {
            assert!((0.0..=1.0).contains(q), "quantile {q} is not between 0 and 1");
        }
        ApproxQuantiles { quantiles, k: k_for(0.005) }
    }

    /// With an error of at most `error`, as a share of the number of inputs: with 0.01, the median is between the
    /// quantiles 0.49 and 0.51.
    ///
    /// # Panics
    ///
    /// When the error is not between 0.00001 and 0.5.
    #[track_caller]
    pub fn error(self, error: f64) -> Self {
        assert!((0.000_01..=0.5).contains(&error), "error {error} is not between 0.00001 and 0.5");
        ApproxQuantiles { k: k_for(error), ..self }
    }
}

/// The size of a sketch with this error. The constant is measured, with some reserve: 99 % of the errors were within
/// `1.11 / k`, with ten million inputs in six orders (random, sorted, interleaved), and with 300,000 random inputs in up
/// to 3,000 accumulators.
fn k_for(error: f64) -> usize {
    (1.2 / error).ceil() as usize
}

impl<T: Number> CombineFn<T> for ApproxQuantiles {
    type Acc = QuantileSketch;
    type Out = Vec<f64>;

    fn name(&self) -> String {
        let mut name = String::from("ApproxQuantiles(");
        for (i, q) in self.quantiles.iter().enumerate() {
            let comma = if i == 0 { "" } else { ", " };
            let _ = write!(name, "{comma}{q}");
        }
        name + ")"
    }

    #[inline]
    fn create(&self) -> QuantileSketch {
        QuantileSketch::default()
    }

    #[inline]
    fn add(&self, acc: &mut QuantileSketch, input: T) {
        acc.add(self.k, input.to_f64());
    }

    #[inline]
    fn add_ref(&self, acc: &mut QuantileSketch, input: &T) {
        acc.add(self.k, input.to_f64());
    }

    fn merge(&self, acc: &mut QuantileSketch, other: QuantileSketch) {
        acc.merge(self.k, other);
    }

    fn extract(&self, acc: QuantileSketch) -> Vec<f64> {
        acc.quantiles(&self.quantiles)
    }
}
