//! beamline's own side: plain pipelines, as a user would write them.

use std::num::Wrapping;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use ::beamline::prelude::*;

use super::events::Events;
use super::lines::measure_line;
use super::live::Live;
use super::pairs::Stream;
use super::sessions::Clicks;
use beamline_bench_data::clicks::{GAP, LATENESS, digest};
use beamline_bench_data::events::{self, Event, WINDOW, event};
use beamline_bench_data::pairs::checksum_of;
use beamline_bench_data::steps::Step;

/// How a pipeline is run.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The number of worker threads.
    pub threads: usize,
    /// The memory budget in bytes; the runner's default if `None`.
    pub memory: Option<usize>,
}

/// Sums the pairs by key with a combiner.
///
/// # Errors
/// Those of the pipeline.
pub fn sum(stream: Stream, options: Options) -> Result<u64, BoxError> {
    run(options, |p| checksum(&pairs(p, stream).combine_per_key(Sum)))
}

/// Groups the pairs by key, then sums each group: the literal reading.
///
/// # Errors
/// Those of the pipeline.
pub fn group_then_sum(stream: Stream, options: Options) -> Result<u64, BoxError> {
    run(options, |p| {
        let groups = pairs(p, stream).group_by_key();
        checksum(&groups.map_values(|values| values.into_iter().sum()))
    })
}

/// Twenty maps, then a sum.
///
/// # Errors
/// Those of the pipeline.
pub fn maps<S: Step>(elements: u64, options: Options) -> Result<u64, BoxError> {
    run(options, |p| {
        p.sequence(0..elements)
            .map(S::apply::<1>)
            .map(S::apply::<2>)
            .map(S::apply::<3>)
            .map(S::apply::<4>)
            .map(S::apply::<5>)
            .map(S::apply::<6>)
            .map(S::apply::<7>)
            .map(S::apply::<8>)
            .map(S::apply::<9>)
            .map(S::apply::<10>)
            .map(S::apply::<11>)
            .map(S::apply::<12>)
            .map(S::apply::<13>)
            .map(S::apply::<14>)
            .map(S::apply::<15>)
            .map(S::apply::<16>)
            .map(S::apply::<17>)
            .map(S::apply::<18>)
            .map(S::apply::<19>)
            .map(S::apply::<20>)
    })
}

/// The lines of a text.
///
/// # Errors
/// Those of the pipeline.
pub fn lines(file: &Path, options: Options) -> Result<u64, BoxError> {
    run(options, |p| p.read(text::read(file)).map(|line| measure_line(&line)))
}

/// A pipeline that does nothing.
///
/// # Errors
/// Those of the pipeline.
pub fn nothing(options: Options) -> Result<u64, BoxError> {
    run(options, |p| p.sequence(0..0))
}

/// Counts events by key, whatever their windows.
///
/// # Errors
/// Those of the pipeline.
pub fn count(events: Events, options: Options) -> Result<u64, BoxError> {
    run(options, |p| counts(&bounded(p, events).map(|event| (event.key, event.millis)).count_per_key()))
}

/// Counts events by key and window, of a collection with an end.
///
/// # Errors
/// Those of the pipeline.
pub fn count_in_windows(events: Events, windowing: Windowing, options: Options) -> Result<u64, BoxError> {
    run(options, |p| counts(&in_windows(&bounded(p, events), windowing).count_per_key()))
}

/// Counts events by key and window while they come.
///
/// # Errors
/// Those of the pipeline.
pub fn count_while_they_come(events: Events, windowing: Windowing, options: Options) -> Result<u64, BoxError> {
    run(options, |p| counts(&in_windows(&p.read(Live(events)), windowing).count_per_key()))
}

/// Sessions of users while they click: how many clicks, and from when to when.
///
/// # Errors
/// Those of the pipeline.
pub fn sessions(clicks: Clicks, options: Options) -> Result<u64, BoxError> {
    let lateness = Duration::from_millis(LATENESS as u64);
    let windowing = Windowing::sessions(Duration::from_millis(GAP as u64))
        .allowed_lateness(lateness)
        .accumulation(Accumulation::Accumulating);
    run(options, |p| {
        let timed = p.read(Live(clicks)).with_timestamps(|click| Timestamp::from_millis(click.millis));
        let sessions =
            timed.map(|click| (click.user, click.millis)).window(windowing).combine_per_key((Count, Min, Max));
        sessions.map(|(user, (clicks, first, last))| digest(user, clicks, first, last))
    })
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
    counts.map(|pair| events::checksum_of(std::iter::once(pair)))
}

fn pairs(p: &Pipeline, stream: Stream) -> PCollection<(u64, u64)> {
    p.sequence(0..stream.pairs).map(move |index| stream.keys.pair(index))
}

fn checksum(sums: &PCollection<(u64, u64)>) -> PCollection<u64> {
    sums.map(|pair| checksum_of(std::iter::once(pair)))
}

/// Numbers of any windows, to be added up when all have come.
fn at_the_end(numbers: &PCollection<u64>) -> PCollection<u64> {
    numbers.window(Windowing::global().trigger(Trigger::never(), Accumulation::Discarding))
}

/// Runs a pipeline and adds up what it makes.
fn run(options: Options, build: impl FnOnce(&Pipeline) -> PCollection<u64>) -> Result<u64, BoxError> {
    static TOTAL: AtomicU64 = AtomicU64::new(0);
    let p = Pipeline::new();
    let numbers = build(&p);
    let numbers = if numbers.windowing().window_fn().is_global() { numbers } else { at_the_end(&numbers) };
    numbers.map(Wrapping).combine(Sum).inspect(|total| TOTAL.store(total.0, Ordering::Relaxed)).named("Keep");
    let mut runner = LocalRunner::new().parallelism(options.threads);
    if let Some(bytes) = options.memory {
        runner = runner.memory(bytes);
    }
    p.run_with(&runner)?;
    Ok(TOTAL.load(Ordering::Relaxed))
}

#[cfg(test)]
mod tests {
    use super::super::{events, maps, pairs, sessions as handwritten};
    use super::*;
    use beamline_bench_data::pairs::Keys;
    use beamline_bench_data::steps::Plain;

    #[test]
    fn pipelines_agree_with_loops() {
        let stream = Stream { keys: Keys::zipf(100), distinct: 100, pairs: 20_000 };
        let options = Options { threads: 2, memory: None };
        // One test: the pipelines leave their results in one place.
        assert_eq!(sum(stream, options).unwrap(), pairs::sum(stream));
        assert_eq!(group_then_sum(stream, options).unwrap(), pairs::sum(stream));
        assert_eq!(super::maps::<Plain>(5_000, options).unwrap(), maps::fused::<Plain>(5_000));
        assert_eq!(nothing(options).unwrap(), 0);
        let events = Events { keys: Keys::Uniform(100), count: 20_000 };
        assert_eq!(count(events, options).unwrap(), events::count(events));
        assert_eq!(count_in_windows(events, fixed(), options).unwrap(), events::count(events));
        assert_eq!(count_while_they_come(events, fixed(), options).unwrap(), events::count(events));
        let in_sliding = count_while_they_come(events, sliding(), options).unwrap();
        assert_eq!(in_sliding, events::count(events).wrapping_mul(60));
        assert_eq!(count_in_windows(events, sliding(), options).unwrap(), in_sliding);
        let clicks = Clicks { users: 100, count: 20_000 };
        assert_eq!(super::sessions(clicks, options).unwrap(), handwritten::sessions(clicks));
    }
}
