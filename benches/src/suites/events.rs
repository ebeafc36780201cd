//! Counts of events out of order, by key and window.

use std::error::Error;

use beamline::prelude::Windowing;
use clap::Parser;

use super::arguments::{Keyed, WithEngine, print};
use super::contestant::Contestant;
use super::suite::{Counted, Enter, Family, Outcome, Suite, parse};
use super::workload::{Size, Workload};
use crate::contestants::events::{self, Events};
use crate::contestants::pipeline::{self, fixed, sliding};

const EVENTS: Size = Size::Stream { elements: 20_000_000, keys: 100_000 };
const SMALL: Size = Size::Stream { elements: 300_000, keys: 10_000 };

pub(super) const FAMILY: Family = Family {
    name: "events",
    suites: &[
        Suite {
            name: "windows",
            about: "count events out of order by key, in windows of ten seconds or without",
            result: Outcome::Checksum,
            size: EVENTS,
            contestants: windows_contestants,
            counted: Counted { names: &["beamline-1", "beamline-live-1"], size: SMALL },
        },
        Suite {
            name: "sliding",
            about: "count events by key in windows of sixty periods",
            result: Outcome::Checksum,
            size: EVENTS,
            contestants: sliding_contestants,
            counted: Counted { names: &["beamline-live-1"], size: SMALL },
        },
    ],
    parse: parse::<Command>,
};

fn windows_contestants(workload: &Workload) -> Vec<Contestant> {
    let own = |name, command| Contestant::own(name, "events", command).with(&workload.keyed());
    let peer = |name, program, command| Contestant::peer(name, program, command).with(&workload.keyed()).threads(2);
    vec![
        own("handwritten", "windows"),
        own("handwritten-plain", "plain"),
        own("beamline-plain", "beamline-plain"),
        own("beamline", "beamline-windows"),
        own("beamline-1", "beamline-windows").threads(1),
        own("beamline-live", "beamline-windows-live"),
        own("beamline-live-1", "beamline-windows-live").threads(1),
        peer("renoir", "peer-renoir", "windows"),
        peer("renoir-live", "peer-renoir", "windows-live"),
        peer("renoir-library", "peer-renoir", "windows-library"),
        peer("timely-live", "peer-timely", "windows"),
    ]
}

fn sliding_contestants(workload: &Workload) -> Vec<Contestant> {
    let own = |name, command| Contestant::own(name, "events", command).with(&workload.keyed());
    let peer = |name, program, command| Contestant::peer(name, program, command).with(&workload.keyed()).threads(2);
    vec![
        own("handwritten", "sliding"),
        own("beamline-live", "beamline-sliding-live"),
        own("beamline-live-1", "beamline-sliding-live").threads(1),
        own("beamline", "beamline-sliding"),
        own("beamline-1", "beamline-sliding").threads(1),
        peer("renoir-live", "peer-renoir", "sliding"),
        peer("timely-live", "peer-timely", "sliding"),
    ]
}

#[derive(Debug, Parser)]
enum Command {
    /// One table of counts.
    Plain(Keyed),
    /// A table of counts for each window.
    Windows(Keyed),
    /// Totals of the last sixty periods.
    Sliding(Keyed),
    /// A pipeline that counts.
    BeamlinePlain(WithEngine<Keyed>),
    /// A pipeline that counts in fixed windows at the end.
    BeamlineWindows(WithEngine<Keyed>),
    /// A pipeline that counts in fixed windows while events come.
    BeamlineWindowsLive(WithEngine<Keyed>),
    /// A pipeline that counts in windows of sixty periods at the end.
    BeamlineSliding(WithEngine<Keyed>),
    /// A pipeline that counts in windows of sixty periods while events come.
    BeamlineSlidingLive(WithEngine<Keyed>),
}

impl Enter for Command {
    fn enter(self: Box<Self>) -> Result<(), Box<dyn Error + Send + Sync>> {
        print(match *self {
            Self::Plain(work) => events::count(stream(work)),
            Self::Windows(work) => events::count_in_windows(stream(work)),
            Self::Sliding(work) => events::count_in_sliding_windows(stream(work)),
            Self::BeamlinePlain(run) => pipeline::count(stream(run.work), run.engine.options())?,
            Self::BeamlineWindows(run) => at_the_end(run, fixed())?,
            Self::BeamlineWindowsLive(run) => live(run, fixed())?,
            Self::BeamlineSliding(run) => at_the_end(run, sliding())?,
            Self::BeamlineSlidingLive(run) => live(run, sliding())?,
        });
        Ok(())
    }
}

fn at_the_end(run: WithEngine<Keyed>, windowing: Windowing) -> Result<u64, Box<dyn Error + Send + Sync>> {
    pipeline::count_in_windows(stream(run.work), windowing, run.engine.options())
}

fn live(run: WithEngine<Keyed>, windowing: Windowing) -> Result<u64, Box<dyn Error + Send + Sync>> {
    pipeline::count_while_they_come(stream(run.work), windowing, run.engine.options())
}

const fn stream(work: Keyed) -> Events {
    Events { keys: work.distribution(), count: work.elements }
}
