//! Files that are complete before their window is.

use crate::folder::Folder;
use beamline::prelude::*;
use beamline::testing::{TestPipeline, TestStream, assert_that, for_each_seed};
use std::time::Duration;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn sizes(folder: &Folder) -> Vec<(String, usize)> {
    folder.files().into_iter().map(|(name, lines)| (name, lines.len())).collect()
}

fn parts(sizes: &[usize]) -> Vec<(String, usize)> {
    sizes.iter().enumerate().map(|(part, size)| (format!("{part:05}"), *size)).collect()
}

#[test]
fn a_pane_becomes_several_files_of_so_many_rows() {
    let folder = Folder::new();
    let p = TestPipeline::new();
    let files = p.create(0..25u64).apply(text::write_files(folder.path("{part}")).max_rows(10));
    assert_that(&files.map(|file| (file.part, file.rows))).contains_in_any_order([(0, 10), (1, 10), (2, 5)]);
    p.run();
    assert_eq!(sizes(&folder), parts(&[10, 10, 5]));
    let mut numbers: Vec<u64> = folder.files().into_values().flatten().map(|line| line.parse().unwrap()).collect();
    numbers.sort_unstable();
    assert!(numbers.into_iter().eq(0..25));
}

#[test]
fn a_limit_that_is_met_exactly_makes_no_empty_file() {
    let folder = Folder::new();
    let p = TestPipeline::new();
    p.create(0..20u64).apply(text::write_files(folder.path("{part}")).max_rows(10));
    p.run();
    assert_eq!(sizes(&folder), parts(&[10, 10]));
}

#[test]
fn the_line_that_reaches_the_bytes_is_the_last() {
    let folder = Folder::new();
    let p = TestPipeline::new();
    // With its end a line has 5 bytes.
    let lines = p.create(vec!["abcd".to_owned(); 7]);
    lines.apply(text::write_files(folder.path("{part}")).max_bytes(11));
    p.run();
    assert_eq!(sizes(&folder), parts(&[3, 3, 1]));
}

#[test]
fn fewer_parts_replace_more() {
    let folder = Folder::new();
    for (rows, expected) in [(50u64, [10; 5].as_slice()), (25, &[10, 10, 5])] {
        let p = TestPipeline::new();
        p.create(0..rows).apply(text::write_files(folder.path("{part}")).max_rows(10).replace(true));
        p.run();
        assert_eq!(sizes(&folder), parts(expected));
    }
}

/// What files a stream becomes, on threads and in many orders: always the same.
fn written(
    stream: impl Fn() -> TestStream<u64>,
    windowing: Option<fn() -> Windowing>,
    write: impl Fn(text::WriteFiles) -> text::WriteFiles,
    names: &str,
) -> Vec<(String, Vec<String>)> {
    let run = |p: TestPipeline| {
        let folder = Folder::new();
        let elements = p.apply(stream());
        let elements = windowing.map_or(elements.clone(), |windowing| elements.window(windowing()));
        elements.apply(write(text::write_files(folder.path(names))));
        p.run();
        folder.files().into_iter().collect::<Vec<_>>()
    };
    let first = run(TestPipeline::new());
    for_each_seed(20, |seed| assert_eq!(run(TestPipeline::new().with_seed(seed)), first));
    first
}

fn file(name: &str, lines: &[&str]) -> (String, Vec<String>) {
    (name.to_owned(), lines.iter().map(|line| (*line).to_owned()).collect())
}

#[test]
fn a_file_is_complete_when_it_is_old_or_large_enough() {
    let minute = Duration::from_mins(1);
    let stream = || {
        let stream = TestStream::new().element(at(1), 1).advance_processing_time(minute / 2).element(at(2), 2);
        let stream = stream.advance_processing_time(minute / 2).elements([(at(3), 3), (at(4), 4), (at(5), 5)]);
        // The third is in a file that was begun just now.
        let stream = stream.element(at(6), 6).advance_processing_time(minute / 2).element(at(7), 7);
        stream.advance_processing_time(minute / 2).element(at(8), 8)
    };
    let files = written(stream, None, |write| write.max_age(minute).max_rows(3), "{part}");
    let expected = [
        file("00000", &["1", "2"]),
        file("00001", &["3", "4", "5"]),
        file("00002", &["6", "7"]),
        file("00003", &["8"]),
    ];
    assert_eq!(files, expected);
}

#[test]
fn a_file_is_complete_when_its_window_is_over() {
    let stream = || {
        let stream = TestStream::new().elements([(at(1), 1), (at(11), 2), (at(2), 3)]).advance_watermark_to(at(10));
        stream.element(at(12), 4)
    };
    let windowing = || Windowing::fixed(Duration::from_millis(10));
    let age = |write: text::WriteFiles| write.max_age(Duration::from_hours(1)).max_bytes(6);
    let files = written(stream, Some(windowing), age, "{window.start:%3f}-{part}");
    assert_eq!(files, [file("000-00000", &["1", "3"]), file("010-00000", &["2", "4"])]);
}

#[test]
fn what_ends_may_have_an_age_too() {
    let folder = Folder::new();
    let p = TestPipeline::new();
    let write = text::write_files(folder.path("{destination}-{part}")).destination(|n: &u64| n % 2);
    p.create(0..10u64).apply(write.max_age(Duration::from_hours(1)).max_rows(4));
    p.run();
    let expected = [("0-00000", 4), ("0-00001", 1), ("1-00000", 4), ("1-00001", 1)];
    assert_eq!(sizes(&folder), expected.map(|(name, size)| (name.to_owned(), size)));
}

/// A file is complete when its window is; what comes later is in no file, and not lost.
#[test]
fn what_comes_too_late_for_its_file_is_a_collection() {
    for max_age in [None, Some(Duration::from_mins(1))] {
        let folder = Folder::new();
        let p = TestPipeline::new();
        let stream =
            TestStream::new().element(at(1), 1u64).advance_watermark_to(at(10)).element(at(2), 2).element(at(11), 3);
        let numbers = p.apply(stream).window(Windowing::fixed(Duration::from_millis(10)));
        let files = text::write_files(folder.path("{window.start:%3f}-{part}")).max_rows(10);
        let files = max_age.into_iter().fold(files, text::WriteFiles::max_age);
        let written = numbers.keeping_late_data().apply(files);
        assert_that(&written.results.map(|file| file.rows)).contains_in_any_order([1, 1]);
        assert_that(&written.late.reify_timestamps()).contains_in_any_order([(2, at(2))]);
        assert_eq!(p.run().metrics.counter("dropped_late"), 1);
        assert_eq!(sizes(&folder), [("000-00000".to_owned(), 1), ("010-00000".to_owned(), 1)]);
    }
}

#[test]
fn files_that_cannot_be_are_refused_with_late_data_as_without() {
    let p = Pipeline::new();
    let numbers = p.create([1, 2]).window(Windowing::fixed(Duration::from_secs(1)));
    let _ = numbers.keeping_late_data().apply(text::write_files("name"));
    let error = p.graph().err().expect("the files of all windows have one name").to_string();
    assert!(error.contains("the files of all windows of name would have the same name"), "{error}");
}
