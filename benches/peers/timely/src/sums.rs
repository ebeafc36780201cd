//! Sums by key.

use timely::dataflow::channels::pact::{Exchange, Pipeline};
use timely::dataflow::operators::vec::Map;
use timely::dataflow::{Scope, StreamVec};

use beamline_bench_data::pairs::checksum_of;
use beamline_bench_data::rng::mix;
use peer_tasks::arguments::Keyed;

use crate::operators::{Table, at_the_end, part};
use crate::run::{Time, sum};

/// Sums pairs by key: every pair goes to the owner of its key.
pub(crate) fn run(work: Keyed) -> Result<u64, String> {
    sum(work.threads.count(), move |scope| checksums(pairs(scope, work)))
}

/// The same after each worker has summed what it has: better where keys are few.
pub(crate) fn run_apart(work: Keyed) -> Result<u64, String> {
    sum(work.threads.count(), move |scope| {
        checksums(at_the_end(pairs(scope, work), Pipeline, "Sum apart", add, Table::into_iter))
    })
}

/// The worker's part of the pairs.
fn pairs(scope: Scope<'_, Time>, work: Keyed) -> StreamVec<'_, Time, (u64, u64)> {
    let keys = work.distribution();
    part(scope, work.elements, move |index| keys.pair(index))
}

fn checksums(pairs: StreamVec<'_, Time, (u64, u64)>) -> StreamVec<'_, Time, u64> {
    let by_key = Exchange::new(|(key, _): &(u64, u64)| mix(*key));
    let sums = at_the_end(pairs, by_key, "Sum", add, Table::into_iter);
    sums.map(|pair| checksum_of(std::iter::once(pair)))
}

fn add(sums: &mut Table, (key, value): (u64, u64)) {
    let sum = sums.entry(key).or_insert(0);
    *sum = sum.wrapping_add(value);
}
