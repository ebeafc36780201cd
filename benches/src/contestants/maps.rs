//! A chain of twenty maps by hand, over the numbers from zero on, added up at the end.

use beamline_bench_data::steps::Step;

const BATCH: u64 = 1024;

type BatchStep = Box<dyn Fn(&mut [u64])>;

/// One iterator chain: the compiler sees all steps and the loop at once.
pub fn fused<S: Step>(elements: u64) -> u64 {
    (0..elements)
        .map(S::apply::<1>)
        .map(S::apply::<2>)
        .map(S::apply::<3>)
        .map(S::apply::<4>)
        .map(S::apply::<5>)
        .map(S::apply::<6>)
        .map(S::apply::<7>)
        .map(S::apply::<8>)
        .map(S::apply::<9>)
        .map(S::apply::<10>)
        .map(S::apply::<11>)
        .map(S::apply::<12>)
        .map(S::apply::<13>)
        .map(S::apply::<14>)
        .map(S::apply::<15>)
        .map(S::apply::<16>)
        .map(S::apply::<17>)
        .map(S::apply::<18>)
        .map(S::apply::<19>)
        .map(S::apply::<20>)
        .fold(0, u64::wrapping_add)
}

/// Batches of 1,024 through steps put together at run time: one call through a pointer for each batch and step.
pub fn in_batches<S: Step>(elements: u64) -> u64 {
    let steps = steps::<S>();
    let mut batch = Vec::with_capacity(BATCH as usize);
    let mut sum: u64 = 0;
    for start in (0..elements).step_by(BATCH as usize) {
        batch.clear();
        batch.extend(start..elements.min(start + BATCH));
        for step in &steps {
            step(&mut batch);
        }
        sum = batch.iter().fold(sum, |sum, number| sum.wrapping_add(*number));
    }
    sum
}

fn steps<S: Step>() -> [BatchStep; 20] {
    [
        for_each(S::apply::<1>),
        for_each(S::apply::<2>),
        for_each(S::apply::<3>),
        for_each(S::apply::<4>),
        for_each(S::apply::<5>),
        for_each(S::apply::<6>),
        for_each(S::apply::<7>),
        for_each(S::apply::<8>),
        for_each(S::apply::<9>),
        for_each(S::apply::<10>),
        for_each(S::apply::<11>),
        for_each(S::apply::<12>),
        for_each(S::apply::<13>),
        for_each(S::apply::<14>),
        for_each(S::apply::<15>),
        for_each(S::apply::<16>),
        for_each(S::apply::<17>),
        for_each(S::apply::<18>),
        for_each(S::apply::<19>),
        for_each(S::apply::<20>),
    ]
}

fn for_each(step: impl Fn(u64) -> u64 + 'static) -> BatchStep {
    Box::new(move |batch| batch.iter_mut().for_each(|number| *number = step(*number)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use beamline_bench_data::steps::{Opaque, Plain};

    #[test]
    fn all_chains_agree() {
        let expected = fused::<Plain>(5_000);
        assert_eq!(fused::<Opaque>(5_000), expected);
        assert_eq!(in_batches::<Plain>(5_000), expected);
        assert_eq!(in_batches::<Opaque>(5_000), expected);
    }
}
