//! Counts of events by key and window.

use std::time::Duration;

use ::beamline::prelude::*;

use super::live::Live;
use super::run::{Options, run};
use crate::contestants::events::Events;
use beamline_bench_data::events::{Event, WINDOW, checksum_of, event};

/// Counts events by key, whatever their windows.
///
/// # Errors
///
/// Those of the pipeline.
pub fn count(events: Events, options: Options) -> Result<u64, BoxError> {
    run(options, |p| counts(&bounded(p, events).map(|event| (event.key, event.millis)).count_per_key()))
}

/// Counts events by key and window, of a collection with an end.
///
/// # Errors
///
/// Those of the pipeline.
pub fn count_in_windows(events: Events, windowing: Windowing, options: Options) -> Result<u64, BoxError> {
    run(options, |p| counts(&in_windows(&bounded(p, events), windowing).count_per_key()))
}

/// Counts events by key and window while they come.
///
/// # Errors
///
/// Those of the pipeline.
pub fn count_while_they_come(events: Events, windowing: Windowing, options: Options) -> Result<u64, BoxError> {
    run(options, |p| live_counts(p, events, windowing))
}

/// What stands for the counts of events while they come, by key and window.
pub(crate) fn live_counts(p: &Pipeline, events: Events, windowing: Windowing) -> PCollection<u64> {
    counts(&in_windows(&p.read(Live(events)), windowing).count_per_key())
}

/// Windows of ten seconds.
pub fn fixed() -> Windowing {
    Windowing::fixed(Duration::from_millis(WINDOW as u64))
}

/// Windows of sixty periods, as long as those of [`fixed`] each.
pub fn sliding() -> Windowing {
    let period = Duration::from_millis(WINDOW as u64);
    Windowing::sliding(60 * period, period)
}

fn bounded(p: &Pipeline, events: Events) -> PCollection<Event> {
    p.sequence(0..events.count).map(move |index| event(events.keys, index))
}

fn in_windows(events: &PCollection<Event>, windowing: Windowing) -> PCollection<(u64, ())> {
    let timed = events.with_timestamps(|event| Timestamp::from_millis(event.millis));
    timed.map(|event| (event.key, ())).window(windowing)
}

fn counts(counts: &PCollection<(u64, u64)>) -> PCollection<u64> {
    counts.map(|pair| checksum_of(std::iter::once(pair)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contestants::events;
    use beamline_bench_data::pairs::Keys;

    #[test]
    fn pipelines_agree_with_loops() {
        let options = Options::threads(2);
        let events = Events { keys: Keys::Uniform(100), count: 20_000 };
        assert_eq!(count(events, options).unwrap(), events::count(events));
        assert_eq!(count_in_windows(events, fixed(), options).unwrap(), events::count(events));
        assert_eq!(count_while_they_come(events, fixed(), options).unwrap(), events::count(events));
        let in_sliding = count_while_they_come(events, sliding(), options).unwrap();
        assert_eq!(in_sliding, events::count(events).wrapping_mul(60));
        assert_eq!(count_in_windows(events, sliding(), options).unwrap(), in_sliding);
    }
}
