//! The roll-up of visits.

use std::time::Duration;

use ::beamline::prelude::*;

use super::live::Live;
use super::run::{Options, run};
use crate::contestants::rollup::Visits;
use beamline_bench_data::rollup::{TOP, WINDOW, digest, digest_of_top, dimensions, measures};
use beamline_bench_data::visits::{Visit, visit};

/// Rolls up visits of a collection with an end.
///
/// # Errors
///
/// Those of the pipeline.
pub fn roll_up(visits: Visits, options: Options) -> Result<u64, BoxError> {
    run(options, |p| build(&p.sequence(0..visits.count).map(move |index| visit(visits.visitors, index))))
}

/// Rolls up visits while they come.
///
/// # Errors
///
/// Those of the pipeline.
pub fn roll_up_while_they_come(visits: Visits, options: Options) -> Result<u64, BoxError> {
    run(options, |p| build(&p.read(Live(visits))))
}

fn build(visits: &PCollection<Visit>) -> PCollection<u64> {
    let rolled_up = visits
        .with_timestamps(|visit| Timestamp::from_millis(visit.millis))
        .key_by(dimensions)
        .window(Windowing::fixed(Duration::from_millis(WINDOW as u64)))
        .combine_per_key(measures());
    let top = rolled_up.map(|(dimensions, measures)| (measures.0, dimensions)).combine(Top::largest(TOP));
    let top = top.flat_map(|top| top.into_iter().enumerate().map(|(rank, entry)| digest_of_top(rank, entry)));
    rolled_up.map(|(dimensions, measures)| digest(dimensions, &measures)).flatten_with(&top)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contestants::rollup;

    #[test]
    fn pipelines_agree_with_the_loop() {
        let visits = Visits { visitors: 500, count: 20_000 };
        let options = Options::threads(2);
        let expected = rollup::roll_up(visits);
        assert_eq!(roll_up(visits, options).unwrap(), expected);
        assert_eq!(roll_up_while_they_come(visits, options).unwrap(), expected);
    }
}
