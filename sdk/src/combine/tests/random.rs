//! Samples: what they hold, that they are fair, and that they repeat when they should.

use super::*;
use crate::combine::{Sample, SampleAcc, seeded};
use std::collections::HashSet;

proptest! {
    #[test]
    fn samples_are_inputs_without_replacement(inputs in 0..60_usize, n in 0..20_usize, seed: u64, split in split()) {
        let xs: Vec<usize> = (0..inputs).collect();
        for sample in [scattered(&Sample::fixed(n).seed(seed), &xs, split), scattered(&Sample::any(n), &xs, split)] {
            prop_assert_eq!(sample.len(), n.min(inputs));
            let different: HashSet<usize> = sample.iter().copied().collect();
            prop_assert_eq!(different.len(), sample.len());
            prop_assert!(different.iter().all(|x| *x < inputs));
        }
    }

    #[test]
    fn a_seeded_sample_repeats(n in 0..20_usize, seed: u64, split in split()) {
        let xs: Vec<u16> = (0..100).collect();
        let draw = || scattered(&Sample::fixed(n).seed(seed), &xs, split);
        prop_assert_eq!(draw(), draw());
        let draw = || scattered(&Sample::fixed(n), &xs, split);
        prop_assert_eq!(seeded(seed, draw), seeded(seed, draw));
    }
}

/// How often `of` out of `all` equally likely things happened in `trials`, as a number of standard deviations away from
/// what is expected.
fn deviation(happened: u32, trials: u32, probability: f64) -> f64 {
    let (trials, happened) = (f64::from(trials), f64::from(happened));
    (happened - trials * probability) / (trials * probability * (1.0 - probability)).sqrt()
}

/// Accumulators of different sizes, in which inputs at the same place must not have a common fate.
#[test]
fn every_pair_of_inputs_is_equally_likely() {
    const TRIALS: u32 = 40_000;
    let sample = Sample::fixed(4).seed(11);
    let mut pairs = [[0_u32; 10]; 10];
    for _ in 0..TRIALS {
        let drawn = three_accumulators(&sample);
        for a in &drawn {
            for b in &drawn {
                pairs[*a][*b] += 1;
            }
        }
    }
    for (a, row) in pairs.iter().enumerate() {
        for (b, times) in row.iter().enumerate() {
            let probability = if a == b { 0.4 } else { 0.4 * 3.0 / 9.0 };
            let off = deviation(*times, TRIALS, probability);
            assert!(off.abs() < 4.5, "{a} and {b} came together {times} times: {off} standard deviations off");
        }
    }
}

/// A sample of 0 to 9, from accumulators of two, three and five.
fn three_accumulators(sample: &Sample) -> Vec<usize> {
    let filled = |inputs: std::ops::Range<usize>| {
        let mut acc: SampleAcc<usize> = sample.create();
        inputs.for_each(|x| sample.add(&mut acc, x));
        acc
    };
    let mut acc = filled(0..2);
    sample.merge(&mut acc, filled(2..5));
    sample.merge(&mut acc, filled(5..10));
    sample.extract(acc)
}

#[test]
fn the_order_of_a_sample_is_random_too() {
    const TRIALS: u32 = 10_000;
    let sample = Sample::fixed(3).seed(5);
    let ascending = (0..TRIALS).filter(|_| apply(&sample, 0..3_u8) == [0, 1, 2]).count();
    assert!(deviation(ascending as u32, TRIALS, 1.0 / 6.0).abs() < 4.5);
}

#[test]
fn samples_without_a_seed_differ() {
    let draw = || apply(&Sample::fixed(5), 0..1_000_000);
    assert_ne!(draw(), draw());
}

#[test]
fn a_seed_means_the_same_sample_for_ever() {
    assert_eq!(apply(&Sample::fixed(3).seed(42), 0..1000), [359, 412, 644]);
}

#[test]
fn names() {
    assert_eq!(CombineFn::<u8>::name(&Sample::fixed(3)), "Sample(3)");
    assert_eq!(CombineFn::<u8>::name(&Sample::any(3)), "SampleAny(3)");
}
