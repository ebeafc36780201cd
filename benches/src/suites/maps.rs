//! Twenty maps over numbers.

use std::error::Error;

use clap::{Args, Parser};

use super::arguments::{WithEngine, print};
use super::contestant::Contestant;
use super::suite::{Counted, Enter, Family, Outcome, Suite, parse};
use super::workload::{Size, Workload};
use crate::contestants::{maps, pipeline};
use beamline_bench_data::steps::{Opaque, Plain};

const HIDDEN: Suite = Suite {
    name: "maps",
    about: "twenty maps over u64 that the compiler cannot look into",
    result: Outcome::Checksum,
    size: Size::stream(50_000_000),
    contestants: |workload| contestants(workload, &[]),
    counted: Counted { names: &["beamline-1"], size: Size::stream(1_000_000) },
};

pub(super) const FAMILY: Family = Family {
    name: "maps",
    suites: &[
        HIDDEN,
        Suite {
            name: "maps-plain",
            about: "twenty maps over u64 that the compiler can fuse and vectorise",
            contestants: |workload| contestants(workload, &["--plain"]),
            ..HIDDEN
        },
    ],
    parse: parse::<Command>,
};

fn contestants(workload: &Workload, more: &[&str]) -> Vec<Contestant> {
    let own = |name, command| Contestant::own(name, "maps", command).with(&workload.elements()).with(more);
    let peer = |name, program| Contestant::peer(name, program, "maps").with(&workload.elements()).with(more).threads(2);
    vec![
        own("fused", "fused"),
        own("in-batches", "in-batches"),
        own("beamline", "beamline"),
        own("beamline-1", "beamline").threads(1),
        peer("renoir", "peer-renoir"),
        peer("timely", "peer-timely"),
    ]
}

#[derive(Args, Clone, Copy, Debug)]
struct Numbers {
    #[arg(long)]
    elements: u64,
    #[arg(long)]
    plain: bool,
}

#[derive(Debug, Parser)]
enum Command {
    /// One iterator chain.
    Fused(Numbers),
    /// Batches through steps known at run time.
    InBatches(Numbers),
    /// A pipeline of maps.
    Beamline(WithEngine<Numbers>),
}

impl Enter for Command {
    fn enter(self: Box<Self>) -> Result<(), Box<dyn Error + Send + Sync>> {
        print(match *self {
            Self::Fused(Numbers { elements, plain: true }) => maps::fused::<Plain>(elements),
            Self::Fused(Numbers { elements, plain: false }) => maps::fused::<Opaque>(elements),
            Self::InBatches(Numbers { elements, plain: true }) => maps::in_batches::<Plain>(elements),
            Self::InBatches(Numbers { elements, plain: false }) => maps::in_batches::<Opaque>(elements),
            Self::Beamline(run) if run.work.plain => pipeline::maps::<Plain>(run.work.elements, run.engine.options())?,
            Self::Beamline(run) => pipeline::maps::<Opaque>(run.work.elements, run.engine.options())?,
        });
        Ok(())
    }
}
