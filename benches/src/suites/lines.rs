//! Reading the lines of a text file as strings.

use std::error::Error;

use clap::Parser;

use super::arguments::{Input, WithEngine, print};
use super::contestant::Contestant;
use super::suite::{Counted, Enter, Family, Outcome, Suite, parse};
use super::workload::{Size, Workload};
use crate::contestants::lines;
use crate::contestants::pipeline;

pub(super) const FAMILY: Family = Family {
    name: "lines",
    suites: &[Suite {
        name: "lines",
        about: "read the lines of a text file as strings",
        result: Outcome::Checksum,
        size: Size::words(500),
        contestants,
        counted: Counted { names: &["beamline-1"], size: Size::words(1) },
    }],
    parse: parse::<Command>,
};

fn contestants(workload: &Workload) -> Vec<Contestant> {
    let own = |name, command| Contestant::own(name, "lines", command).with(&workload.reading());
    vec![own("handwritten", "handwritten"), own("beamline", "beamline"), own("beamline-1", "beamline").threads(1)]
}

#[derive(Debug, Parser)]
enum Command {
    /// Lines as strings.
    Handwritten(Input),
    /// A pipeline of lines.
    Beamline(WithEngine<Input>),
}

impl Enter for Command {
    fn enter(self: Box<Self>) -> Result<(), Box<dyn Error + Send + Sync>> {
        print(match *self {
            Self::Handwritten(file) => lines::measure(&file.input)?,
            Self::Beamline(run) => pipeline::lines(&run.work.input, run.engine.options())?,
        });
        Ok(())
    }
}
