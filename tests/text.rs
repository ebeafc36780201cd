//! Text in whole pipelines.

use beamline::LocalRunner;
use beamline::prelude::*;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

fn folder_with(name: &str, content: &[u8]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(name), content).unwrap();
    folder
}

fn sorted_lines(path: &Path) -> Vec<String> {
    let mut lines: Vec<_> = fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect();
    lines.sort();
    lines
}

const DAMAGED: &[u8] = b"good\nb\xffd\r\n\ngr\xc3\xbcn\n\xc3";

#[test]
fn lines_that_are_not_utf8_are_a_collection_of_their_own() {
    let folder = folder_with("in.txt", DAMAGED);
    let path = |name: &str| folder.path().join(name);
    let p = Pipeline::new();
    let lines = p.apply(text::read(path("in.txt")).dead_letters());
    lines.ok.write(text::write(path("lines")).single_file());
    let name = path("in.txt").display().to_string();
    lines
        .failed
        .map(move |f| format!("{} {:?} {}", f.element.offset, f.element.bytes, f.error.replace(&name, "in.txt")))
        .write(text::write(path("damaged")).single_file());
    p.run_with(&LocalRunner::new().parallelism(2)).unwrap();
    assert_eq!(sorted_lines(&path("lines")), ["", "good", "grün"]);
    assert_eq!(
        sorted_lines(&path("damaged")),
        ["17 [195] in.txt: invalid UTF-8 at byte 17", "5 [98, 255, 100] in.txt: invalid UTF-8 at byte 6"]
    );
}

#[test]
fn lines_that_are_no_records_are_a_collection_of_their_own() {
    let folder = folder_with("in.csv", b"name,count\na,1\nb,x\n\nc,3\n\xff,4\n");
    let path = |name: &str| folder.path().join(name);
    let p = Pipeline::new();
    let counts = text::read(path("in.csv")).skip_header().parse_some(|line| -> Result<Option<u64>, BoxError> {
        let Some((_, count)) = line.split_once(',') else { return Ok(None) };
        Ok(Some(count.parse()?))
    });
    let counts = p.apply(counts.dead_letters());
    counts.ok.write(text::write(path("counts")).single_file());
    let name = path("in.csv").display().to_string();
    counts.failed.map(move |f| f.error.replace(&name, "in.csv")).write(text::write(path("damaged")).single_file());
    p.run_with(&LocalRunner::new().parallelism(2)).unwrap();
    assert_eq!(sorted_lines(&path("counts")), ["1", "3"]);
    assert_eq!(
        sorted_lines(&path("damaged")),
        ["in.csv: invalid UTF-8 at byte 24", "in.csv: the line at byte 15: invalid digit found in string"]
    );
}

#[test]
fn a_line_that_is_no_record_fails_the_pipeline() {
    let folder = folder_with("in.txt", b"1\ntwo\n");
    let p = Pipeline::new();
    let numbers = p.read(text::read(folder.path().join("in.txt")).parse(str::parse::<u64>));
    let line = line!() - 1;
    numbers.write(text::write(folder.path().join("numbers")));
    let error = p.run_with(&LocalRunner::new().parallelism(1)).unwrap_err().to_string();
    assert!(error.contains(&format!("in.txt)' (tests/text.rs:{line}): ")), "{error}");
    assert!(error.contains("in.txt: the line at byte 2 cannot be parsed: invalid digit"), "{error}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no output");
}

#[test]
fn damaged_lines_that_nobody_reads_fail_the_pipeline() {
    let folder = folder_with("in.txt", DAMAGED);
    let p = Pipeline::new();
    let lines = p.apply(text::read(folder.path().join("in.txt")).dead_letters());
    let line = line!() - 1;
    lines.ok.write(text::write(folder.path().join("lines")));
    let error = p.run_with(&LocalRunner::new().parallelism(1)).unwrap_err().to_string();
    assert!(error.contains(&format!("in.txt)/Decode' (tests/text.rs:{line}): ")), "{error}");
    assert!(error.contains("in.txt: invalid UTF-8 at byte 6\n"), "{error}");
    assert!(error.contains("read the `failed` output"), "{error}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no output");
}
