//! Many dataflows, and many operators.

use timely::dataflow::channels::pact::Exchange;
use timely::dataflow::operators::vec::Map;

use beamline_bench_data::overheads::{ELEMENTS, STEPS, digest, pair, step};
use beamline_bench_data::rng::mix;
use peer_tasks::arguments::Numbers;

use crate::operators::{Table, at_the_end, part};
use crate::run::{sum, sum_of_all};

/// Small sums by key, one dataflow after the other on the same workers.
pub(crate) fn many(work: Numbers) -> Result<u64, String> {
    sum_of_all(work.threads.count(), work.elements, |n, scope| {
        let pairs = part(scope, ELEMENTS, move |index| pair(n, index));
        let by_key = Exchange::new(|(key, _): &(u64, u64)| mix(*key));
        let add = |sums: &mut Table, (key, value): (u64, u64)| *sums.entry(key).or_insert(0) += value;
        at_the_end(pairs, by_key, "Sum", add, Table::into_iter).map(|(key, sum)| digest(key, sum))
    })
}

/// A chain of maps, each an operator of its own, in the containers that they get.
pub(crate) fn long_chain(work: Numbers) -> Result<u64, String> {
    sum(work.threads.count(), move |scope| {
        let numbers = part(scope, work.elements, |number| number);
        (0..STEPS).fold(numbers, |numbers, n| numbers.map_in_place(move |number| *number = step(n, *number)))
    })
}
