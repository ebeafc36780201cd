//! Sums of pairs by key.

use std::error::Error;

use clap::Parser;

use super::arguments::{Keyed, WithEngine, print};
use super::contestant::Contestant;
use super::suite::{Counted, Enter, Family, Outcome, Suite, parse};
use super::workload::{Size, Workload};
use crate::contestants::{pairs, pipeline};

const PAIRS: u64 = 50_000_000;
const SMALL: Size = Size::Stream { elements: 300_000, keys: 10_000 };
const FEW_KEYS: Size = Size::Stream { elements: 300_000, keys: 100 };
const MANY_KEYS: Size = Size::Stream { elements: 300_000, keys: 150_000 };

const UNIFORM: Suite = Suite {
    name: "sums",
    about: "sum (u64, u64) pairs by key, uniform keys",
    result: Outcome::Checksum,
    size: Size::Stream { elements: PAIRS, keys: 1_000_000 },
    contestants: |workload| contestants(workload, &[]),
    counted: Counted { names: &["beamline-1", "beamline-grouped-1"], size: SMALL },
};

const ZIPF: Suite = Suite {
    name: "sums-zipf",
    about: "sum (u64, u64) pairs by key, keys by Zipf's law",
    contestants: |workload| contestants(workload, &["--zipf"]),
    counted: Counted { names: &["beamline-1"], size: SMALL },
    ..UNIFORM
};

/// Fewer contestants, for how time and memory grow.
const SCALING: Suite = Suite {
    name: "scaling-1m",
    about: "sum a million pairs of 20,000 keys",
    size: Size::Stream { elements: 1_000_000, keys: 20_000 },
    contestants: scaling_contestants,
    counted: Counted::NONE,
    ..UNIFORM
};

pub(super) const FAMILY: Family = Family {
    name: "sums",
    suites: &[
        UNIFORM,
        ZIPF,
        Suite {
            name: "sums-1k",
            about: "sum (u64, u64) pairs by key, a thousand uniform keys",
            size: Size::Stream { elements: PAIRS, keys: 1_000 },
            counted: Counted { names: &["beamline-1"], size: FEW_KEYS },
            ..UNIFORM
        },
        Suite {
            name: "sums-1k-zipf",
            about: "sum (u64, u64) pairs by key, a thousand keys by Zipf's law",
            size: Size::Stream { elements: PAIRS, keys: 1_000 },
            counted: Counted::NONE,
            ..ZIPF
        },
        Suite {
            name: "sums-25m",
            about: "sum (u64, u64) pairs by key, 25 million uniform keys",
            size: Size::Stream { elements: PAIRS, keys: 25_000_000 },
            counted: Counted { names: &["beamline-1"], size: MANY_KEYS },
            ..UNIFORM
        },
        Suite {
            name: "sums-25m-zipf",
            about: "sum (u64, u64) pairs by key, 25 million keys by Zipf's law",
            size: Size::Stream { elements: PAIRS, keys: 25_000_000 },
            counted: Counted::NONE,
            ..ZIPF
        },
        SCALING,
        Suite {
            name: "scaling-10m",
            about: "sum ten million pairs of 200,000 keys",
            size: Size::Stream { elements: 10_000_000, keys: 200_000 },
            ..SCALING
        },
        Suite {
            name: "scaling-100m",
            about: "sum a hundred million pairs of two million keys",
            size: Size::Stream { elements: 100_000_000, keys: 2_000_000 },
            ..SCALING
        },
    ],
    parse: parse::<Command>,
};

fn contestants(workload: &Workload, more: &[&str]) -> Vec<Contestant> {
    let own = |name, command| Contestant::own(name, "sums", command).with(&workload.keyed()).with(more);
    let peer =
        |name, program, command| Contestant::peer(name, program, command).with(&workload.keyed()).with(more).threads(2);
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
        peer("renoir", "peer-renoir", "sums"),
        peer("renoir-exchanged", "peer-renoir", "sums-exchanged"),
        peer("timely", "peer-timely", "sums"),
        peer("timely-apart", "peer-timely", "sums-apart"),
        peer("polars", "peer-polars", "sums"),
        peer("datafusion", "peer-datafusion", "sums"),
    ]
}

fn scaling_contestants(workload: &Workload) -> Vec<Contestant> {
    let own = |name, command| Contestant::own(name, "sums", command).with(&workload.keyed());
    let peer = |name, program| Contestant::peer(name, program, "sums").with(&workload.keyed()).threads(2);
    vec![
        own("handwritten", "handwritten"),
        own("two-threads", "two-threads"),
        own("beamline", "beamline"),
        own("beamline-1", "beamline").threads(1),
        own("beamline-grouped", "beamline-grouped"),
        own("beamline-grouped-1", "beamline-grouped").threads(1),
        peer("renoir", "peer-renoir"),
        peer("timely", "peer-timely"),
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
    Beamline(WithEngine<Keyed>),
    /// A pipeline with groups.
    BeamlineGrouped(WithEngine<Keyed>),
}

impl Enter for Command {
    fn enter(self: Box<Self>) -> Result<(), Box<dyn Error + Send + Sync>> {
        print(match *self {
            Self::Handwritten(work) => pairs::sum(work.pairs()),
            Self::TwoThreads(work) => pairs::sum_on_two_threads(work.pairs()),
            Self::Grouped(work) => pairs::group_then_sum(work.pairs()),
            Self::Naive(work) => pairs::sum_naively(work.pairs()),
            Self::Beamline(run) => pipeline::sum(run.work.pairs(), run.engine.options())?,
            Self::BeamlineGrouped(run) => pipeline::group_then_sum(run.work.pairs(), run.engine.options())?,
        });
        Ok(())
    }
}
