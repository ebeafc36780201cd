//! The last hour at every second.

use std::error::Error;

use beamline_bench_data::hours::Hours;
use beamline_bench_data::readings::{DISORDER, START, reading};
use peer_tasks::arguments::Keyed;

use crate::operators::{in_event_time, watermarks};
use crate::run::{batches, context, sum};

/// Every reading goes to the owner of its meter, which keeps the last hour.
pub(crate) fn run(work: Keyed) -> Result<u64, Box<dyn Error + Send + Sync>> {
    let context = context(work.threads)?;
    let every =
        move |index, peers| (index..work.elements).step_by(peers as usize).map(move |index| reading(work.keys, index));
    let readings = context
        .stream_par_iter(every)
        .batch_mode(batches())
        .add_timestamps(|reading| reading.millis, watermarks(DISORDER));
    let by_meter = readings.group_by(|reading| reading.meter).drop_key();
    Ok(sum(context, in_event_time(by_meter, Hours::new(START - DISORDER))))
}
