//! How fast lines are read. Run it with `--release --ignored --nocapture`.

use crate::common::{lines_of, splits};
use beamline_io::text::{self, Line, Read};
use beamline_sdk::{Next, Reader, Source, SourceBatch};
use std::fs;
use std::time::Instant;

#[test]
#[ignore = "a measurement"]
fn speed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lines.txt");
    let block = lines_of((0..10_000).map(|i| "0123456789".repeat(8).split_at(40 + i * 7 % 39).0.to_owned()));
    fs::write(&path, block.repeat(1000)).unwrap();
    for _ in 0..3 {
        measure("String", &text::read(&path));
        measure("RawLine", &text::read_bytes(&path));
    }
}

/// On one thread, into batches of 1,024 whose lines are freed by the next one.
fn measure<L: Line>(what: &str, source: &Read<L>) {
    let start = Instant::now();
    let (mut lines, mut bytes) = (0, 0);
    let (mut values, mut times) = (Vec::new(), Vec::new());
    for split in splits(source, 1).unwrap() {
        bytes += source.size(&split).unwrap();
        let mut reader = source.open(split).unwrap();
        while reader.poll(&mut SourceBatch::new(&mut values, &mut times, 1024)).unwrap() != Next::Done {
            lines += values.len();
        }
        lines += values.len();
    }
    let seconds = start.elapsed().as_secs_f64();
    let (speed, each) = (bytes as f64 / seconds / 1e9, seconds * 1e9 / lines as f64);
    println!("{what}: {lines} lines in {seconds:.2} s, {speed:.2} GB/s, {each:.0} ns per line");
}
