//! The cost of being watched.

use std::error::Error;

use clap::Parser;

use super::arguments::{Keyed, WithEngine, print};
use super::contestant::Contestant;
use super::suite::{Counted, Enter, Family, Outcome, Suite, parse};
use super::workload::{Size, Workload};
use crate::contestants::events::Events;
use crate::page::{Audience, count_watched};

pub(super) const FAMILY: Family = Family {
    name: "page",
    suites: &[Suite {
        name: "page",
        about: "count events by key in windows while somebody watches the page of the run, or nobody does",
        result: Outcome::Checksum,
        size: Size::Stream { elements: 40_000_000, keys: 100_000 },
        contestants,
        counted: Counted::NONE,
    }],
    parse: parse::<Command>,
};

fn contestants(workload: &Workload) -> Vec<Contestant> {
    let own = |name, audience: &str| {
        Contestant::own(name, "page", "count").with(&workload.keyed()).with(&["--audience", audience])
    };
    vec![own("unwatched", "none"), own("page-open", "away"), own("page-watched", "present")]
}

#[derive(Debug, Parser)]
enum Command {
    /// A pipeline that counts in fixed windows while events come.
    Count {
        #[command(flatten)]
        run: WithEngine<Keyed>,
        #[arg(long)]
        audience: Audience,
    },
}

impl Enter for Command {
    fn enter(self: Box<Self>) -> Result<(), Box<dyn Error + Send + Sync>> {
        let Self::Count { run: WithEngine { work, engine }, audience } = *self;
        let events = Events { keys: work.distribution(), count: work.elements };
        print(count_watched(events, engine.options(), audience)?);
        Ok(())
    }
}
