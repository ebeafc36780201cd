//! Windowing and triggering once more: slow, obvious, and without a line of what carries out pipelines.
//!
//! It knows nothing of timers and of state per key. There is one list of open windows; whatever happens, all of them
//! are looked at. The rules are those of `tests/conformance/SEMANTICS.md`, whose parts the comments name, and for
//! retractions those of the documentation of `beamline::window`.

mod grouping;
mod merging;
mod open_window;
mod trigger;
mod windows;

use super::{Driver, Event, Outcome, Produced, Script, condensed};
use beamline::window::Mark;
use grouping::{Arrival, Grouping};

/// Carries out scripts by the rules as they are written.
pub(crate) struct Model {
    /// The keys of each worker; the first one has those that are not named.
    owners: Vec<Vec<String>>,
    latitude: Latitude,
}

/// What a runner with several workers may do in one way or another.
#[derive(Clone, Debug)]
pub(crate) struct Latitude {
    /// Which workers see an event together. Those of the next turn see it when what the others have made of it has been
    /// seen to the end.
    pub(crate) turns: Vec<Vec<usize>>,
    /// Whether a trigger hears of what was taken back for good behind the watermark that came with it.
    pub(crate) hears_late: bool,
}

impl Model {
    /// One worker has all keys, and triggers hear of everything at once.
    pub(crate) fn usual() -> Self {
        Self::with_workers(vec![Vec::new()], Latitude { turns: vec![vec![0]], hears_late: false })
    }

    /// Each worker has its keys.
    pub(crate) fn with_workers(owners: Vec<Vec<String>>, latitude: Latitude) -> Self {
        Self { owners, latitude }
    }

    fn owner(&self, key: &str) -> usize {
        self.owners.iter().position(|keys| keys.iter().any(|own| own == key)).unwrap_or(0)
    }

    /// An event, for the first grouping on some workers.
    fn event(&self, workers: &mut [Grouping], turn: &[usize], event: &Event) {
        match event {
            Event::Elements(elements) => {
                let seen = elements.iter().filter(|element| turn.contains(&self.owner(&element.key)));
                seen.for_each(|element| workers[self.owner(&element.key)].element(element));
            }
            Event::Watermark(to) => turn.iter().for_each(|worker| workers[*worker].move_watermark(to.millis())),
            Event::Clock(by) => turn.iter().for_each(|worker| workers[*worker].move_clock(by.as_millis() as i64)),
        }
        turn.iter().for_each(|worker| workers[*worker].move_output_watermark());
    }

    /// What the groupings before have made of an event.
    fn follow(&self, workers: &mut [Grouping], results: Vec<Produced>, watermark: i64) {
        for result in results {
            workers[self.owner(&result.key)].arrival(arrival_of(result));
        }
        for worker in workers {
            if !self.latitude.hears_late {
                worker.hear_of_lone();
            }
            if watermark > worker.watermark {
                worker.move_watermark(watermark);
            }
            worker.hear_of_lone();
            worker.move_output_watermark();
        }
    }

    /// An event, for some workers: what comes out at the end.
    fn turn(&self, groupings: &mut [Vec<Grouping>], turn: &[usize], event: &Event) -> Vec<Produced> {
        let (mut results, mut watermark) = (Vec::new(), None);
        for workers in groupings {
            match watermark {
                None => self.event(workers, turn, event),
                Some(watermark) => self.follow(workers, results, watermark),
            }
            watermark = workers.iter().map(|worker| worker.output_watermark).min();
            results = workers.iter_mut().flat_map(Grouping::take_results).collect();
        }
        results
    }
}

/// What a result is for the next grouping.
fn arrival_of(result: Produced) -> Arrival {
    let Produced { key, window, values, timestamp, pane, .. } = result;
    let mark = if pane.is_retraction() { Mark::Retracts } else { Mark::None };
    Arrival { key, value: condensed(&values), time: timestamp.millis(), windows: vec![window], mark }
}

impl Driver for Model {
    fn name(&self) -> String {
        "model".to_owned()
    }

    fn run(&self, script: &Script) -> Result<Outcome, String> {
        let workers = |strategy| self.owners.iter().map(|_| Grouping::new(Clone::clone(strategy))).collect();
        let mut groupings: Vec<Vec<Grouping>> = script.strategies()?.iter().map(workers).collect();
        let mut panes = Vec::new();
        for (step, event) in script.events.iter().enumerate() {
            if let Event::Clock(by) = event {
                groupings.iter_mut().skip(1).flatten().for_each(|worker| worker.move_clock(by.as_millis() as i64));
            }
            for turn in &self.latitude.turns {
                let results = self.turn(&mut groupings, turn, event);
                panes.extend(results.into_iter().map(|pane| Produced { step, ..pane }));
            }
        }
        let dropped = |count: fn(&Grouping) -> usize| groupings.iter().flatten().map(count).sum();
        Ok(Outcome {
            panes,
            dropped_late: dropped(|grouping| grouping.dropped_late),
            dropped_closed: dropped(|grouping| grouping.dropped_closed),
            dropped_unmatched: dropped(|grouping| grouping.dropped_unmatched),
        })
    }
}
