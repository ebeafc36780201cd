//! Files of elements some of which cannot be printed.

use super::{letters_in, sorted};
use crate::folder::Folder;
use beamline::FailureLimit;
use beamline::prelude::*;
use beamline::testing::{TestPipeline, assert_that, for_each_seed};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::fs;

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
