//! The roll-up of visits, while they come.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use timely::dataflow::channels::pact::{Exchange, Pipeline};
use timely::dataflow::operators::Concat;
use timely::dataflow::operators::vec::Map;
use timely::dataflow::{Scope, StreamVec};

use beamline_bench_data::rng::mix;
use beamline_bench_data::rollup::{Measures, digest, digest_of_top, dimensions, measures};
use beamline_bench_data::visits::{DISORDER, Visit, latest, visit};
use peer_tasks::arguments::Keyed;
use peer_tasks::event_time::{Frequency, Merged, Of, Ranking, RollUp, Sketches};

use crate::operators::{in_event_time, live};
use crate::run::{Time, sum};

/// Sketches by window and dimensions: every visit goes to the owner of its dimensions.
pub(crate) fn run(work: Keyed) -> Result<u64, String> {
    sum(work.threads.count(), move |scope| {
        let hashes = FixedState::default();
        let by_dimensions = Exchange::new(move |visit: &Visit| hashes.hash_one(dimensions(visit)));
        checksums(in_event_time(visits(scope, work), by_dimensions, "Roll up", RollUp::new(measures())))
    })
}

/// The same after each worker has made sketches of what it has: these go to the owner of their dimensions.
pub(crate) fn run_apart(work: Keyed) -> Result<u64, String> {
    sum(work.threads.count(), move |scope| {
        let apart = in_event_time(visits(scope, work), Pipeline, "Roll up apart", Sketches::new(measures()));
        let hashes = FixedState::default();
        let by_dimensions = Exchange::new(move |sketches: &Of<_>| hashes.hash_one(sketches.dimensions));
        checksums(in_event_time(apart, by_dimensions, "Merge", Merged::new(measures())))
    })
}

fn visits(scope: Scope<'_, Time>, work: Keyed) -> StreamVec<'_, Time, Visit> {
    live(scope, work.elements, move |index| visit(work.keys, index), |index| latest(index) - DISORDER)
}

/// Of all combinations, and of the most frequent of each window, which the owner of the window finds.
fn checksums(rolled_up: StreamVec<'_, Time, Of<Measures>>) -> StreamVec<'_, Time, u64> {
    let frequencies = rolled_up.clone().map(|row| Frequency::from(&row));
    let by_window = Exchange::new(|frequency: &Frequency| mix(frequency.window as u64));
    let ranked = in_event_time(frequencies, by_window, "Rank", Ranking::default());
    let of_ranked =
        ranked.map(|(rank, Frequency { visits, dimensions, .. })| digest_of_top(rank, (visits, dimensions)));
    rolled_up.map(|row| digest(row.dimensions, &row.measures)).concat(of_ranked)
}
