//! The roll-up of visits.

use std::error::Error;

use clap::Parser;

use super::arguments::{Keyed, WithEngine, print};
use super::contestant::Contestant;
use super::suite::{Counted, Enter, Family, Outcome, Suite, parse};
use super::workload::{Size, Workload};
use crate::contestants::pipeline;
use crate::contestants::rollup::{self, Visits};

pub(super) const FAMILY: Family = Family {
    name: "rollup",
    suites: &[Suite {
        name: "rollup",
        about: "count, distinct visitors, 95th percentile and top ten of visits, by three dimensions in windows of ten seconds",
        result: Outcome::Checksum,
        size: Size::Stream { elements: 20_000_000, keys: 1_000_000 },
        contestants,
        counted: Counted {
            names: &["beamline-1", "beamline-live-1"],
            size: Size::Stream { elements: 100_000, keys: 10_000 },
        },
    }],
    parse: parse::<Command>,
};

fn contestants(workload: &Workload) -> Vec<Contestant> {
    let own = |name, command| Contestant::own(name, "rollup", command).with(&workload.keyed());
    let peer = |name, program, command| Contestant::peer(name, program, command).with(&workload.keyed()).threads(2);
    vec![
        own("handwritten", "handwritten"),
        own("beamline", "beamline"),
        own("beamline-1", "beamline").threads(1),
        own("beamline-live", "beamline-live"),
        own("beamline-live-1", "beamline-live").threads(1),
        peer("renoir-live", "peer-renoir", "rollup"),
        peer("renoir-live-apart", "peer-renoir", "rollup-apart"),
        peer("timely-live", "peer-timely", "rollup"),
        peer("timely-live-apart", "peer-timely", "rollup-apart"),
    ]
}

#[derive(Debug, Parser)]
enum Command {
    /// A table of sketches for each window.
    Handwritten(Keyed),
    /// A pipeline that shows all windows at the end.
    Beamline(WithEngine<Keyed>),
    /// A pipeline that shows windows while visits come.
    BeamlineLive(WithEngine<Keyed>),
}

impl Enter for Command {
    fn enter(self: Box<Self>) -> Result<(), Box<dyn Error + Send + Sync>> {
        print(match *self {
            Self::Handwritten(work) => rollup::roll_up(visits(work)),
            Self::Beamline(run) => pipeline::roll_up(visits(run.work), run.engine.options())?,
            Self::BeamlineLive(run) => pipeline::roll_up_while_they_come(visits(run.work), run.engine.options())?,
        });
        Ok(())
    }
}

const fn visits(work: Keyed) -> Visits {
    Visits { visitors: work.keys, count: work.elements }
}
