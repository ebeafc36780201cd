//! Records of a text, counted in groups.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use timely::dataflow::channels::pact::{Exchange, Pipeline};
use timely::dataflow::operators::vec::Map;

use beamline_bench_data::groups::{Group, Groups};
use peer_tasks::arguments::Input;
use peer_tasks::records::Records;

use crate::operators::{at_the_end, text};
use crate::run::sum;

/// Counts the records of a text: every worker those of its part of the lines, then each the groups that are its own.
pub(crate) fn run<R: Records>(file: Input) -> Result<u64, String> {
    sum(file.threads.count(), move |scope| {
        let apart = at_the_end(text(scope, &file.input), Pipeline, "Count apart", count::<R>, Groups::into_iter);
        let hashes = FixedState::default();
        let by_group = Exchange::new(move |(group, _): &(Group, R::Tally)| hashes.hash_one(group));
        let add =
            |groups: &mut Groups<_>, (group, tally): (Group, _)| R::add(groups.of(&group.name, group.number), tally);
        let counts = at_the_end(apart, by_group, "Count", add, Groups::into_iter);
        counts.map(|(group, tally)| R::digest(&group, &tally))
    })
}

fn count<R: Records>(groups: &mut Groups<R::Tally>, lines: Vec<u8>) {
    R::count(groups, &lines).expect("the input is made of such records");
}
