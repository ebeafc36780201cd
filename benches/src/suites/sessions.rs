//! Sessions of users.

use std::error::Error;

use clap::Parser;

use super::arguments::{Keyed, WithEngine, print};
use super::contestant::Contestant;
use super::suite::{Counted, Enter, Family, Outcome, Suite, parse};
use super::workload::{Size, Workload};
use crate::contestants::pipeline;
use crate::contestants::sessions::{self, Clicks};

pub(super) const FAMILY: Family = Family {
    name: "sessions",
    suites: &[Suite {
        name: "sessions",
        about: "clicks and durations of the sessions of users who click out of order",
        result: Outcome::Checksum,
        size: Size::Stream { elements: 20_000_000, keys: 1_000_000 },
        contestants,
        counted: Counted { names: &["beamline-live-1"], size: Size::Stream { elements: 100_000, keys: 5_000 } },
    }],
    parse: parse::<Command>,
};

fn contestants(workload: &Workload) -> Vec<Contestant> {
    let own = |name, command| Contestant::own(name, "sessions", command).with(&workload.keyed());
    let peer = |name, program| Contestant::peer(name, program, "sessions").with(&workload.keyed()).threads(2);
    vec![
        own("handwritten", "handwritten"),
        own("beamline-live", "beamline-live"),
        own("beamline-live-1", "beamline-live").threads(1),
        peer("renoir-live", "peer-renoir"),
        peer("timely-live", "peer-timely"),
    ]
}

#[derive(Debug, Parser)]
enum Command {
    /// The sessions of each user in a table.
    Handwritten(Keyed),
    /// A pipeline of sessions while clicks come.
    BeamlineLive(WithEngine<Keyed>),
}

impl Enter for Command {
    fn enter(self: Box<Self>) -> Result<(), Box<dyn Error + Send + Sync>> {
        print(match *self {
            Self::Handwritten(work) => sessions::sessions(clicks(work)),
            Self::BeamlineLive(run) => pipeline::sessions(clicks(run.work), run.engine.options())?,
        });
        Ok(())
    }
}

const fn clicks(work: Keyed) -> Clicks {
    Clicks { users: work.keys, count: work.elements }
}
