//! A chain of maps.

use std::error::Error;

use beamline_bench_data::steps::Step;
use peer_tasks::arguments::Numbers;

use crate::run::{context, sum};

/// Twenty maps.
pub(crate) fn run<S: Step>(work: Numbers) -> Result<u64, Box<dyn Error + Send + Sync>> {
    let context = context(work.threads)?;
    let numbers = context
        .stream_par_iter(0..work.elements)
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
        .map(S::apply::<20>);
    Ok(sum(context, numbers))
}
