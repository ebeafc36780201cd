//! Joins.

use std::error::Error;

use clap::Parser;

use super::arguments::{Keyed, WithEngine, print};
use super::contestant::Contestant;
use super::suite::{Counted, Enter, Family, Outcome, Suite, parse};
use super::workload::{Size, Workload};
use crate::contestants::joins::{self, Offers};
use crate::contestants::pipeline;
use beamline_bench_data::facts::Facts;

const TEN_MILLION: Size = Size::Stream { elements: 10_000_000, keys: 1_000_000 };
const SMALL: Size = Size::Stream { elements: 100_000, keys: 10_000 };

pub(super) const FAMILY: Family = Family {
    name: "joins",
    suites: &[
        Suite {
            name: "interval-join",
            about: "join two streams out of order by key, within ten minutes (so many elements of each)",
            result: Outcome::Checksum,
            size: TEN_MILLION,
            contestants: interval_contestants,
            counted: Counted { names: &["beamline-1", "beamline-live-1"], size: SMALL },
        },
        Suite {
            name: "co-group",
            about: "group pairs by key together with one row for each key",
            result: Outcome::Checksum,
            size: TEN_MILLION,
            contestants: co_group_contestants,
            counted: Counted { names: &["beamline-1"], size: SMALL },
        },
    ],
    parse: parse::<Command>,
};

fn interval_contestants(workload: &Workload) -> Vec<Contestant> {
    let own = |name, command| Contestant::own(name, "joins", command).with(&workload.keyed());
    let peer = |name, program, command| Contestant::peer(name, program, command).with(&workload.keyed()).threads(2);
    vec![
        own("handwritten", "interval-handwritten"),
        own("beamline", "interval-beamline"),
        own("beamline-1", "interval-beamline").threads(1),
        own("beamline-live", "interval-beamline-live"),
        own("beamline-live-1", "interval-beamline-live").threads(1),
        peer("renoir-live", "peer-renoir", "interval-join"),
        peer("renoir-library", "peer-renoir", "interval-join-library"),
        peer("timely-live", "peer-timely", "interval-join"),
    ]
}

fn co_group_contestants(workload: &Workload) -> Vec<Contestant> {
    let own = |name, command| Contestant::own(name, "joins", command).with(&workload.keyed());
    let peer = |name, program, command| Contestant::peer(name, program, command).with(&workload.keyed()).threads(2);
    vec![
        own("handwritten", "probe"),
        own("grouped", "grouped"),
        own("beamline", "co-group-beamline"),
        own("beamline-1", "co-group-beamline").threads(1),
        peer("renoir", "peer-renoir", "co-group"),
        peer("timely", "peer-timely", "co-group"),
    ]
}

#[derive(Debug, Parser)]
enum Command {
    /// A table of users with what partners may still come for.
    IntervalHandwritten(Keyed),
    /// A pipeline of two collections with an end.
    IntervalBeamline(WithEngine<Keyed>),
    /// A pipeline of two streams.
    IntervalBeamlineLive(WithEngine<Keyed>),
    /// A table of rows, probed.
    Probe(Keyed),
    /// A table of groups.
    Grouped(Keyed),
    /// A pipeline with groups.
    CoGroupBeamline(WithEngine<Keyed>),
}

impl Enter for Command {
    fn enter(self: Box<Self>) -> Result<(), Box<dyn Error + Send + Sync>> {
        print(match *self {
            Self::IntervalHandwritten(work) => joins::within_ten_minutes(offers(work)),
            Self::IntervalBeamline(run) => pipeline::within_ten_minutes(offers(run.work), run.engine.options())?,
            Self::IntervalBeamlineLive(run) => {
                pipeline::within_ten_minutes_while_they_come(offers(run.work), run.engine.options())?
            }
            Self::Probe(work) => joins::probe(facts(work)),
            Self::Grouped(work) => joins::co_group(facts(work)),
            Self::CoGroupBeamline(run) => pipeline::co_group(facts(run.work), run.engine.options())?,
        });
        Ok(())
    }
}

const fn offers(work: Keyed) -> Offers {
    Offers { users: work.keys, count: work.elements }
}

const fn facts(work: Keyed) -> Facts {
    Facts { keys: work.keys, pairs: work.elements }
}
