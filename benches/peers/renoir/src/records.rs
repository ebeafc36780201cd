//! Records of a text, counted in groups.

use std::error::Error;

use beamline_bench_data::groups::Groups;
use peer_tasks::arguments::Input;
use peer_tasks::pieces::Pieces;
use peer_tasks::records::Records;

use crate::run::context;

/// Counts the records of a text: every thread those of its part of the lines in a table of its own, and one takes over all
/// tables.
pub(crate) fn run<R: Records>(file: &Input) -> Result<u64, Box<dyn Error + Send + Sync>> {
    let (context, path) = (context(file.threads)?, file.input.clone());
    let part = move |index, peers| Pieces::open(&path, index, peers).expect("the input can be opened");
    let counts = context.stream_par_iter(part).fold_assoc(
        Groups::default(),
        |groups, lines| {
            R::count(groups, &lines.expect("the input can be read")).expect("the input is made of such records");
        },
        merge::<R>,
    );
    let counts = counts.collect_vec();
    context.execute_blocking();
    let groups = counts.get().into_iter().flatten().flatten();
    Ok(groups.fold(0, |sum: u64, (group, tally)| sum.wrapping_add(R::digest(&group, &tally))))
}

fn merge<R: Records>(groups: &mut Groups<R::Tally>, other: Groups<R::Tally>) {
    other.into_iter().for_each(|(group, tally)| R::add(groups.of(&group.name, group.number), tally));
}
