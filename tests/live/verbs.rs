//! Every source and every way to end: all that was read has come through, and the run is over.

use crate::verb::{Time, Verb};
use beamline::prelude::*;
use beamline::testing::for_each_seed;
use std::fs;
use std::path::Path;
use std::time::Duration;

/// Adds something that does not end by itself, and has at least a few elements, as the verb wants it.
type AddSource = fn(&Pipeline, &Path, Verb) -> PCollection<String>;

const SOURCES: [(&str, AddSource); 7] = [
    ("generate", |p, _, verb| verb.read(p, numbers())),
    ("arriving", |p, _, verb| verb.read(p, numbers().arriving())),
    ("idle", |p, _, verb| verb.read(p, numbers().idle_after(Duration::from_secs(1)))),
    ("concat", |p, _, verb| verb.read(p, numbers().take(2).concat(numbers()))),
    ("take", |p, _, verb| verb.read(p, numbers().take(1_000_000_000))),
    ("tail", |p, folder, verb| verb.read(p, text::tail(folder.join("a.log")))),
    ("watch", |p, folder, verb| verb.read(p, text::watch(folder.join("*.log")).growing())),
];

fn numbers() -> impl Source<Out = String> {
    generate(50.0, |n| n.to_string())
}

fn check(name: &str, verb: Verb, add: AddSource) {
    for_each_seed(8, |seed| {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a.log", "b.log"] {
            fs::write(folder.path().join(name), "one\ntwo\nthree\n").unwrap();
        }
        eprintln!("{name}, {verb:?}");
        verb.check(seed, Time::Jumps, |p, verb| add(p, folder.path(), verb));
    });
}

fn check_all(verb: Verb) {
    SOURCES.into_iter().for_each(|(name, add)| check(name, verb, add));
}

#[test]
fn a_drain_works_off_what_was_read() {
    check_all(Verb::Drain);
}

#[test]
fn a_stop_works_off_what_was_read() {
    check_all(Verb::Stop);
}

#[test]
fn a_cancellation_ends_the_run() {
    check_all(Verb::Cancel);
}

#[test]
fn so_many_elements_are_taken() {
    check_all(Verb::Take);
}

#[test]
fn elements_are_taken_for_a_time() {
    check_all(Verb::TakeFor);
}

#[test]
fn elements_are_taken_until_time_has_come_so_far() {
    check_all(Verb::Until);
}

/// They are no source, so there is nothing to take of.
#[test]
fn impulses_end_with_the_run() {
    for verb in [Verb::Drain, Verb::Stop, Verb::Cancel] {
        let add: AddSource = |p, _, _| p.periodic_impulse(Duration::from_secs(1)).map(|time| time.to_string());
        check("impulses", verb, add);
    }
}
