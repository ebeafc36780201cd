//! Timers of users.

use std::error::Error;

use clap::Parser;

use super::arguments::{Keyed, WithEngine, print};
use super::contestant::Contestant;
use super::suite::{Counted, Enter, Family, Outcome, Suite, parse};
use super::workload::{Size, Workload};
use crate::contestants::pipeline;
use crate::contestants::timers::{self, Reminders};

pub(super) const FAMILY: Family = Family {
    name: "timers",
    suites: &[Suite {
        name: "timers",
        about: "timers that are all pending at once, and then come in the order of their time",
        result: Outcome::Checksum,
        size: Size::Stream { elements: 10_000_000, keys: 1_000_000 },
        contestants,
        counted: Counted { names: &["beamline-live-1"], size: Size::Stream { elements: 100_000, keys: 10_000 } },
    }],
    parse: parse::<Command>,
};

fn contestants(workload: &Workload) -> Vec<Contestant> {
    let own = |name, command| Contestant::own(name, "timers", command).with(&workload.keyed());
    let peer = |name, program| Contestant::peer(name, program, "timers").with(&workload.keyed()).threads(2);
    vec![
        own("tree", "tree"),
        own("heap", "heap"),
        own("beamline-live", "beamline-live"),
        own("beamline-live-1", "beamline-live").threads(1),
        peer("renoir", "peer-renoir"),
        peer("timely-live", "peer-timely"),
    ]
}

#[derive(Debug, Parser)]
enum Command {
    /// Timers in a tree, and in a table.
    Tree(Keyed),
    /// Timers in a heap, which cannot be taken back.
    Heap(Keyed),
    /// A pipeline with a timer for each element.
    BeamlineLive(WithEngine<Keyed>),
}

impl Enter for Command {
    fn enter(self: Box<Self>) -> Result<(), Box<dyn Error + Send + Sync>> {
        print(match *self {
            Self::Tree(work) => timers::in_a_tree(reminders(work)),
            Self::Heap(work) => timers::in_a_heap(reminders(work)),
            Self::BeamlineLive(run) => pipeline::timers(reminders(run.work), run.engine.options())?,
        });
        Ok(())
    }
}

const fn reminders(work: Keyed) -> Reminders {
    Reminders { users: work.keys, count: work.elements }
}
