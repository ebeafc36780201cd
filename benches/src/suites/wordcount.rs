//! Counting the words of a text file into another file.

use std::error::Error;

use clap::Parser;

use super::arguments::{Files, WithEngine};
use super::contestant::Contestant;
use super::suite::{Counted, Enter, Family, Outcome, Suite, parse};
use super::workload::{Size, Workload};
use crate::contestants::pipeline;
use crate::contestants::wordcount::packed::PackedTable;
use crate::contestants::wordcount::table::WordTable;
use crate::contestants::wordcount::{handwritten, naive};
use beamline_bench_data::dataset::Kind;

const ZIPF: Suite = Suite {
    name: "wordcount",
    about: "count the words of a text file into another file",
    result: Outcome::Lines,
    size: Size::words(500),
    contestants,
    counted: Counted { names: &["beamline-1"], size: Size::words(1) },
};

pub(super) const FAMILY: Family = Family {
    name: "wordcount",
    suites: &[
        ZIPF,
        Suite {
            name: "wordcount-hot",
            about: "count the words of a text file that is one word by half",
            size: Size::File { kind: Kind::HotWord, megabytes: 500 },
            counted: Counted { names: &["beamline-1"], size: Size::File { kind: Kind::HotWord, megabytes: 1 } },
            ..ZIPF
        },
        Suite {
            name: "wordcount-grouped",
            about: "count the words of a text file by grouping them, so that none is counted before it has travelled",
            size: Size::words(100),
            contestants: grouped_contestants,
            ..ZIPF
        },
    ],
    parse: parse::<Command>,
};

fn contestants(workload: &Workload) -> Vec<Contestant> {
    let files = workload.reading_and_writing();
    let own = |name, command| Contestant::own(name, "wordcount", command).with(&files);
    let beamline = |name| Contestant::example(name, "wordcount").with(&files);
    let peer = |name, program, command| Contestant::peer(name, program, command).with(&files).threads(2);
    vec![
        own("handwritten", "handwritten"),
        own("packed", "packed"),
        own("two-threads", "two-threads"),
        own("packed-two-threads", "packed-two-threads"),
        own("naive", "naive"),
        beamline("beamline").with(&["--parallelism", "2"]),
        beamline("beamline-1").with(&["--parallelism", "1"]),
        peer("renoir", "peer-renoir", "wordcount"),
        peer("timely", "peer-timely", "wordcount"),
        peer("ironbeam", "peer-ironbeam", "wordcount"),
        peer("ironbeam-apart", "peer-ironbeam", "wordcount-apart"),
    ]
}

fn grouped_contestants(workload: &Workload) -> Vec<Contestant> {
    let files = workload.reading_and_writing();
    let own = |name, command| Contestant::own(name, "wordcount", command).with(&files);
    vec![
        own("handwritten", "handwritten"),
        own("naive", "naive"),
        own("beamline", "beamline-grouped"),
        own("beamline-1", "beamline-grouped").threads(1),
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
    /// A pipeline that groups words.
    BeamlineGrouped(WithEngine<Files>),
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
            Self::BeamlineGrouped(run) => {
                pipeline::group_words(&run.work.input, &run.work.output, run.engine.options())?;
            }
        }
        Ok(())
    }
}
