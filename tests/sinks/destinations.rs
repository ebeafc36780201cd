//! Files by what elements say of themselves.

use crate::folder::Folder;
use beamline::prelude::*;
use beamline::testing::{TestPipeline, assert_that};
use std::fmt;

#[test]
fn every_destination_has_files_of_its_own() {
    let folder = Folder::new();
    let p = TestPipeline::new();
    let write = text::write_files(folder.path("{destination}/{shard}.txt")).destination(|n: &u64| n % 3).shards(2);
    let files = p.create(0..30u64).apply(write);
    let destinations = files.map(|file| (file.destination, file.shard)).distinct().count();
    assert_that(&destinations).contains_in_any_order([6]);
    p.run();
    let all = folder.files();
    for destination in 0..3u64 {
        let shards = (0..2).flat_map(|shard| &all[&format!("{destination}/0000{shard}-of-00002.txt")]);
        let mut numbers: Vec<u64> = shards.map(|line| line.parse().unwrap()).collect();
        numbers.sort_unstable();
        assert!(numbers.into_iter().eq((0..30).filter(|n| n % 3 == destination)));
    }
}

#[test]
fn destinations_that_take_turns_are_divided_evenly_each() {
    for replace in [false, true] {
        let folder = Folder::new();
        let p = TestPipeline::new().with_parallelism(1);
        let write =
            text::write_files(folder.path("{destination}-{shard.index}")).destination(|n: &u64| n % 2).shards(2);
        p.create(0..400u64).apply(write.replace(replace));
        p.run();
        let sizes: Vec<_> = folder.files().into_values().map(|lines| lines.len()).collect();
        assert!(sizes.len() == 4 && sizes.iter().all(|size| size.abs_diff(100) < 20), "{sizes:?}");
    }
}

#[derive(Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
enum Level {
    Info,
    Error,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Info => "info",
            Self::Error => "error",
        })
    }
}

#[test]
fn a_destination_is_of_any_type_that_is_a_key_and_a_text() {
    let folder = Folder::new();
    let p = TestPipeline::new();
    let lines = p.create(["E1", "I1", "E2"].map(str::to_owned));
    let level = |line: &String| if line.starts_with('E') { Level::Error } else { Level::Info };
    lines.apply(text::write_files(folder.path("{destination}.log")).destination(level));
    p.run();
    folder.assert_lines("error.log", &["E1", "E2"]);
    folder.assert_lines("info.log", &["I1"]);
}

#[test]
fn no_destination_leads_out_of_the_folder() {
    let folder = Folder::new();
    let p = TestPipeline::new();
    let evil = ["../up", "/etc/x", "", ".", "..", "a/../../b", ".hidden", "a//b"].map(str::to_owned);
    p.create(evil).apply(text::write_files(folder.path("in/side/{destination}.txt")).destination(String::clone));
    p.run();
    let names = folder.names();
    assert_eq!(names.len(), 8, "{names:?}");
    assert!(names.iter().all(|name| name.starts_with("in/side/")), "{names:?}");
}

/// Writes a line to a file whose name is its destination, and returns the file's name.
fn write_named(name: String) -> Result<String, String> {
    let folder = Folder::new();
    let p = TestPipeline::new();
    p.create([name]).apply(text::write_files(folder.path("{destination}")).destination(String::clone));
    p.try_run().map_err(|error| error.to_string())?;
    Ok(folder.names().concat())
}

#[test]
fn a_destination_may_be_as_long_as_the_system_allows() {
    for name in ["x".repeat(245), "x".repeat(255), "ü".repeat(127), format!("a/{}/b", "y".repeat(255))] {
        assert_eq!(write_named(name.clone()).unwrap(), name);
    }
    for name in ["x".repeat(300), format!("a/{}/b", "y".repeat(256))] {
        let error = write_named(name).unwrap_err();
        let said = error.contains("File name too long") && error.contains("shorten {destination}");
        assert!(said && !error.contains("check the"), "{error}");
    }
}
