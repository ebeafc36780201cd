//! The last hour at every second.

use std::error::Error;

use clap::Parser;

use super::arguments::{Keyed, WithEngine, print};
use super::contestant::Contestant;
use super::suite::{Counted, Enter, Family, Outcome, Suite, parse};
use super::workload::{Size, Workload};
use crate::contestants::hours::{self, Readings};
use crate::contestants::pipeline;

pub(super) const FAMILY: Family = Family {
    name: "hours",
    suites: &[Suite {
        name: "hours",
        about: "sum and maximum of meters in windows of an hour at every second",
        result: Outcome::Checksum,
        size: Size::Stream { elements: 20_000_000, keys: 1_000 },
        contestants,
        counted: Counted { names: &["beamline-live-1"], size: Size::Stream { elements: 100_000, keys: 10 } },
    }],
    parse: parse::<Command>,
};

fn contestants(workload: &Workload) -> Vec<Contestant> {
    let own = |name, command| Contestant::own(name, "hours", command).with(&workload.keyed());
    let peer = |name, program| Contestant::peer(name, program, "hours").with(&workload.keyed()).threads(2);
    vec![
        own("handwritten", "handwritten"),
        own("beamline", "beamline"),
        own("beamline-1", "beamline").threads(1),
        own("beamline-live", "beamline-live"),
        own("beamline-live-1", "beamline-live").threads(1),
        peer("renoir-live", "peer-renoir"),
        peer("timely-live", "peer-timely"),
    ]
}

#[derive(Debug, Parser)]
enum Command {
    /// Running sums, and maxima in a queue.
    Handwritten(Keyed),
    /// A pipeline that shows all windows at the end.
    Beamline(WithEngine<Keyed>),
    /// A pipeline that shows windows while readings come.
    BeamlineLive(WithEngine<Keyed>),
}

impl Enter for Command {
    fn enter(self: Box<Self>) -> Result<(), Box<dyn Error + Send + Sync>> {
        print(match *self {
            Self::Handwritten(work) => hours::last_hour(readings(work)),
            Self::Beamline(run) => pipeline::last_hour(readings(run.work), run.engine.options())?,
            Self::BeamlineLive(run) => pipeline::last_hour_while_they_come(readings(run.work), run.engine.options())?,
        });
        Ok(())
    }
}

const fn readings(work: Keyed) -> Readings {
    Readings { meters: work.keys, count: work.elements }
}
