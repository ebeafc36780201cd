//! Sums of pairs by key.

use std::error::Error;

use clap::Parser;

use super::arguments::{Keyed, WithThreads, print};
use super::contestant::Contestant;
use super::suite::{Counted, Enter, Family, Outcome, Suite, parse};
use super::workload::{Size, Workload};
use crate::contestants::{pairs, pipeline};

const PAIRS: u64 = 50_000_000;
const SMALL: Size = Size::Stream { elements: 300_000, keys: 10_000 };

const UNIFORM: Suite = Suite {
    name: "sums",
    about: "sum (u64, u64) pairs by key, uniform keys",
    result: Outcome::Checksum,
    size: Size::Stream { elements: PAIRS, keys: 1_000_000 },
    contestants: |workload| contestants(workload, &[]),
    counted: Counted { names: &["beamline-1", "beamline-grouped-1"], size: SMALL },
};

pub(super) const FAMILY: Family = Family {
    name: "sums",
    suites: &[
        UNIFORM,
        Suite {
            name: "sums-zipf",
            about: "sum (u64, u64) pairs by key, keys by Zipf's law",
            contestants: |workload| contestants(workload, &["--zipf"]),
            counted: Counted { names: &["beamline-1"], size: SMALL },
            ..UNIFORM
        },
    ],
    parse: parse::<Command>,
};

fn contestants(workload: &Workload, more: &[&str]) -> Vec<Contestant> {
    let own = |name, command| Contestant::own(name, "sums", command).with(&workload.keyed()).with(more);
    let peer = |name, program| Contestant::peer(name, program, "sums").with(&workload.keyed()).with(more);
    vec![
        own("handwritten", "handwritten"),
        own("two-threads", "two-threads"),
        own("grouped", "grouped"),
        own("naive", "naive"),
        own("beamline", "beamline"),
        own("beamline-1", "beamline").threads(1),
        own("beamline-grouped", "beamline-grouped"),
        own("beamline-grouped-1", "beamline-grouped").threads(1),
        own("beamline-grouped-64M", "beamline-grouped").with(&["--memory", "64"]),
        peer("renoir", "peer-renoir").threads(2),
        peer("timely", "peer-timely").threads(2),
    ]
}

#[derive(Debug, Parser)]
enum Command {
    /// One table of sums.
    Handwritten(Keyed),
    /// Two tables of sums.
    TwoThreads(Keyed),
    /// A table of groups.
    Grouped(Keyed),
    /// The standard library's table.
    Naive(Keyed),
    /// A pipeline with a combiner.
    Beamline(WithThreads<Keyed>),
    /// A pipeline with groups.
    BeamlineGrouped(WithThreads<Keyed>),
}

impl Enter for Command {
    fn enter(self: Box<Self>) -> Result<(), Box<dyn Error + Send + Sync>> {
        print(match *self {
            Self::Handwritten(work) => pairs::sum(work.pairs()),
            Self::TwoThreads(work) => pairs::sum_on_two_threads(work.pairs()),
            Self::Grouped(work) => pairs::group_then_sum(work.pairs()),
            Self::Naive(work) => pairs::sum_naively(work.pairs()),
            Self::Beamline(run) => pipeline::sum(run.work.pairs(), run.threads.options())?,
            Self::BeamlineGrouped(run) => pipeline::group_then_sum(run.work.pairs(), run.threads.options())?,
        });
        Ok(())
    }
}
