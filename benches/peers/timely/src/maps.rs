//! A chain of maps.

use timely::dataflow::StreamVec;
use timely::dataflow::operators::vec::Map;

use beamline_bench_data::steps::Step;
use peer_tasks::arguments::Numbers;

use crate::operators::part;
use crate::run::{Time, sum};

/// Twenty maps, each an operator of its own, in the containers that they get.
pub(crate) fn run<S: Step>(work: Numbers) -> Result<u64, String> {
    sum(work.threads.count(), move |scope| {
        let numbers = part(scope, work.elements, |number| number);
        second_ten::<S>(first_ten::<S>(numbers))
    })
}

fn first_ten<S: Step>(numbers: StreamVec<'_, Time, u64>) -> StreamVec<'_, Time, u64> {
    numbers
        .map_in_place(|number| *number = S::apply::<1>(*number))
        .map_in_place(|number| *number = S::apply::<2>(*number))
        .map_in_place(|number| *number = S::apply::<3>(*number))
        .map_in_place(|number| *number = S::apply::<4>(*number))
        .map_in_place(|number| *number = S::apply::<5>(*number))
        .map_in_place(|number| *number = S::apply::<6>(*number))
        .map_in_place(|number| *number = S::apply::<7>(*number))
        .map_in_place(|number| *number = S::apply::<8>(*number))
        .map_in_place(|number| *number = S::apply::<9>(*number))
        .map_in_place(|number| *number = S::apply::<10>(*number))
}

fn second_ten<S: Step>(numbers: StreamVec<'_, Time, u64>) -> StreamVec<'_, Time, u64> {
    numbers
        .map_in_place(|number| *number = S::apply::<11>(*number))
        .map_in_place(|number| *number = S::apply::<12>(*number))
        .map_in_place(|number| *number = S::apply::<13>(*number))
        .map_in_place(|number| *number = S::apply::<14>(*number))
        .map_in_place(|number| *number = S::apply::<15>(*number))
        .map_in_place(|number| *number = S::apply::<16>(*number))
        .map_in_place(|number| *number = S::apply::<17>(*number))
        .map_in_place(|number| *number = S::apply::<18>(*number))
        .map_in_place(|number| *number = S::apply::<19>(*number))
        .map_in_place(|number| *number = S::apply::<20>(*number))
}
