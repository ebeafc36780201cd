//! Files of elements some of which cannot be printed.

use super::{letters_in, sorted};
use crate::folder::Folder;
use beamline::prelude::*;
use beamline::testing::{TestPipeline, TestStream, assert_that, for_each_seed};
use beamline::{ErrorKind, FailureLimit};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::fs;
use std::time::Duration;

/// A number whose `Display` gives up half way if it is a multiple of three.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Fragile(pub(super) u64);

impl fmt::Display for Fragile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "number")?;
        if self.0.is_multiple_of(3) { Err(fmt::Error) } else { write!(f, "{}", self.0) }
    }
}

/// What files have of so many numbers, sorted.
fn whole_lines(count: u64) -> Vec<String> {
    let good = (0..count).filter(|n| n % 3 > 0);
    sorted(good.flat_map(|n| ["number".to_owned(), n.to_string()]).collect())
}

fn bad(count: u64) -> impl Iterator<Item = u64> {
    (0..count).filter(|n| n % 3 == 0)
}

#[test]
fn a_refused_element_leaves_nothing_in_its_file() {
    for_each_seed(12, |seed| {
        let folder = Folder::new();
        for (name, sink) in [
            ("a", text::write(folder.path("a"))),
            ("b", text::write(folder.path("b")).shards(3)),
            ("c", text::write(folder.path("c")).single_file().suffix(".gz")),
        ] {
            let p = TestPipeline::new().with_parallelism(2).with_seed(seed);
            let tried = p.create(0..60).map(Fragile).try_write(sink, 2).named("Write");
            assert_that(&tried.failed.map(|letter| letter.element.0)).contains_in_any_order(bad(60));
            p.run();
            let p = TestPipeline::new();
            let files = text::read(folder.path(&format!("{name}*")));
            assert_that(&p.read(files)).contains_in_any_order(whole_lines(60));
            p.run();
        }
    });
}

#[test]
fn a_run_that_fails_for_too_many_letters_leaves_no_file() {
    let folder = Folder::new();
    let p = TestPipeline::new();
    let tried = p.create(0..60).map(Fragile).try_write(text::write(folder.path("a")), 1);
    let tried = tried.fail_above(FailureLimit::count(19));
    tried.failed.in_json().write(dead_letters::write(folder.path("letters")));
    assert!(p.try_run().unwrap_err().to_string().contains("more than 19 elements failed: 20 of "));
    assert_eq!(folder.names(), Vec::<String>::new());
}

/// Numbers at as many milliseconds, in windows of twenty.
fn windowed(p: &Pipeline) -> PCollection<Fragile> {
    let timed = p.create(0..60u64).with_timestamps(|n| Timestamp::from_millis(*n as i64));
    timed.map(Fragile).window(Windowing::fixed(Duration::from_millis(20)))
}

#[test]
fn files_of_windows_are_whole_without_the_elements_that_are_refused() {
    for_each_seed(12, |seed| {
        let folder = Folder::new();
        let p = TestPipeline::new().with_parallelism(2).with_seed(seed);
        let is_rolled = seed % 2 == 1;
        let part = if is_rolled { "-{part}" } else { "" };
        let write = text::write_files(folder.path(&format!("{{destination}}-{{window.start:%3f}}{part}")));
        let write = if is_rolled { write.max_age(Duration::from_secs(1)) } else { write };
        let parity = |n: &Fragile| if n.0.is_multiple_of(2) { "even" } else { "odd" }.to_owned();
        let write = write.destination(parity);
        let tried = windowed(&p).apply(write.dead_letters()).named("Files");
        assert_that(&tried.ok.map(|file| file.rows)).satisfies(|rows| assert_eq!(rows.iter().sum::<u64>(), 40));
        let letters = tried.failed.map(|letter| (letter.step, letter.element.0, letter.windows[0].start.millis()));
        assert_that(&letters)
            .contains_in_any_order(bad(60).map(|n| ("Files/Assign".to_owned(), n, n as i64 / 20 * 20)));
        p.run();
        assert_eq!(sorted(folder.files().into_values().flatten().collect()), whole_lines(60));
    });
}

/// Of what comes after its window is over, what cannot be printed is a letter as ever.
#[test]
fn what_is_late_is_kept_beside_what_cannot_be_printed() {
    for_each_seed(12, |seed| {
        let folder = Folder::new();
        let p = TestPipeline::new().with_parallelism(2).with_seed(seed);
        let at = |n: u64| (Timestamp::from_millis(n as i64), Fragile(n));
        let stream =
            TestStream::new().elements([at(1), at(3), at(14)]).advance_watermark_to(Timestamp::from_millis(10));
        let stream = stream.elements([at(5), at(6), at(15), at(16)]);
        let is_rolled = seed % 2 == 1;
        let part = if is_rolled { "-{part}" } else { "" };
        let write = text::write_files(folder.path(&format!("{{window.start:%3f}}{part}")));
        let write = if is_rolled { write.max_age(Duration::from_secs(1)) } else { write };
        let numbers = p.apply(stream).window(Windowing::fixed(Duration::from_millis(10)));
        let written = numbers.keeping_late_data().apply(write.dead_letters()).named("Files");
        assert_that(&written.tried.ok.map(|file| file.rows)).satisfies(|rows| assert_eq!(rows.iter().sum::<u64>(), 3));
        let letters = written.tried.failed.map(|letter| (letter.step, letter.element.0));
        assert_that(&letters).contains_in_any_order([3, 6, 15].map(|n| ("Files/Assign".to_owned(), n)));
        assert_that(&written.late).contains_in_any_order([Fragile(5)]);
        p.run();
        let lines = sorted(folder.files().into_values().flatten().collect());
        assert_eq!(lines, ["1", "14", "16", "number", "number", "number"]);
    });
}

/// What is wrong with the names is said as by any other.
#[test]
fn names_that_cannot_be_are_refused_where_both_are_kept() {
    let p = TestPipeline::new();
    let written = windowed(&p).keeping_late_data().apply(text::write_files("name").dead_letters());
    written.tried.failed.inspect(|_| ());
    written.late.inspect(|_| ());
    let error = p.try_run().unwrap_err().to_string();
    assert!(error.contains("the files of all windows of name would have the same name"), "{error}");
}

#[test]
fn letters_of_files_of_windows_go_back() {
    let folder = Folder::new();
    let p = Pipeline::new();
    let tried = windowed(&p).apply(text::write_files(folder.path("{window.start:%3f}")).dead_letters()).named("Files");
    tried.failed.write(dead_letters::write(folder.path("letters")));
    p.run_with(&LocalRunner::new()).unwrap();
    let p = Pipeline::new();
    let numbers = windowed(&p).map(|n| n.0).filter(|_| false);
    let again = numbers.replaying("Files/Assign", &letters_in(&p, folder.path("letters").as_ref()));
    let write = text::write_files(folder.path("again-{window.start:%3f}"));
    again.apply(write.dead_letters()).named("Files").failed.inspect(|_| panic!("numbers can be printed"));
    p.run_with(&LocalRunner::new()).unwrap();
    for start in [0u64, 20, 40] {
        let lines = (start..start + 20).filter(|n| n % 3 == 0).map(|n| n.to_string());
        let lines = sorted(lines.collect());
        folder.assert_lines(&format!("again-{start:03}"), &lines.iter().map(String::as_str).collect::<Vec<_>>());
    }
}

#[test]
fn without_a_reader_of_letters_what_cannot_be_printed_fails_the_pipeline() {
    let folder = Folder::new();
    let p = TestPipeline::new();
    windowed(&p).apply(text::write_files(folder.path("{window}")).dead_letters()).named("Files");
    let error = p.try_run().unwrap_err().to_string();
    assert!(error.contains("step 'Files/Assign'") && error.contains("the Display of the element"), "{error}");
    assert!(error.contains("tests/sinks/tried/files.rs:"), "{error}");
}

/// The name is taken, whoever comes.
#[test]
fn a_file_that_cannot_be_written_fails_the_pipeline_whatever_reads_letters() {
    let folder = Folder::new();
    fs::write(folder.path("020"), "older\n").unwrap();
    let p = TestPipeline::new();
    let write = text::write_files(folder.path("{window.start:%3f}")).dead_letters();
    windowed(&p).apply(write).named("Files").failed.inspect(|_| ());
    let error = p.try_run().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert!(error.to_string().contains("exists already"), "{error}");
    folder.assert_lines("020", &["older"]);
}

#[test]
fn letters_of_files_go_back() {
    let folder = Folder::new();
    let p = Pipeline::new();
    let tried = p.create(0..9).map(Fragile).try_write(text::write(folder.path("a")).single_file(), 1).named("Write");
    tried.failed.write(dead_letters::write(folder.path("letters")));
    p.run_with(&LocalRunner::new()).unwrap();
    let p = Pipeline::new();
    let letters = letters_in(&p, folder.path("letters").as_ref());
    // The type can be printed now.
    let again = p.create::<u64>([]).replaying("Write", &letters);
    again.try_write(text::write(folder.path("b")).single_file(), 1).named("Write").failed.inspect(|_| panic!());
    p.run_with(&LocalRunner::new()).unwrap();
    let lines = fs::read_to_string(folder.path("b")).unwrap();
    assert_eq!(sorted(lines.lines().collect()), ["0", "3", "6"]);
}
