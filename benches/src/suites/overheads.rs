//! Many pipelines, and many steps.

use std::error::Error;

use clap::{Args, Parser};

use super::arguments::{WithEngine, print};
use super::contestant::Contestant;
use super::suite::{Counted, Enter, Family, Outcome, Suite, parse};
use super::workload::{Size, Workload};
use crate::contestants::{overheads, pipeline};

pub(super) const FAMILY: Family = Family {
    name: "overheads",
    suites: &[
        Suite {
            name: "pipelines",
            about: "build, plan and run small pipelines one after the other in one process",
            result: Outcome::Checksum,
            size: Size::stream(1_000),
            contestants: pipelines_contestants,
            counted: Counted { names: &["beamline-1"], size: Size::stream(50) },
        },
        Suite {
            name: "steps",
            about: "build, plan and run a pipeline of 2,000 steps (so many elements)",
            result: Outcome::Checksum,
            size: Size::stream(1_000),
            contestants: steps_contestants,
            counted: Counted { names: &["beamline-1"], size: Size::stream(1_000) },
        },
    ],
    parse: parse::<Command>,
};

fn pipelines_contestants(workload: &Workload) -> Vec<Contestant> {
    let own = |name, command| Contestant::own(name, "overheads", command).with(&workload.elements());
    let peer = |name, program| Contestant::peer(name, program, "pipelines").with(&workload.elements()).threads(2);
    vec![
        own("two-threads", "tasks-on-two-threads"),
        own("handwritten", "tasks"),
        own("beamline", "pipelines"),
        own("beamline-1", "pipelines").threads(1),
        peer("renoir", "peer-renoir"),
        peer("timely", "peer-timely"),
    ]
}

fn steps_contestants(workload: &Workload) -> Vec<Contestant> {
    let own = |name, command| Contestant::own(name, "overheads", command).with(&workload.elements());
    let peer = |name, program| Contestant::peer(name, program, "steps").with(&workload.elements()).threads(2);
    vec![
        own("handwritten", "chain"),
        own("beamline", "steps"),
        own("beamline-1", "steps").threads(1),
        peer("renoir", "peer-renoir"),
        peer("timely", "peer-timely"),
    ]
}

#[derive(Args, Clone, Copy, Debug)]
struct Number {
    #[arg(long)]
    elements: u64,
}

#[derive(Debug, Parser)]
enum Command {
    /// Sums in small tables.
    Tasks(Number),
    /// Sums in small tables, each by two threads of its own.
    TasksOnTwoThreads(Number),
    /// Small pipelines.
    Pipelines(WithEngine<Number>),
    /// A chain of steps behind pointers.
    Chain(Number),
    /// A pipeline of many steps.
    Steps(WithEngine<Number>),
}

impl Enter for Command {
    fn enter(self: Box<Self>) -> Result<(), Box<dyn Error + Send + Sync>> {
        print(match *self {
            Self::Tasks(Number { elements }) => overheads::tasks(elements),
            Self::TasksOnTwoThreads(Number { elements }) => overheads::tasks_on_two_threads(elements),
            Self::Pipelines(run) => pipeline::many(run.work.elements, run.engine.options())?,
            Self::Chain(Number { elements }) => overheads::long_chain(elements),
            Self::Steps(run) => pipeline::long_chain(run.work.elements, run.engine.options())?,
        });
        Ok(())
    }
}
