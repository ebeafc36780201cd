//! Dead letters of a stream, which are kept while it goes on.

use crate::folder::Folder;
use beamline::prelude::*;
use beamline::testing::{TestPipeline, TestStream, assert_that};
use std::time::Duration;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn parse(lines: &PCollection<String>) -> beamline::Tried<u64, String> {
    lines.try_map(|line| line.parse::<u64>()).named("Parse")
}

#[test]
fn letters_of_a_stream_are_files_while_it_goes_on_and_go_back() {
    let folder = Folder::new();
    let names = folder.path("{part}.jsonl");
    let age = Duration::from_secs(10);
    let text = str::to_owned;
    let stream = TestStream::new()
        .element(at(1), text("one"))
        .advance_watermark_to(at(1000))
        .element(at(2000), text("2"))
        // Late, if letters were windowed by their times.
        .element(at(5), text("three"))
        .advance_processing_time(age)
        .element(at(3000), text("four"));
    let p = TestPipeline::new();
    let lines = p.apply(stream).window(Windowing::fixed(Duration::from_millis(100)));
    let files = parse(&lines).failed.apply(dead_letters::write_files(&*names).max_age(age)).named("Keep");
    assert_that(&files.map(|file| file.rows)).contains_in_any_order([2, 1]);
    p.run();
    assert_eq!(folder.names(), ["00000.jsonl", "00001.jsonl"]);

    let p = TestPipeline::new();
    let again = p.create::<String>([]).replaying("Parse", &p.apply(dead_letters::read(folder.path("*.jsonl"))));
    let letters = parse(&again).failed.map(|letter| (letter.element, letter.windows[0].start));
    let expected = [("one", 0), ("three", 0), ("four", 3000)].map(|(line, start)| (text(line), at(start)));
    assert_that(&letters).contains_in_any_order(expected);
    p.run();
}
