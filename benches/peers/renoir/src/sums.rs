//! Sums by key.

use std::error::Error;

use renoir::operator::Operator;
use renoir::{Stream, StreamContext};

use beamline_bench_data::pairs::checksum_of;
use peer_tasks::arguments::Keyed;

use crate::run::{batches, context, sum};

type Checksum = Result<u64, Box<dyn Error + Send + Sync>>;

/// Sums pairs by key: first by each thread for itself, then by the owner of the key.
pub(crate) fn run(work: Keyed) -> Checksum {
    let context = context(work.threads)?;
    let sums = pairs(&context, work).group_by_fold(
        |pair| pair.0,
        0,
        |sum: &mut u64, (_, value)| *sum = sum.wrapping_add(value),
        |sum, other| *sum = sum.wrapping_add(other),
    );
    Ok(sum(context, sums.unkey().map(|pair| checksum_of(std::iter::once(pair)))))
}

/// The same with every pair going to the owner of its key: better where keys are many.
pub(crate) fn run_exchanged(work: Keyed) -> Checksum {
    let context = context(work.threads)?;
    let by_key = pairs(&context, work).group_by(|pair| pair.0);
    let sums = by_key.fold(0, |sum: &mut u64, (_, value)| *sum = sum.wrapping_add(value));
    Ok(sum(context, sums.unkey().map(|pair| checksum_of(std::iter::once(pair)))))
}

fn pairs(context: &StreamContext, work: Keyed) -> Stream<impl Operator<Out = (u64, u64)> + 'static> {
    let keys = work.distribution();
    context.stream_par_iter(0..work.elements).batch_mode(batches()).map(move |index| keys.pair(index))
}
