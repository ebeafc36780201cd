//! Files of collections that end.

use crate::folder::Folder;
use beamline::prelude::*;
use beamline::testing::{ManualClock, TestPipeline, assert_that};
use beamline::{ErrorKind, JobControl};
use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Words at instants, in seconds, in windows of ten seconds.
fn words(p: &Pipeline, words: &[(i64, &str)]) -> PCollection<String> {
    let words: Vec<_> = words.iter().map(|(second, word)| (*second, (*word).to_owned())).collect();
    let timed = p.create(words).with_timestamps(|(second, _)| Timestamp::from_millis(second * 1000));
    timed.map(|(_, word)| word).window(Windowing::fixed(Duration::from_secs(10)))
}

#[test]
fn a_window_is_a_file() {
    let folder = Folder::new();
    for workers in [1, 2, 4] {
        let p = TestPipeline::new().with_parallelism(workers);
        let names = folder.path(&format!("{workers}/{{window.start:%H-%M-%S}}.txt"));
        let files = words(&p, &[(1, "a"), (12, "b"), (9, "c"), (13, "b")]).apply(text::write_files(names));
        let facts = files.map(|file| (file.window.start.millis(), file.rows, file.bytes, file.pane.last, file.part));
        assert_that(&facts).contains_in_any_order([(0, 2, 4, true, 0), (10_000, 2, 4, true, 0)]);
        let metrics = p.run().metrics;
        assert_eq!((metrics.counter("files_written"), metrics.counter("rows_written")), (2, 4));
        folder.assert_lines(&format!("{workers}/00-00-00.txt"), &["a", "c"]);
        folder.assert_lines(&format!("{workers}/00-00-10.txt"), &["b", "b"]);
    }
    assert_eq!(folder.files().len(), 6, "nothing is left behind");
}

#[test]
fn an_element_is_in_the_file_of_each_of_its_windows() {
    let (folder, second) = (Folder::new(), Duration::from_secs(1));
    let p = TestPipeline::new();
    let words = words(&p, &[(1, "a"), (6, "b"), (12, "c")]);
    let sliding = words.window(Windowing::sliding(10 * second, 5 * second));
    sliding.apply(text::write_files(folder.path("sliding/{window.start:%H%M%S}")));
    let sessions = words.window(Windowing::sessions(6 * second));
    sessions.apply(text::write_files(folder.path("sessions/{window.start:%S}-{window.end:%S}")));
    p.run();
    let expected = [
        ("sessions/01-12", vec!["a", "b"]),
        ("sessions/12-18", vec!["c"]),
        ("sliding/000000", vec!["a", "b"]),
        ("sliding/000005", vec!["b", "c"]),
        ("sliding/000010", vec!["c"]),
        ("sliding/235955", vec!["a"]),
    ];
    assert_eq!(folder.names(), expected.clone().map(|(name, _)| name));
    expected.iter().for_each(|(name, lines)| folder.assert_lines(name, lines));
}

#[test]
fn without_windows_there_is_one_file() {
    let folder = Folder::new();
    let p = TestPipeline::new();
    let numbers = p.create(0..100u64).reshuffle();
    numbers.apply(text::write_files(folder.path("{window}.txt")).header("n")).map(|file| file.to_string());
    p.run();
    let files = folder.files();
    assert_eq!(files.keys().collect::<Vec<_>>(), ["global.txt"]);
    assert_eq!(files["global.txt"].len(), 101);
    assert_eq!(fs::read_to_string(folder.path("global.txt")).unwrap().lines().next(), Some("n"));
}

#[test]
fn nothing_makes_no_file_but_the_folder() {
    let folder = Folder::new();
    let p = TestPipeline::new();
    p.create([0u64; 0]).apply(text::write_files(folder.path("a/b/{window}.txt")));
    p.run();
    assert!(folder.files().is_empty() && fs::metadata(folder.path("a/b")).unwrap().is_dir());
}

#[test]
fn shards_share_the_elements_evenly() {
    for replace in [false, true] {
        let folder = Folder::new();
        let p = TestPipeline::new().with_parallelism(1);
        let names = folder.path("{shard}-{shard.index}-{shard.count}");
        p.create(0..900u64).apply(text::write_files(names).shards(3).replace(replace));
        p.run();
        let expected = ["00000-of-00003-00000-00003", "00001-of-00003-00001-00003", "00002-of-00003-00002-00003"];
        assert_eq!(folder.names(), expected);
        let sizes: Vec<_> = folder.files().into_values().map(|lines| lines.len()).collect();
        assert!(sizes.iter().all(|size| size.abs_diff(300) < 50), "{sizes:?}");
    }
}

#[test]
fn shards_of_a_run_that_is_repeated_have_the_same_lines_in_whatever_order_these_come() {
    let (folder, lines) = (Folder::new(), "abcdefghijklmnop".chars().map(String::from));
    let mut first = None;
    for (turn, workers) in [(0, 1), (1, 1), (5, 2), (7, 3)] {
        let mut lines: Vec<_> = lines.clone().collect();
        lines.rotate_left(turn);
        let p = TestPipeline::new().with_parallelism(workers);
        let write = text::write_files(folder.path("{destination}/{shard}")).destination(String::clone);
        p.create(lines).apply(write.shards(4).replace(true));
        p.run();
        assert_eq!(folder.files(), *first.get_or_insert_with(|| folder.files()));
    }
    let files = folder.files();
    assert_eq!(files.len(), 16, "each line is in one file");
    let shards: BTreeSet<_> = files.keys().map(|name| &name[2..]).collect();
    assert_eq!(shards.len(), 4);
}

#[test]
fn files_are_compressed_as_their_names_say() {
    let folder = Folder::new();
    let p = TestPipeline::new();
    let numbers = p.create(0..1000u64);
    numbers.apply(text::write_files(folder.path("a-{window}.txt.gz")));
    numbers.apply(text::write_files(folder.path("b-{window}.txt")).compression(text::Compression::Zstd));
    p.run();
    assert_eq!(folder.names(), ["a-global.txt.gz", "b-global.txt.zst"]);
    let p = TestPipeline::new();
    for name in folder.names() {
        assert_that(&p.read(text::read(folder.path(&name)))).contains_in_any_order((0..1000).map(|n| n.to_string()));
    }
    p.run();
}

#[test]
fn a_pane_may_be_larger_than_memory() {
    let folder = Folder::new();
    let p = Pipeline::new();
    let long = p.create(0..40_000u64).map(|n| format!("{n:0>100}"));
    long.apply(text::write_files(folder.path("{window}")));
    p.run_with(&LocalRunner::new().parallelism(2).table_bytes(64 << 10)).unwrap();
    let lines = &folder.files()["global"];
    assert!(lines.iter().map(|line| line.parse::<u64>().unwrap()).eq(0..40_000));
}

#[test]
fn a_file_that_exists_is_not_touched() {
    let folder = Folder::new();
    fs::write(folder.path("00-00-10"), "old\n").unwrap();
    let write = || text::write_files(folder.path("{window.start:%H-%M-%S}"));
    let p = TestPipeline::new().with_parallelism(1);
    let words = words(&p, &[(1, "a"), (12, "b")]);
    words.apply(write());
    let error = p.try_run().unwrap_err();
    assert_eq!((error.kind(), error.element()), (ErrorKind::Io, Some("pane 0 of [10000ms, 20000ms), shard 0")));
    let message = error.to_string();
    for part in ["00-00-10 exists already", "replace(true)", "{run}", "/Write'", "files.rs"] {
        assert!(message.contains(part), "{part} is missing in: {message}");
    }
    folder.assert_lines("00-00-10", &["old"]);
    assert!(folder.names().iter().all(|name| !name.starts_with('.')), "{:?}", folder.names());
}

/// Writes words to files whose names tell of the run.
fn run_again(folder: &Folder, runner: &LocalRunner) -> Result<(), String> {
    let p = Pipeline::new();
    let write = text::write_files(folder.path("{window.start:%H-%M-%S} {run} {shard.index}")).shards(2);
    words(&p, &[(1, "a"), (2, "b"), (12, "c"), (13, "d")]).apply(write);
    p.run_with(runner).map(drop).map_err(|error| error.to_string())
}

#[test]
fn a_program_that_is_started_again_goes_on_beside_the_files_of_the_run_before() {
    let folder = Folder::new();
    for runs in 1..=3 {
        run_again(&folder, &LocalRunner::new().parallelism(2)).unwrap();
        let names = folder.names();
        let runs_in = names.iter().filter_map(|name| name.split(' ').nth(1)).collect::<BTreeSet<_>>();
        assert_eq!(runs_in.len(), runs, "all workers of a run say the same: {names:?}");
    }
    let p = TestPipeline::new();
    let all = p.read(text::read(folder.path("*")));
    assert_that(&all).contains_in_any_order("abcd".repeat(3).chars().map(String::from));
    p.run();
}

#[test]
fn a_run_that_is_repeated_has_the_same_name_and_the_error_says_what_would_be_another() {
    let folder = Folder::new();
    let clock = Arc::new(ManualClock::default());
    clock.advance_to("2026-11-21T09:30:00.250Z".parse().unwrap());
    let runner = |seed| LocalRunner::new().parallelism(2).manual_clock(clock.clone()).replay(seed);
    run_again(&folder, &runner(7)).unwrap();
    assert!(folder.names().iter().all(|name| name.contains(" 20261121T093000Z-")), "{:?}", folder.names());
    let error = run_again(&folder, &runner(7)).unwrap_err();
    assert!(error.contains("exists already") && error.contains("{run}"), "{error}");
    run_again(&folder, &runner(8)).unwrap();
    assert_eq!(folder.files().into_values().flatten().count(), 8);
}

#[test]
fn a_file_that_exists_may_be_replaced() {
    let folder = Folder::new();
    fs::write(folder.path("00-00-10"), "old\n").unwrap();
    let p = TestPipeline::new();
    words(&p, &[(1, "a"), (12, "b")]).apply(text::write_files(folder.path("{window.start:%H-%M-%S}")).replace(true));
    p.run();
    folder.assert_lines("00-00-10", &["b"]);
}

#[test]
fn files_that_were_visible_stay_when_the_run_fails() {
    let folder = Folder::new();
    let p = TestPipeline::new().with_parallelism(1);
    let files = words(&p, &[(1, "a"), (12, "b")]).apply(text::write_files(folder.path("{window.start:%H-%M-%S}")));
    let fail = |_| Err("later".into());
    p.create([1]).wait_on(&files).for_each(fail).named("Fail");
    assert!(p.try_run().unwrap_err().to_string().contains("'Fail'"));
    assert_eq!(folder.names(), ["00-00-00", "00-00-10"]);
}

#[test]
fn a_folder_that_cannot_be_made_is_named_before_anything_is_read() {
    let folder = Folder::new();
    fs::write(folder.path("file"), "").unwrap();
    let p = TestPipeline::new();
    let read = p.create([1]).inspect(|_| panic!("it was read"));
    read.apply(text::write_files(folder.path("file/{window}")));
    let error = p.try_run().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert!(error.to_string().contains("cannot make the folder"), "{error}");
}

/// Cancels the run when it is printed for the tenth time.
#[derive(Clone, serde::Serialize, serde::Deserialize)]
struct Last;

static PRINTED: AtomicU64 = AtomicU64::new(0);
static RUN: Mutex<Option<JobControl>> = Mutex::new(None);

impl fmt::Display for Last {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if PRINTED.fetch_add(1, Ordering::SeqCst) == 9 {
            RUN.lock().unwrap_or_else(PoisonError::into_inner).as_ref().expect("it is known").cancel();
        }
        f.write_str("a line")
    }
}

#[test]
fn a_cancelled_run_stops_within_a_pane_and_leaves_nothing_of_it() {
    let folder = Folder::new();
    let p = Pipeline::new();
    p.create(vec![Last; 1000]).apply(text::write_files(folder.path("{window}")));
    let mut run = RUN.lock().unwrap();
    let handle = LocalRunner::new().parallelism(2).start(&p.graph().unwrap()).unwrap();
    *run = Some(handle.control());
    drop(run);
    assert_eq!(handle.wait().unwrap_err().kind(), ErrorKind::Cancelled);
    assert_eq!((PRINTED.load(Ordering::SeqCst), folder.names()), (10, vec![]));
}
