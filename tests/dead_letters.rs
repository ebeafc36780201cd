//! Dead letters: what is in them, how they are kept, and how they go back to where they came from.

use beamline::metrics::Value;
use beamline::prelude::*;
use beamline::testing::{TestPipeline, assert_that};
use beamline::window::{Pane, Window};
use beamline::{JobResult, Json};
use std::fs;
use std::path::Path;
use std::time::Duration;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

/// Lines with their numbers as timestamps, each in two windows.
fn lines(p: &Pipeline, lines: &[&str]) -> PCollection<(i64, String)> {
    let lines = p.create(lines.iter().map(|line| (*line).to_owned()).enumerate().map(|(i, line)| (i as i64, line)));
    lines.with_timestamps(|(number, _)| at(*number)).window(Windowing::sliding(millis(4), millis(2)))
}

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn parse(lines: &PCollection<(i64, String)>) -> beamline::Tried<u64, (i64, String)> {
    lines.try_map(|(_, line)| line.parse::<u64>()).named("Parse")
}

fn halve(numbers: &PCollection<u64>) -> beamline::Tried<u64, u64> {
    numbers.try_map(|n| if n % 2 == 0 { Ok(n / 2) } else { Err(format!("{n} is odd")) }).named("Halve")
}

/// Writes the letters of both steps to a file.
fn first_run(file: &Path, input: &[&str]) -> JobResult {
    let p = Pipeline::new();
    let parsed = parse(&lines(&p, input));
    let halved = halve(&parsed.ok);
    p.flatten([&parsed.failed.in_json(), &halved.failed.in_json()]).write(dead_letters::write(file));
    p.run_with(&LocalRunner::new().parallelism(2).program_version("1.2.3")).unwrap()
}

#[test]
fn a_letter_tells_all_that_is_known() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("letters.jsonl");
    first_run(&file, &["two"]);
    let text = fs::read_to_string(&file).unwrap();
    let letter: DeadLetter<(i64, String)> = serde_json::from_str(text.trim_end()).unwrap();
    assert_eq!((letter.step.as_str(), letter.element, letter.timestamp), ("Parse", (0, "two".to_owned()), at(0)));
    assert!(letter.location.starts_with("tests/dead_letters.rs:"), "{}", letter.location);
    assert_eq!((letter.windows.len(), letter.pane, letter.attempts), (2, Pane::UNKNOWN, 1));
    assert_eq!((letter.error.as_str(), letter.version.as_deref()), ("invalid digit found in string", Some("1.2.3")));
}

#[test]
fn letters_go_back_to_their_step_with_their_time_and_windows() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("letters.jsonl");
    first_run(&file, &["2", "two", "3", "4", "5"]);
    let p = TestPipeline::new();
    let letters = p.apply(dead_letters::read(&file));
    let numbers = parse(&lines(&p, &["8"])).ok.replaying("Halve", &letters);
    // This time odd numbers are welcome.
    let halved = numbers.try_map(|n| Ok::<_, BoxError>(*n)).named("Halve");
    assert_that(&halved.ok.reify_timestamps()).contains_in_any_order([(8, at(0)), (3, at(2)), (5, at(4))]);
    let window = |start| Window { start: at(start), end: at(start + 4) };
    let counts = halved.ok.count();
    for (start, count) in [(-2, 1), (0, 2), (2, 2), (4, 1)] {
        assert_that(&counts).in_window(window(start)).contains_in_any_order([count]);
    }
    let metrics = p.run().metrics;
    let value = metrics.value("Replaying/Recall", "letters_of_other_steps");
    assert_eq!(value, Some(Value::Counter(1)), "{metrics:?}");
}

#[test]
fn a_step_that_is_not_there_has_no_letters() {
    let p = Pipeline::new();
    let letters = p.create::<DeadLetter<Json>>([]);
    halve(&p.create([1u64]).replaying("Half", &letters));
    let error = p.graph().err().expect("it is refused").to_string();
    assert!(error.contains("no step of this pipeline is named 'Half'"), "{error}");
    assert!(error.contains("tests/dead_letters.rs:"), "{error}");
}

#[test]
fn a_letter_of_another_type_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("letters.jsonl");
    first_run(&file, &["two"]);
    let p = Pipeline::new();
    let letters = p.apply(dead_letters::read(&file));
    let numbers = p.create([1u64]).replaying("Parse", &letters);
    numbers.map(|n| n).named("Parse");
    let error = p.run_with(&LocalRunner::new()).unwrap_err().to_string();
    assert!(error.contains(r#"element [0,"two"]"#) && error.contains("elements of type u64"), "{error}");
}

#[test]
fn a_line_that_is_no_letter_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("letters.jsonl");
    fs::write(&file, "{\"step\":\"Parse\"}\n").unwrap();
    let p = Pipeline::new();
    p.apply(dead_letters::read(&file)).map(|letter| letter.step);
    let error = p.run_with(&LocalRunner::new()).unwrap_err().to_string();
    assert!(
        error.contains("letters.jsonl: the line at byte 0 cannot be parsed: not a dead letter: missing"),
        "{error}"
    );
}

#[test]
fn a_file_of_letters_is_not_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("letters.jsonl");
    fs::write(&file, "older\n").unwrap();
    let run = |replace| {
        let p = Pipeline::new();
        parse(&lines(&p, &["two"])).failed.write(dead_letters::write(&file).replace(replace));
        p.run_with(&LocalRunner::new()).map_err(|error| error.to_string())
    };
    assert!(run(false).unwrap_err().contains("letters.jsonl"));
    run(true).unwrap();
    assert!(fs::read_to_string(&file).unwrap().contains("two"));
}

/// What becomes of so many lines, of which every fourth is wrong.
fn limited(workers: usize, count: u64, limit: FailureLimit, is_read: bool) -> Result<JobResult, String> {
    let p = TestPipeline::new().with_parallelism(workers);
    let tried = p.sequence(0..count).reshuffle().try_map(|n| if n % 4 == 0 { Err("no fours") } else { Ok(*n) });
    let tried = tried.named("Check").fail_above(limit);
    assert_that(&tried.ok.count()).contains_in_any_order([count - count.div_ceil(4)]);
    if is_read {
        assert_that(&tried.failed.count()).contains_in_any_order([count.div_ceil(4)]);
    }
    p.try_run().map_err(|error| error.to_string())
}

#[test]
fn failures_are_counted_over_all_workers() {
    for workers in [1, 3] {
        for is_read in [true, false] {
            limited(workers, 4000, FailureLimit::count(1000), is_read).unwrap();
            limited(workers, 4000, FailureLimit::share(0.25).after(4000), is_read).unwrap();
            let error = limited(workers, 4000, FailureLimit::count(999), is_read).unwrap_err();
            assert!(error.contains("more than 999 elements failed: 1000 of"), "{error}");
            assert!(error.contains("step 'Check'") && error.contains("the last one: no fours"), "{error}");
            assert!(error.contains("at: element "), "{error}");
        }
    }
}

#[test]
fn a_share_of_few_elements_is_looked_at_in_the_end() {
    for workers in [1, 3] {
        limited(workers, 40, FailureLimit::share(0.25), true).unwrap();
        let error = limited(workers, 40, FailureLimit::share(0.24), true).unwrap_err();
        assert!(error.contains("more than 24% of the elements failed: 10 of 40"), "{error}");
    }
}

#[test]
fn what_is_left_out_below_the_limit_is_counted() {
    let result = limited(2, 40, FailureLimit::count(10), false).unwrap();
    assert_eq!(result.metrics.value("Check", "dropped_failed"), Some(Value::Counter(10)));
}
