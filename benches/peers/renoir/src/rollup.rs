//! The roll-up of visits, while they come.

use std::error::Error;

use renoir::operator::Operator;
use renoir::{Stream, StreamContext};

use beamline_bench_data::rollup::{Measures, digest, digest_of_top, dimensions, measures};
use beamline_bench_data::visits::{DISORDER, Visit, visit};
use peer_tasks::arguments::Keyed;
use peer_tasks::event_time::{Frequency, Merged, Of, Ranking, RollUp, Sketches};

use crate::operators::{in_event_time, watermarks};
use crate::run::{batches, context, sum};

type Checksum = Result<u64, Box<dyn Error + Send + Sync>>;

/// Sketches by window and dimensions: every visit goes to the owner of its dimensions.
pub(crate) fn run(work: Keyed) -> Checksum {
    let context = context(work.threads)?;
    let by_dimensions = visits(&context, work).group_by(dimensions).drop_key();
    let checksums = checksums(in_event_time(by_dimensions, RollUp::new(measures())));
    Ok(sum(context, checksums))
}

/// The same after each thread has made sketches of what it has: these go to the owner of their dimensions.
pub(crate) fn run_apart(work: Keyed) -> Checksum {
    let context = context(work.threads)?;
    let apart = in_event_time(visits(&context, work), Sketches::new(measures()));
    let by_dimensions = apart.group_by(|sketches| sketches.dimensions).drop_key();
    let checksums = checksums(in_event_time(by_dimensions, Merged::new(measures())));
    Ok(sum(context, checksums))
}

/// Every n-th visit for each of n threads, so that all of them come forward in event time together.
fn visits(context: &StreamContext, work: Keyed) -> Stream<impl Operator<Out = Visit> + 'static> {
    let every =
        move |index, peers| (index..work.elements).step_by(peers as usize).map(move |index| visit(work.keys, index));
    context.stream_par_iter(every).batch_mode(batches()).add_timestamps(|visit| visit.millis, watermarks(DISORDER))
}

/// Of all combinations, and of the most frequent of each window, which the owner of the window finds.
fn checksums(
    rolled_up: Stream<impl Operator<Out = Of<Measures>> + 'static>,
) -> Stream<impl Operator<Out = u64> + 'static> {
    let [rows, to_rank] = <[_; 2]>::try_from(rolled_up.split(2)).ok().expect("two are two");
    let by_window = to_rank.map(|row| Frequency::from(&row)).group_by(|frequency| frequency.window).drop_key();
    let ranked = in_event_time(by_window, Ranking::default());
    let of_ranked =
        ranked.map(|(rank, Frequency { visits, dimensions, .. })| digest_of_top(rank, (visits, dimensions)));
    rows.map(|row| digest(row.dimensions, &row.measures)).merge(of_ranked)
}
