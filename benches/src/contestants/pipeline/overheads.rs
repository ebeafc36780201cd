//! Many pipelines, and many steps.

use ::beamline::prelude::*;

use super::run::{Options, run};
use beamline_bench_data::overheads::{ELEMENTS, STEPS, digest, pair, step};

/// Small pipelines, one after the other: sums by key.
///
/// # Errors
///
/// Those of a pipeline.
pub fn many(count: u64, options: Options) -> Result<u64, BoxError> {
    (0..count).try_fold(0, |sum: u64, n| Ok(sum.wrapping_add(small(n, options)?)))
}

fn small(n: u64, options: Options) -> Result<u64, BoxError> {
    run(options, |p| {
        let pairs = p.sequence(0..ELEMENTS).map(move |index| pair(n, index));
        pairs.combine_per_key(Sum).map(|(key, sum)| digest(key, sum))
    })
}

/// One pipeline of two thousand steps.
///
/// # Errors
///
/// Those of the pipeline.
pub fn long_chain(elements: u64, options: Options) -> Result<u64, BoxError> {
    run(options, |p| {
        let numbers = p.sequence(0..elements);
        (0..STEPS).fold(numbers, |numbers, n| numbers.map(move |number| step(n, number)).named(&format!("Step{n}")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contestants::overheads;

    #[test]
    fn pipelines_agree_with_loops() {
        let options = Options::threads(2);
        assert_eq!(many(3, options).unwrap(), overheads::tasks(3));
        assert_eq!(long_chain(2_000, options).unwrap(), overheads::long_chain(2_000));
    }
}
