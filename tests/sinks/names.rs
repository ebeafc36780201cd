//! Names that would not tell files apart are refused before anything runs.

use beamline::prelude::*;
use beamline::testing::{TestPipeline, TestStream};
use beamline::{ErrorKind, Result};
use std::time::Duration;

fn hours() -> Windowing {
    Windowing::fixed(Duration::from_hours(1))
}

fn repeatedly(accumulation: Accumulation) -> Windowing {
    hours().allowed_lateness(Duration::ZERO).trigger(Trigger::repeatedly(Trigger::after_count(1)), accumulation)
}

/// Why the files are refused; nothing is read.
fn refusal(numbers: &PCollection<u64>, write: text::WriteFiles) -> String {
    let p = numbers.pipeline().clone();
    numbers.inspect(|_| panic!("it was read")).apply(write);
    let result: Result<_> = p.run_with(&LocalRunner::new().parallelism(1));
    let error = result.expect_err("it is refused");
    assert_eq!(error.kind(), ErrorKind::Graph, "{error}");
    error.to_string()
}

#[track_caller]
fn refuses(windowing: Option<Windowing>, write: text::WriteFiles, parts: &[&str]) {
    let p = Pipeline::new();
    let numbers = p.create(0..3u64);
    let numbers = windowing.map_or(numbers.clone(), |windowing| numbers.window(windowing));
    let message = refusal(&numbers, write);
    for part in parts.iter().chain(&["names.rs", "text::write_files("]) {
        assert!(message.contains(part), "{part} is missing in: {message}");
    }
}

#[test]
fn names_without_what_tells_files_apart() {
    refuses(Some(hours()), text::write_files("a/{shard}"), &["all windows", "add {window} or {window.start:…}"]);
    refuses(None, text::write_files("a/b.txt").shards(2), &["all shards of a/b.txt", "add {shard}"]);
    refuses(None, text::write_files("a").max_rows(2), &["files that are rolled", "add {part}"]);
    refuses(None, text::write_files("a").max_age(Duration::from_secs(1)), &["add {part}"]);
    let discarding = repeatedly(Accumulation::Discarding);
    refuses(Some(discarding), text::write_files("{window}").replace(true), &["all panes", "{pane.index}"]);
    refuses(Some(repeatedly(Accumulation::Accumulating)), text::write_files("{window}"), &["replace(true)"]);
}

#[test]
fn a_format_of_a_time_has_to_show_some_of_it() {
    for names in ["{window.start:YYYY-MM-DD}", "a-{window.start:}.txt", "{window}-{window.end:100%%}"] {
        let write = text::write_files(names).replace(true);
        refuses(Some(hours()), write, &[names, "shows nothing of the time", "such as {window.start:%Y-%m-%d}"]);
    }
}

#[test]
fn a_destination_has_to_be_in_the_name() {
    let p = TestPipeline::new();
    p.create(0..3u64).apply(text::write_files("a/{shard}").destination(|n: &u64| *n));
    let error = p.try_run().unwrap_err().to_string();
    assert!(error.contains("all destinations") && error.contains("add {destination}"), "{error}");
}

#[test]
fn placeholders_that_stand_for_nothing() {
    refuses(None, text::write_files("a/{destination}"), &["{destination}", "`.destination(|element| …)`"]);
    refuses(None, text::write_files("a/{window.end:%Y}"), &["neither start nor end"]);
    let aged = text::write_files("{part}-{pane.index}").max_age(Duration::from_secs(1));
    refuses(None, aged, &["{pane}", "number them by {part}"]);
}

#[test]
fn names_and_limits_that_cannot_be() {
    refuses(None, text::write_files("a/{panes}"), &["{panes} is no placeholder"]);
    refuses(None, text::write_files("a/"), &["does not say how files are called"]);
    refuses(None, text::write_files(""), &["does not say how files are called"]);
    refuses(None, text::write_files("a").shards(0), &["shards(0)"]);
    refuses(None, text::write_files("{part}").max_rows(0), &["max_rows(0)"]);
    refuses(None, text::write_files("{part}").max_bytes(0), &["max_bytes(0)"]);
}

#[test]
fn what_is_taken_back_cannot_be_in_a_file() {
    let retracting = || repeatedly(Accumulation::Retracting);
    refuses(Some(retracting()), text::write_files("{window}{pane}"), &["may be taken back", "Accumulating"]);
    let p = Pipeline::new();
    let counts = p.create(0..3u64).window(retracting()).count();
    let message = refusal(&counts, text::write_files("{window}{pane}{part}").max_age(Duration::from_secs(1)));
    assert!(message.contains("may be taken back") && message.contains("to_changelog"), "{message}");
}

#[test]
fn a_stream_without_windows_needs_an_age() {
    let p = Pipeline::new();
    let message = refusal(&p.apply(TestStream::new()), text::write_files("{window}"));
    assert!(message.contains("no file would ever be complete") && message.contains(".max_age("), "{message}");
}
