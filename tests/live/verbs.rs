//! Every source and every way to end: all that was read has come through, and the run is over.

use crate::{Control, Seen, runner};
use beamline::prelude::*;
use beamline::testing::for_each_seed;
use beamline::{ErrorKind, JobResult};
use std::fs;
use std::path::Path;
use std::time::Duration;

/// Adds something that does not end by itself, and has at least a few elements.
type AddSource = fn(&Pipeline, &Path) -> PCollection<String>;

const SOURCES: [(&str, AddSource); 8] = [
    ("generate", |p, _| p.read(generate(50.0, |n| n.to_string()))),
    ("arriving", |p, _| p.read(generate(50.0, |n| n.to_string()).arriving())),
    ("idle", |p, _| p.read(generate(50.0, |n| n.to_string()).idle_after(Duration::from_secs(1)))),
    ("impulses", |p, _| p.periodic_impulse(Duration::from_secs(1)).map(|time| time.to_string())),
    ("concat", |p, _| p.read(generate(50.0, |n| n.to_string()).take(2).concat(generate(50.0, |n| n.to_string())))),
    ("take", |p, _| p.read(generate(50.0, |n| n.to_string()).take(1_000_000_000))),
    ("tail", |p, folder| p.read(text::tail(folder.join("a.log")))),
    ("watch", |p, folder| p.read(text::watch(folder.join("*.log")).growing())),
];

/// Runs a pipeline that reads a source until a few elements have come, and ends it then.
fn end_by(seed: u64, add: AddSource, end: fn(&Control)) -> (Result<JobResult, ErrorKind>, usize) {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.log", "b.log"] {
        fs::write(folder.path().join(name), "one\ntwo\nthree\n").unwrap();
    }
    let (runner, _) = runner(seed);
    let (p, control, read, seen) = (Pipeline::new(), Control::default(), Seen::new(), Seen::new());
    let (stop, count, all) = (control.clone(), read.clone(), seen.clone());
    let read_once = add(&p, folder.path()).inspect(move |element| {
        if count.add(element) == 3 {
            end(&stop);
        }
    });
    read_once.reshuffle().inspect(move |element| {
        all.add(element);
    });
    let handle = runner.start(&p.graph().unwrap()).unwrap();
    control.watch(handle.control());
    let result = handle.wait().map_err(|error| error.kind());
    let lost = read.len() - seen.len();
    assert!(read.len() >= 3);
    (result, lost)
}

#[test]
fn a_drain_works_off_what_was_read() {
    for (name, add) in SOURCES {
        for_each_seed(8, |seed| {
            let (result, lost) = end_by(seed, add, Control::drain);
            assert!(result.is_ok_and(|result| result.ending.left_behind().is_empty()), "{name}");
            assert_eq!(lost, 0, "{name}");
        });
    }
}

#[test]
fn a_stop_works_off_what_was_read() {
    for (name, add) in SOURCES {
        for_each_seed(8, |seed| {
            let (result, lost) = end_by(seed, add, Control::stop);
            assert!(result.is_ok(), "{name}");
            assert_eq!(lost, 0, "{name}");
        });
    }
}

#[test]
fn a_cancellation_ends_the_run() {
    for (name, add) in SOURCES {
        for_each_seed(8, |seed| {
            let (result, _) = end_by(seed, add, Control::cancel);
            assert_eq!(result.err(), Some(ErrorKind::Cancelled), "{name}");
        });
    }
}
