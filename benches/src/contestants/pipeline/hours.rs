//! The last hour at every second.

use std::time::Duration;

use ::beamline::prelude::*;

use super::live::Live;
use super::run::{Options, run};
use crate::contestants::hours::Readings;
use beamline_bench_data::readings::{PERIOD, PERIODS, Reading, digest, reading};

/// The sum and the maximum of each meter in the hour before each second, of a collection with an end.
///
/// # Errors
///
/// Those of the pipeline.
pub fn last_hour(readings: Readings, options: Options) -> Result<u64, BoxError> {
    run(options, |p| build(&p.sequence(0..readings.count).map(move |index| reading(readings.meters, index))))
}

/// The same while they come.
///
/// # Errors
///
/// Those of the pipeline.
pub fn last_hour_while_they_come(readings: Readings, options: Options) -> Result<u64, BoxError> {
    run(options, |p| build(&p.read(Live(readings))))
}

fn build(readings: &PCollection<Reading>) -> PCollection<u64> {
    let period = Duration::from_millis(PERIOD as u64);
    readings
        .with_timestamps(|reading| Timestamp::from_millis(reading.millis))
        .map(|reading| (reading.meter, reading.value))
        .window(Windowing::sliding(period * PERIODS as u32, period))
        .combine_per_key((Sum, Max))
        .map(|(meter, (sum, max))| digest(meter, sum, max))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contestants::hours;

    #[test]
    fn pipelines_agree_with_the_loop() {
        let readings = Readings { meters: 5, count: 20_000 };
        let options = Options::threads(2);
        let expected = hours::last_hour(readings);
        assert_eq!(last_hour(readings, options).unwrap(), expected);
        assert_eq!(last_hour_while_they_come(readings, options).unwrap(), expected);
    }
}
