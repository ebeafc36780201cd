//! The same results of a pipeline, however it is run, and of its reference.

use std::collections::HashMap;
use std::fmt::Debug;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use beamline::prelude::*;
use beamline::testing::ManualClock;
use beamline::window::Window;
use beamline_nexmark::events::{Event, Events, Reading, Stream};

/// Compares results with their windows, whatever their order: of a few seconds around midnight in disorder, and of an
/// afternoon in order; of collections and of streams; on one worker and on four.
pub(crate) fn agree<T: Element + Debug + Eq + Hash>(
    query: fn(&Reading) -> PCollection<T>,
    reference: fn(&[Event]) -> Vec<(Window, T)>,
) {
    for stream in streams() {
        let events: Vec<_> = stream.iter().collect();
        let expected = reference(&events);
        assert!(!expected.is_empty(), "nothing to compare of {stream:?}");
        for source in [Events::generated(stream), Events::generated(stream).live()] {
            for workers in [1, 4] {
                let what = format!("{source:?} on {workers} workers");
                compare(&what, &expected, &run(source.clone(), workers, query));
            }
        }
    }
}

pub(crate) fn streams() -> [Stream; 2] {
    let at = |time: &str| time.parse().expect("it is a time");
    let midnight = Stream { start: at("2015-07-15T23:59:55"), disorder: 1_000, padded: true, ..Stream::default() };
    let afternoon = Stream { start: at("2015-07-15T17:30"), ..Stream::default() };
    [Stream { events: 8_000, per_second: 1_000, ..midnight }, Stream { events: 8_000, per_second: 1, ..afternoon }]
}

/// All results with their windows.
pub(crate) fn run<T: Element>(
    source: Events,
    workers: usize,
    query: impl Fn(&Reading) -> PCollection<T>,
) -> Vec<(Window, T)> {
    let results = Arc::new(Mutex::new(Vec::new()));
    let keep = results.clone();
    let p = Pipeline::new();
    query(&Reading::new(&p, source)).for_each_in_window(move |result| {
        keep.lock().unwrap_or_else(PoisonError::into_inner).push((result.window, result.value));
        Ok(())
    });
    // A clock that stands still: nothing depends on how long things take.
    let runner = LocalRunner::new().parallelism(workers).batch_size(300).manual_clock(Arc::new(ManualClock::default()));
    p.run_with(&runner).unwrap_or_else(|error| panic!("{error}"));
    std::mem::take(&mut *results.lock().unwrap_or_else(PoisonError::into_inner))
}

fn compare<T: Debug + Eq + Hash>(what: &str, expected: &[(Window, T)], actual: &[(Window, T)]) {
    let mut surplus: HashMap<_, i64> = HashMap::new();
    actual.iter().for_each(|result| *surplus.entry(result).or_default() += 1);
    expected.iter().for_each(|result| *surplus.entry(result).or_default() -= 1);
    let some = |sign: i64| {
        let different = surplus.iter().filter(|(_, count)| **count * sign > 0);
        different.take(5).map(|(result, _)| format!("\n  {result:?}")).collect::<Vec<_>>().concat()
    };
    let (unexpected, missing) = (some(1), some(-1));
    assert!(
        unexpected.is_empty() && missing.is_empty(),
        "{what}: {} results instead of {}\nmissing:{missing}\nunexpected:{unexpected}",
        actual.len(),
        expected.len()
    );
}
