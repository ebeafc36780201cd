//! Many jobs, and many operators.

use std::error::Error;

use beamline_bench_data::overheads::{ELEMENTS, STEPS, digest, pair, step};
use peer_tasks::arguments::Numbers;

use crate::run::{batches, context, sum};

type Checksum = Result<u64, Box<dyn Error + Send + Sync>>;

/// Small sums by key, each a job of its own.
pub(crate) fn many(work: Numbers) -> Checksum {
    (0..work.elements).try_fold(0_u64, |total, n| {
        let context = context(work.threads)?;
        let pairs = context.stream_par_iter(0..ELEMENTS).batch_mode(batches()).map(move |index| pair(n, index));
        let sums = pairs.group_by_fold(
            |pair| pair.0,
            0,
            |sum: &mut u64, (_, value)| *sum += value,
            |sum, other| *sum += other,
        );
        Ok(total.wrapping_add(sum(context, sums.unkey().map(|(key, sum)| digest(key, sum)))))
    })
}

/// A chain of maps, whose types are hidden so that there can be so many of them.
pub(crate) fn long_chain(work: Numbers) -> Checksum {
    let context = context(work.threads)?;
    let numbers = context.stream_par_iter(0..work.elements).into_boxed();
    let numbers = (0..STEPS).fold(numbers, |numbers, n| numbers.map(move |number| step(n, number)).into_boxed());
    Ok(sum(context, numbers))
}
