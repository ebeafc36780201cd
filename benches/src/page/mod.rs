//! What the page of a running pipeline costs: the same counts with nobody watching, with a page that nobody looks at, and
//! with somebody who does.

mod listener;

use std::str::FromStr;

use ::beamline::prelude::*;
use beamline_ui::Page;

use self::listener::Listener;
use crate::contestants::events::Events;
use crate::contestants::pipeline::{Options, fixed, live_counts, run_by};

/// Who watches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Nobody could.
    None,
    /// There is a page, and nobody looks.
    Away,
    /// Somebody follows the page, as a browser does: with samples of all edges and hot keys, every second.
    Present,
}

impl FromStr for Audience {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "none" => Ok(Self::None),
            "away" => Ok(Self::Away),
            "present" => Ok(Self::Present),
            _ => Err(format!("'{text}' is no audience: none, away or present")),
        }
    }
}

/// Counts events by key in windows of ten seconds while they come.
///
/// # Errors
///
/// Those of the pipeline and of the page; if an audience that was present has heard nothing.
pub fn count_watched(events: Events, options: Options, audience: Audience) -> Result<u64, BoxError> {
    run_by(|p| live_counts(p, events, fixed()), |p| watched(p, options.runner(), audience))
}

fn watched(p: &Pipeline, runner: LocalRunner, audience: Audience) -> Result<(), BoxError> {
    if audience == Audience::None {
        p.run_with(&runner)?;
        return Ok(());
    }
    let page = Page::bind("0", None)?;
    let (url, runner) = (page.url(), page.watch(runner));
    let job = runner.start(&p.graph()?)?;
    let serving = page.serve(job.control(), "page")?;
    let listener = (audience == Audience::Present).then(|| Listener::of(&url)).transpose()?;
    let result = job.wait();
    serving.end(&result);
    listener.map_or(Ok(()), Listener::check)?;
    result.map(drop).map_err(Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contestants::events;
    use beamline_bench_data::pairs::Keys;

    #[test]
    fn watching_changes_nothing() {
        let options = Options::threads(2);
        let events = Events { keys: Keys::Uniform(100), count: 20_000 };
        for audience in [Audience::None, Audience::Away, Audience::Present] {
            assert_eq!(count_watched(events, options, audience).unwrap(), events::count(events), "{audience:?}");
        }
    }
}
