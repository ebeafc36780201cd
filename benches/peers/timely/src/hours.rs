//! The last hour at every second.

use timely::dataflow::channels::pact::Exchange;

use beamline_bench_data::hours::Hours;
use beamline_bench_data::readings::{DISORDER, Reading, START, latest, reading};
use beamline_bench_data::rng::mix;
use peer_tasks::arguments::Keyed;

use crate::operators::{in_event_time, live};
use crate::run::sum;

/// Every reading goes to the owner of its meter, which keeps the last hour.
pub(crate) fn run(work: Keyed) -> Result<u64, String> {
    sum(work.threads.count(), move |scope| {
        let least = |index| latest(index) - DISORDER;
        let readings = live(scope, work.elements, move |index| reading(work.keys, index), least);
        let by_meter = Exchange::new(|reading: &Reading| mix(reading.meter));
        in_event_time(readings, by_meter, "Hours", Hours::new(START - DISORDER))
    })
}
