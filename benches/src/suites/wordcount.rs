//! Counting the words of a text file into another file.

use std::error::Error;

use clap::Parser;

use super::arguments::Files;
use super::contestant::Contestant;
use super::suite::{Counted, Enter, Family, Outcome, Suite, parse};
use super::workload::{Size, Workload};
use crate::contestants::wordcount::packed::PackedTable;
use crate::contestants::wordcount::table::WordTable;
use crate::contestants::wordcount::{handwritten, naive};

pub(super) const FAMILY: Family = Family {
    name: "wordcount",
    suites: &[Suite {
        name: "wordcount",
        about: "count the words of a text file into another file",
        result: Outcome::Lines,
        size: Size::Text { megabytes: 500 },
        contestants,
        counted: Counted::NONE,
    }],
    parse: parse::<Command>,
};

fn contestants(workload: &Workload) -> Vec<Contestant> {
    let files = workload.reading_and_writing();
    let own = |name, command| Contestant::own(name, "wordcount", command).with(&files);
    let beamline = |name| Contestant::example(name, "wordcount").with(&files);
    vec![
        own("handwritten", "handwritten"),
        own("packed", "packed"),
        own("two-threads", "two-threads"),
        own("packed-two-threads", "packed-two-threads"),
        own("naive", "naive"),
        beamline("beamline").with(&["--parallelism", "2"]),
        beamline("beamline-1").with(&["--parallelism", "1"]),
    ]
}

#[derive(Debug, Parser)]
enum Command {
    /// Words as slices.
    Handwritten(Files),
    /// Words as integers.
    Packed(Files),
    /// Words as slices, on two threads.
    TwoThreads(Files),
    /// Words as integers, on two threads.
    PackedTwoThreads(Files),
    /// Words as owned strings.
    Naive(Files),
}

impl Enter for Command {
    fn enter(self: Box<Self>) -> Result<(), Box<dyn Error + Send + Sync>> {
        match *self {
            Self::Handwritten(files) => handwritten::run::<WordTable>(&files.input, &files.output)?,
            Self::Packed(files) => handwritten::run::<PackedTable>(&files.input, &files.output)?,
            Self::TwoThreads(files) => handwritten::run_on_two_threads::<WordTable>(&files.input, &files.output)?,
            Self::PackedTwoThreads(files) => {
                handwritten::run_on_two_threads::<PackedTable>(&files.input, &files.output)?;
            }
            Self::Naive(files) => naive::run(&files.input, &files.output)?,
        }
        Ok(())
    }
}
