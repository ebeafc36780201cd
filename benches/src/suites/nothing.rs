//! A pipeline without elements: the time of a process.

use std::error::Error;

use clap::Parser;

use super::arguments::{Engine, print};
use super::contestant::Contestant;
use super::suite::{Counted, Enter, Family, Outcome, Suite, parse};
use super::workload::Size;
use crate::contestants::pipeline;

pub(super) const FAMILY: Family = Family {
    name: "nothing",
    suites: &[Suite {
        name: "nothing",
        about: "start and end a pipeline without elements",
        result: Outcome::Checksum,
        size: Size::stream(0),
        contestants: |_| contestants(),
        counted: Counted { names: &["beamline-1"], size: Size::stream(0) },
    }],
    parse: parse::<Command>,
};

fn contestants() -> Vec<Contestant> {
    let own = |name| Contestant::own(name, "nothing", "beamline");
    vec![own("beamline"), own("beamline-1").threads(1)]
}

#[derive(Debug, Parser)]
enum Command {
    /// A pipeline without elements.
    Beamline(Engine),
}

impl Enter for Command {
    fn enter(self: Box<Self>) -> Result<(), Box<dyn Error + Send + Sync>> {
        let Self::Beamline(engine) = *self;
        print(pipeline::nothing(engine.options())?);
        Ok(())
    }
}
