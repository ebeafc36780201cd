//! Sketches: within the documented errors, and the same for every split where they promise it.

use super::*;
use crate::combine::{ApproxDistinct, ApproxQuantiles, DistinctSketch, QuantileSketch};

#[test]
fn hundredths_of_a_hundred_values_are_these() {
    for percent in 1..=100_u8 {
        let quantiles = ApproxQuantiles::new([f64::from(percent) / 100.0]);
        assert_eq!(apply(&quantiles, 1..=100_u8), [f64::from(percent)]);
    }
}

proptest! {
    #[test]
    fn few_distinct_values_are_counted_exactly(xs in prop::collection::vec(0..2000_u32, 0..1000), split in split()) {
        let different: std::collections::HashSet<u32> = xs.iter().copied().collect();
        prop_assert_eq!(scattered(&ApproxDistinct::new(), &xs, split), different.len() as u64);
    }

    #[test]
    fn distinct_does_not_depend_on_the_split(
        from: u64, count in 0..1000_u64, precision in 4..=12_u8, split in split(), again in split(),
    ) {
        let xs: Vec<u64> = (0..count).map(|x| from.wrapping_add(x)).collect();
        let distinct = ApproxDistinct::new().precision(precision);
        let expected = apply(&distinct, xs.iter().copied());
        prop_assert_eq!(scattered(&distinct, &xs, split), expected);
        let twice: Vec<u64> = xs.iter().chain(&xs).copied().collect();
        prop_assert_eq!(scattered(&distinct, &twice, again), expected);
    }

    #[test]
    fn distinct_is_within_six_standard_errors(from: u64, count in 0..20_000_u64, precision in 8..=14_u8) {
        let estimate = apply(&ApproxDistinct::new().precision(precision), (0..count).map(|x| from.wrapping_add(x)));
        let standard_error = 1.04 / f64::from(1 << precision).sqrt();
        let off = (estimate as f64 - count as f64).abs();
        prop_assert!(off <= 6.0 * standard_error * count as f64, "{} of {}", estimate, count);
    }

    #[test]
    fn quantiles_of_few_values_are_exact(
        xs in prop::collection::vec(any::<i16>(), 1..190), q in 0.0..=1.0_f64, split in split(),
    ) {
        let mut sorted = xs.clone();
        sorted.sort_unstable();
        let rank = ((q * xs.len() as f64).ceil() as usize).max(1);
        prop_assert_eq!(scattered(&ApproxQuantiles::new([q]), &xs, split), [f64::from(sorted[rank - 1])]);
    }

    #[test]
    fn ends_are_exact(xs in prop::collection::vec(any::<i32>(), 1..3000), split in split()) {
        let expected = [*xs.iter().max().unwrap(), *xs.iter().min().unwrap()].map(f64::from);
        prop_assert_eq!(scattered(&ApproxQuantiles::new([1.0, 0.0]).error(0.1), &xs, split), expected);
    }

    #[test]
    fn quantiles_are_inputs_in_order(xs in prop::collection::vec(-1e300..1e300_f64, 1..2000), split in split()) {
        let quantiles = scattered(&ApproxQuantiles::new([0.1, 0.3, 0.5, 0.9]).error(0.05), &xs, split);
        prop_assert!(quantiles.is_sorted());
        prop_assert!(quantiles.iter().all(|q| xs.contains(q)));
    }

    #[test]
    fn weights_add_up_to_the_inputs(inputs in 0..5000_u32, split in split()) {
        let xs: Vec<u32> = (0..inputs).collect();
        let quantiles = ApproxQuantiles::new([]).error(0.1);
        let kept = scattered(&Kept(quantiles), &xs, split);
        prop_assert_eq!(kept.weight(), u64::from(inputs));
        prop_assert!(kept.len() <= 60, "{} values", kept.len());
    }
}

/// Gives the sketch itself.
#[derive(Clone)]
struct Kept(ApproxQuantiles);

impl CombineFn<u32> for Kept {
    type Acc = QuantileSketch;
    type Out = QuantileSketch;
    fn create(&self) -> QuantileSketch {
        CombineFn::<u32>::create(&self.0)
    }
    fn add(&self, acc: &mut QuantileSketch, input: u32) {
        self.0.add(acc, input);
    }
    fn merge(&self, acc: &mut QuantileSketch, other: QuantileSketch) {
        CombineFn::<u32>::merge(&self.0, acc, other);
    }
    fn extract(&self, acc: QuantileSketch) -> QuantileSketch {
        acc
    }
}

/// The root of the mean square of relative errors, over many sets of `count` values.
fn spread_of_distinct(precision: u8, count: u64) -> (f64, f64) {
    const SETS: u64 = 200;
    let distinct = ApproxDistinct::new().precision(precision);
    let errors = (0..SETS).map(|set| {
        let estimate = apply(&distinct, (0..count).map(|x| (set, x)));
        estimate as f64 / count as f64 - 1.0
    });
    let (sum, squares) = errors.fold((0.0, 0.0), |(sum, squares), e| (sum + e, squares + e * e));
    (sum / SETS as f64, (squares / SETS as f64).sqrt())
}

/// From the sparse beginning over the range where the original estimator is biased to large numbers.
#[test]
fn distinct_is_unbiased_and_has_the_documented_standard_error() {
    let standard_error = 1.04 / 256_f64.sqrt();
    for count in [10, 17, 100, 256, 500, 1000, 3000, 10_000] {
        let (bias, spread) = spread_of_distinct(8, count);
        assert!(spread < 1.2 * standard_error, "spread {spread} at {count}");
        let rounding = 0.5 / count as f64;
        assert!(bias.abs() < 4.0 * standard_error / 200_f64.sqrt() + rounding, "bias {bias} at {count}");
    }
}

/// Another answer means that the hash function is another one, and that saved sketches have lost their meaning.
#[test]
fn the_estimate_of_a_million_stays_the_same() {
    assert_eq!(apply(&ApproxDistinct::new(), 0..1_000_000_u64), 997_962);
}

/// One set of inputs, arranged.
fn arrangements(n: u32) -> Vec<Vec<u32>> {
    let sorted: Vec<u32> = (0..n).collect();
    let reversed = sorted.iter().rev().copied().collect();
    let zigzag = sorted.iter().map(|i| if i % 2 == 0 { i / 2 } else { n - 1 - i / 2 }).collect();
    let mut split = Split { accumulators: 1, seed: 3 };
    let mut shuffled = sorted.clone();
    (1..shuffled.len()).rev().for_each(|i| shuffled.swap(i, split.below(i + 1)));
    vec![sorted, reversed, zigzag, shuffled]
}

/// The errors of rank of 99 quantiles of the numbers up to `n`.
fn errors_of_rank(quantiles: &ApproxQuantiles, xs: &[u32], accumulators: usize) -> Vec<f64> {
    let split = Split { accumulators, seed: 5 };
    let answers = scattered(quantiles, xs, split);
    let rank = |answer: f64| (answer + 1.0) / xs.len() as f64;
    answers.iter().enumerate().map(|(i, answer)| (rank(*answer) - (i as f64 + 1.0) / 100.0).abs()).collect()
}

#[test]
fn quantiles_are_within_the_documented_error() {
    let percentiles: Vec<f64> = (1..100).map(|i| f64::from(i) / 100.0).collect();
    let quantiles = ApproxQuantiles::new(percentiles).error(0.02);
    let mut errors = Vec::new();
    for accumulators in [1, 2, 7, 50] {
        for xs in arrangements(20_011) {
            errors.extend(errors_of_rank(&quantiles, &xs, accumulators));
        }
    }
    errors.sort_unstable_by(f64::total_cmp);
    let nearly_all = errors[errors.len() * 99 / 100];
    assert!(nearly_all <= 0.02, "99 % of the errors are within {nearly_all}");
    assert!(errors[errors.len() / 2] <= 0.01);
}

#[test]
fn no_inputs() {
    assert_eq!(apply(&ApproxDistinct::new(), [0; 0]), 0);
    assert!(apply(&ApproxQuantiles::new([0.0, 1.0]), [0; 0]).iter().all(|q| q.is_nan()));
    assert_eq!(apply(&ApproxQuantiles::new([0.5]).or_none(), [0; 0]), None);
}

#[test]
fn nan_has_no_rank() {
    let xs = [f64::NAN, 3.0, f64::NAN, f64::NEG_INFINITY, 5.0, f64::INFINITY];
    let quantiles = ApproxQuantiles::new([0.0, 0.5, 0.75, 1.0]);
    assert_eq!(apply(&quantiles, xs), [f64::NEG_INFINITY, 3.0, 5.0, f64::INFINITY]);
    assert!(apply(&quantiles, [f64::NAN]).iter().all(|q| q.is_nan()));
}

#[test]
fn the_default_error_takes_eight_kilobytes() {
    let quantiles = ApproxQuantiles::new([0.5]);
    let mut acc = QuantileSketch::default();
    for x in 0..100_000 {
        quantiles.add(&mut acc, x);
    }
    assert!(encoded_len(&acc) <= 8_000, "{} bytes", encoded_len(&acc));
}

#[test]
fn sketches_of_few_values_are_small() {
    let mut sketch = DistinctSketch::default();
    assert_eq!(encoded_len(&sketch), 2);
    for x in 0..10 {
        ApproxDistinct::new().add(&mut sketch, x);
    }
    assert_eq!(encoded_len(&sketch), 52);
    assert!(encoded_len(&QuantileSketch::default()) < 25);
}

#[test]
fn dense_sketches_take_a_byte_per_index() {
    let mut sketch = DistinctSketch::default();
    for x in 0..100_000 {
        ApproxDistinct::new().precision(10).add(&mut sketch, x);
    }
    assert_eq!(encoded_len(&sketch), 1 + 3 + 1024);
}

#[test]
fn names() {
    assert_eq!(CombineFn::<u8>::name(&ApproxDistinct::new()), "ApproxDistinct");
    assert_eq!(CombineFn::<u8>::name(&ApproxQuantiles::new([0.5, 0.99])), "ApproxQuantiles(0.5, 0.99)");
}

#[test]
#[should_panic(expected = "precision 19 is not between 4 and 18")]
fn precision_has_bounds() {
    let _ = ApproxDistinct::new().precision(19);
}

#[test]
#[should_panic(expected = "quantile 99 is not between 0 and 1")]
fn quantiles_are_shares_not_percents() {
    let _ = ApproxQuantiles::new([99.0]);
}
