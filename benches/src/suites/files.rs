//! Files of records: JSON and CSV.

use std::error::Error;

use clap::Parser;

use super::arguments::{Input, WithEngine, print};
use super::contestant::Contestant;
use super::suite::{Counted, Enter, Family, Outcome, Suite, parse};
use super::workload::{Size, Workload};
use crate::contestants::{access_log, collisions, pipeline};
use beamline_bench_data::dataset::Kind;

pub(super) const FAMILY: Family = Family {
    name: "files",
    suites: &[
        Suite {
            name: "json",
            about: "count the slow requests of each page and minute in a log of JSON lines",
            result: Outcome::Checksum,
            size: Size::File { kind: Kind::AccessLog, megabytes: 800 },
            contestants: |workload| contestants(workload, "json"),
            counted: Counted { names: &["beamline-1"], size: Size::File { kind: Kind::AccessLog, megabytes: 2 } },
        },
        Suite {
            name: "csv",
            about: "sum up a table of 19 typed columns by borough and month",
            result: Outcome::Checksum,
            size: Size::File { kind: Kind::Collisions, megabytes: 243 },
            contestants: |workload| contestants(workload, "csv"),
            counted: Counted { names: &["beamline-1"], size: Size::File { kind: Kind::Collisions, megabytes: 2 } },
        },
    ],
    parse: parse::<Command>,
};

fn contestants(workload: &Workload, format: &str) -> Vec<Contestant> {
    let own =
        |name, command: &str| Contestant::own(name, "files", &format!("{format}{command}")).with(&workload.reading());
    let peer = |name, program| Contestant::peer(name, program, format).with(&workload.reading()).threads(2);
    vec![
        own("handwritten", "-handwritten"),
        own("beamline", "-beamline"),
        own("beamline-1", "-beamline").threads(1),
        peer("renoir", "peer-renoir"),
        peer("timely", "peer-timely"),
    ]
}

#[derive(Debug, Parser)]
enum Command {
    /// Lines into a buffer that is used again, and structs that borrow from it.
    JsonHandwritten(Input),
    /// A pipeline of lines.
    JsonBeamline(WithEngine<Input>),
    /// One record that is used again, and structs that borrow from it.
    CsvHandwritten(Input),
    /// A pipeline of lines.
    CsvBeamline(WithEngine<Input>),
}

impl Enter for Command {
    fn enter(self: Box<Self>) -> Result<(), Box<dyn Error + Send + Sync>> {
        print(match *self {
            Self::JsonHandwritten(file) => access_log::count_slow(&file.input)?,
            Self::JsonBeamline(run) => pipeline::count_slow_requests(&run.work.input, run.engine.options())?,
            Self::CsvHandwritten(file) => collisions::tally(&file.input)?,
            Self::CsvBeamline(run) => pipeline::tally(&run.work.input, run.engine.options())?,
        });
        Ok(())
    }
}
