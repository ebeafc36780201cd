//! Sessions of users.

use std::time::Duration;

use ::beamline::prelude::*;

use super::live::Live;
use super::run::{Options, run};
use crate::contestants::sessions::Clicks;
use beamline_bench_data::clicks::{GAP, LATENESS, digest};

/// Sessions of users while they click: how many clicks, and from when to when.
///
/// # Errors
///
/// Those of the pipeline.
pub fn sessions(clicks: Clicks, options: Options) -> Result<u64, BoxError> {
    let lateness = Duration::from_millis(LATENESS as u64);
    let windowing = Windowing::sessions(Duration::from_millis(GAP as u64))
        .allowed_lateness(lateness)
        .accumulation(Accumulation::Accumulating);
    run(options, |p| {
        let timed = p.read(Live(clicks)).with_timestamps(|click| Timestamp::from_millis(click.millis));
        let sessions =
            timed.map(|click| (click.user, click.millis)).window(windowing).combine_per_key((Count, Min, Max));
        sessions.map(|(user, (clicks, first, last))| digest(user, clicks, first, last))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contestants::sessions as handwritten;

    #[test]
    fn the_pipeline_agrees_with_the_loop() {
        let clicks = Clicks { users: 100, count: 20_000 };
        let options = Options::threads(2);
        assert_eq!(sessions(clicks, options).unwrap(), handwritten::sessions(clicks));
    }
}
