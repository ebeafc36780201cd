//! Twenty maps.

use ::beamline::prelude::*;

use super::run::{Options, run};
use beamline_bench_data::steps::Step;

/// Twenty maps, then a sum.
///
/// # Errors
///
/// Those of the pipeline.
pub fn maps<S: Step>(elements: u64, options: Options) -> Result<u64, BoxError> {
    run(options, |p| {
        p.sequence(0..elements)
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
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contestants::maps;
    use beamline_bench_data::steps::Plain;

    #[test]
    fn the_pipeline_agrees_with_the_loop() {
        let options = Options::threads(2);
        assert_eq!(super::maps::<Plain>(5_000, options).unwrap(), maps::fused::<Plain>(5_000));
    }
}
