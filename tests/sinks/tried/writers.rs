//! Writers of users: what they refuse, and what they cannot deliver.

use super::store::{Faults, Store};
use super::{letters_in, runner};
use beamline::metrics::Value;
use beamline::prelude::*;
use beamline::testing::{TestPipeline, assert_that, for_each_seed};
use beamline::window::Pane;
use beamline::{ErrorKind, LocalRunner, Retry};
use std::fs;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);
const SHARDS: [Option<u32>; 3] = [None, Some(1), Some(4)];

fn refusing(n: u64) -> Faults {
    Faults { refused: Some(n), ..Faults::default() }
}

/// Every third delivery succeeds.
fn away() -> Faults {
    Faults { away: Some(3), ..Faults::default() }
}

#[test]
fn an_element_that_is_refused_is_a_letter_and_others_are_written() {
    for_each_seed(24, |seed| {
        let (runner, clock) = runner(seed);
        let store = Store::with(refusing(7), SHARDS[seed as usize % 3]);
        let p = TestPipeline::new();
        let retry = Retry::attempts(3).backoff(SECOND, SECOND);
        let tried = p.create(0..100u64).try_write(store.clone(), retry).named("Store");
        let letters = tried.failed.map(|letter| (letter.step, letter.element, letter.attempts, letter.error));
        let refused = (0..100).filter(|n| n % 7 == 0);
        let refused = refused.map(|n| ("Store".to_owned(), n, 3, format!("{n} cannot be stored")));
        assert_that(&letters).contains_in_any_order(refused);
        assert_that(&tried.ok).has_count(85);
        let metrics = p.run_with(&runner).unwrap().metrics;
        assert_eq!(store.rows(), (0..100).filter(|n| n % 7 > 0).collect::<Vec<_>>());
        assert!(clock.now() >= Timestamp::from_millis(2 * 15 * 500 / 4), "attempts are apart: {}", clock.now());
        assert_eq!((metrics.emitted("Store"), metrics.counter("retries")), (Some(100), 30), "letters are counted too");
        assert_eq!(store.committed().len() as u32, store.left_to_step(), "each shard was told, and committed");
        assert!(store.left_to_step() > 0);
    });
}

#[test]
fn what_is_not_delivered_is_tried_again_and_nothing_is_there_twice() {
    for_each_seed(24, |seed| {
        let (runner, _) = runner(seed);
        let store = Store::with(Faults { refused: Some(11), ..away() }, SHARDS[seed as usize % 3]);
        let p = TestPipeline::new();
        let tried = p.create(1..200u64).try_write(store.clone(), Retry::attempts(20).bundles_of(7));
        assert_that(&tried.failed.map(|letter| letter.element)).contains_in_any_order((1..19).map(|n| n * 11));
        assert_that(&tried.ok).has_count(181);
        p.run_with(&runner).unwrap();
        assert_eq!(store.rows(), (1..200).filter(|n| n % 11 > 0).collect::<Vec<_>>());
    });
}

/// One that waits holds up those behind it.
#[test]
fn elements_keep_their_order() {
    for_each_seed(12, |seed| {
        let clock = std::sync::Arc::new(beamline::testing::ManualClock::jumping());
        let runner = LocalRunner::new().parallelism(1).batch_size(8).manual_clock(clock);
        let runner = if seed == 0 { runner } else { runner.replay(seed) };
        let store = Store::with(Faults { refused: Some(10), ..away() }, SHARDS[seed as usize % 2]);
        let p = TestPipeline::new();
        let retry = Retry::attempts(20).backoff(SECOND, SECOND);
        let tried = p.create(1..100u64).try_write(store.clone(), retry);
        assert_that(&tried.failed).has_count(9);
        p.run_with(&runner).unwrap();
        assert_eq!(store.rows_of(0), (1..100).filter(|n| n % 10 > 0).collect::<Vec<_>>());
    });
}

#[test]
fn what_can_never_be_delivered_is_given_up_and_in_one_place_only() {
    for_each_seed(24, |seed| {
        let (runner, _) = runner(seed);
        let store = Store::with(away(), SHARDS[seed as usize % 3]);
        let p = TestPipeline::new();
        let tried = p.create(0..200u64).try_write(store.clone(), 1);
        let (kept, rows) = (std::sync::Arc::new(std::sync::Mutex::new(Vec::new())), store.clone());
        let all = kept.clone();
        tried.failed.for_each(move |letter| {
            assert_eq!((letter.attempts, letter.error.as_str()), (1, "the store is away"));
            all.lock().unwrap().push(letter.element);
            Ok(())
        });
        p.run_with(&runner).unwrap();
        let mut both = kept.lock().unwrap().clone();
        assert!(!both.is_empty());
        both.extend(rows.rows());
        assert_eq!(super::sorted(both), (0..200).collect::<Vec<_>>());
    });
}

#[test]
fn a_letter_has_the_time_the_windows_and_the_pane_of_its_element() {
    let store = Store::with(refusing(1), None);
    let p = TestPipeline::new();
    let numbers = p.create([5u64]).with_timestamps(|_| Timestamp::from_millis(5_500));
    let sliding = numbers.window(Windowing::sliding(10 * SECOND, 5 * SECOND));
    let tried = sliding.try_write(store, 1).named("Store");
    assert_that(&tried.failed).satisfies(|letters| {
        let letter = &letters[0];
        assert_eq!((letter.timestamp, letter.pane), (Timestamp::from_millis(5_500), Pane::UNKNOWN));
        let starts: Vec<_> = letter.windows.iter().map(|window| window.start.millis()).collect();
        assert_eq!(super::sorted(starts), [0, 5_000], "it is written once, and is in both");
        assert!(letter.location.starts_with("tests/sinks/tried/writers.rs:"), "{}", letter.location);
        assert_eq!(letter.version.as_deref(), Some("7"));
    });
    p.run_with(&LocalRunner::new().program_version("7")).unwrap();
}

/// Runs with these faults; returns the error.
fn error_of(faults: Faults, read: bool) -> beamline::Error {
    let p = TestPipeline::new();
    let store = Store::with(faults, Some(1));
    let tried = p.create(1..50u64).try_write(store.clone(), 2).named("Store");
    if read {
        tried.failed.inspect(|_| ());
    }
    let error = p.try_run().unwrap_err();
    assert!(store.committed().is_empty());
    error
}

#[test]
fn without_a_reader_of_letters_the_first_one_fails_the_pipeline() {
    let error = error_of(refusing(3), false);
    assert_eq!(error.kind(), ErrorKind::Io);
    let text = error.to_string();
    for part in ["step 'Store'", "3 cannot be stored", "at: element 3", "read the `failed` output"] {
        assert!(text.contains(part), "{part} is missing in: {text}");
    }
}

#[test]
fn errors_after_which_nobody_knows_what_is_written_fail_the_pipeline() {
    let cases = [
        (Faults { unclear: true, ..away() }, ["something happened", "`WriteFault`"]),
        (Faults { broken: true, ..away() }, ["the store is damaged", ""]),
        (Faults { lying: true, ..away() }, ["the store is away", "elements are not delivered: mend that"]),
    ];
    for (faults, parts) in cases {
        let error = error_of(faults, true);
        assert_eq!(error.kind(), ErrorKind::Io);
        let text = error.to_string();
        assert!(parts.iter().all(|part| text.contains(part)) && text.contains("step 'Store'"), "{text}");
    }
}

#[test]
fn failures_are_counted_over_all_shards() {
    for (seed, shards) in (0..6).flat_map(|seed| SHARDS.map(|shards| (seed, shards))) {
        let run = |most: f64| {
            let p = TestPipeline::new();
            let tried = p.create(1..=80u64).reshuffle().try_write(Store::with(refusing(4), shards), 1);
            tried.fail_above(beamline::FailureLimit::share(most)).named("Store");
            p.run_with(&runner(seed).0).map_err(|error| error.to_string())
        };
        let metrics = run(0.25).unwrap().metrics;
        assert_eq!(metrics.value("Store", "dropped_failed"), Some(Value::Counter(20)));
        let error = run(0.24).unwrap_err();
        assert!(error.contains("more than 24% of the elements failed: 20 of 80"), "{shards:?}: {error}");
    }
}

/// The step is the same in both runs; what was wrong with the store has been mended in between.
#[test]
fn letters_go_back_to_the_sink_with_their_windows() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("letters.jsonl");
    let seconds = |p: &Pipeline| {
        let numbers = p.create(0..20u64).with_timestamps(|n| Timestamp::from_millis(*n as i64 * 1000));
        numbers.window(Windowing::fixed(10 * SECOND))
    };
    let store = Store::with(refusing(5), None);
    let p = Pipeline::new();
    let tried = seconds(&p).try_write(store.clone(), 2).named("Store");
    tried.failed.write(dead_letters::write(&file));
    p.run_with(&LocalRunner::new()).unwrap();
    assert_eq!(fs::read_to_string(&file).unwrap().lines().count(), 4);

    let mended = Store::with(refusing(15), None);
    let p = TestPipeline::new();
    let again = seconds(&p).filter(|_| false).replaying("Store", &letters_in(&p, &file));
    let tried = again.try_write(mended.clone(), 2).named("Store");
    // Multiples of 15 are none the better for it.
    let left = tried.failed.map(|letter| (letter.element, letter.windows[0].start.millis()));
    assert_that(&left).contains_in_any_order([(0, 0), (15, 10_000)]);
    p.run();
    assert_eq!(mended.rows(), [5, 10]);
}

#[test]
fn what_can_never_be_tried_is_refused() {
    for (retry, why) in [(Retry::attempts(0), "with 0 attempts"), (Retry::from(2).bundles_of(0), "a bundle of 0")] {
        let p = Pipeline::new();
        p.create([1u64]).try_write(Store::default(), retry);
        let error = p.graph().err().expect("it is refused").to_string();
        assert!(error.contains(why) && error.contains("tests/sinks/tried/writers.rs:"), "{error}");
    }
}
