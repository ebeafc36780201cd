//! Folders that gain files.

use crate::common::{Logs, Worker};
use beamline_io::text;
use beamline_sdk::{Reader, Source, SplitTarget};
use proptest::prelude::*;
use std::fs;
use std::io::Write as _;

#[test]
fn files_are_read_once_when_they_come() {
    let logs = Logs::new();
    logs.append("b.txt", "b1\nb2");
    logs.append("a.txt", "a\n");
    let mut watch = Worker::new(text::watch(logs.path("*.txt")));
    assert_eq!(watch.drain(1), ["a", "b1", "b2"]);
    logs.append("c.tmp", "c\n");
    logs.append("a.txt", "too late\n");
    logs.rename("c.tmp", "c.txt");
    assert!(watch.drain(9).is_empty() && watch.readers[0].is_caught_up(), "it is not time to look");
    watch.advance(100);
    assert_eq!(watch.drain(9), ["c"]);
    logs.rename("c.txt", "d.txt");
    watch.advance(100);
    assert!(watch.drain(9).is_empty());
    logs.append("c.txt", "another c\n");
    watch.advance(100);
    assert_eq!(watch.drain(9), ["another c"]);
    assert_eq!(watch.readers[0].bytes_read(), 2 + 5 + 2 + 10);
}

#[test]
fn compressed_files_come_too() {
    let logs = Logs::new();
    let mut watch = Worker::new(text::watch(logs.path("*")));
    let mut file = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    file.write_all(b"a\nb\n").unwrap();
    logs.append("x.gz", file.finish().unwrap());
    assert_eq!(watch.drain(9), ["a", "b"]);
}

#[test]
fn what_is_there_can_be_left_out() {
    let logs = Logs::new();
    logs.append("old", "old\n");
    for (is_growing, read) in [(false, vec!["new"]), (true, vec!["new", "more"])] {
        let source = text::watch(logs.path("*")).only_new();
        let mut watch = Worker::new(if is_growing { source.growing() } else { source });
        assert!(watch.drain(9).is_empty());
        logs.append("new", "new\n");
        watch.advance(100);
        let mut all = watch.drain(9);
        logs.append("new", "more\n");
        watch.advance(100);
        all.extend(watch.drain(9));
        assert_eq!(all, read);
        logs.delete("new");
    }
}

#[test]
fn files_that_grow_are_followed_under_any_name_until_they_are_deleted() {
    let logs = Logs::new();
    let mut watch = Worker::new(text::watch(logs.path("*.log")).growing());
    logs.append("a.log", "a1\n");
    logs.append("b.log", "b1\nb");
    assert_eq!(watch.drain(9), ["a1", "b1"]);
    assert_eq!(watch.readers.len(), 3, "each file is a split");
    assert!(watch.readers[0].is_idle(), "what finds files holds nothing");
    logs.rename("a.log", "a-1.log");
    logs.append("a-1.log", "a2\n");
    logs.append("a.log", "new a\n");
    logs.append("b.log", "2\n");
    watch.advance(100);
    assert_eq!(watch.drain(9), ["a2", "b2", "new a"]);
    logs.append("b.log", "rest");
    logs.delete("b.log");
    assert!(watch.drain(9).is_empty());
    watch.advance(9_999);
    assert!(watch.drain(9).is_empty());
    watch.advance(1);
    assert_eq!(watch.drain(9), ["rest"]);
    assert_eq!(watch.readers.len(), 3);
}

#[test]
fn a_file_that_is_gone_before_its_turn_is_no_error() {
    let logs = Logs::new();
    for name in ["a", "b", "c"] {
        logs.append(name, format!("{name}\n"));
    }
    let mut watch = Worker::new(text::watch(logs.path("*")));
    assert_eq!(watch.poll(0, 1).unwrap().0, ["a"]);
    logs.delete("b");
    assert_eq!(watch.drain(9), ["c"]);
    let source = text::watch(logs.path("*")).growing();
    let mut watch = Worker::new(source);
    watch.poll(0, 9).unwrap();
    logs.delete("a");
    assert_eq!(watch.drain(9), ["c"]);
}

/// As logs are that are rotated by renaming all of them.
#[test]
fn files_that_are_renamed_before_their_turn_are_read_once() {
    for is_growing in [false, true] {
        let logs = Logs::new();
        logs.append("log.1", "new\n");
        logs.append("log.2", "old\n");
        let source = text::watch(logs.path("log.*"));
        let mut watch = Worker::new(if is_growing { source.growing() } else { source });
        // Both are found, and at most the first is open.
        let mut all = watch.poll(0, 1).unwrap().0;
        logs.rename("log.2", "log.3");
        logs.rename("log.1", "log.2");
        logs.append("log.1", "newest\n");
        all.extend(watch.drain(9));
        watch.advance(100);
        all.extend(watch.drain(9));
        all.sort();
        assert_eq!(all, ["new", "newest", "old"], "growing: {is_growing}");
    }
}

/// As by a rename that a look falls into, and by programs that take a file away for a moment.
#[test]
fn files_that_come_back_are_the_same() {
    for is_growing in [false, true] {
        let logs = Logs::new();
        logs.append("a.log", "a\n");
        let source = text::watch(logs.path("*.log"));
        let mut watch = Worker::new(if is_growing { source.growing() } else { source });
        assert_eq!(watch.drain(9), ["a"]);
        logs.rename("a.log", "a.tmp");
        watch.advance(100);
        assert!(watch.drain(9).is_empty());
        logs.rename("a.tmp", "b.log");
        watch.advance(100);
        assert!(watch.drain(9).is_empty(), "growing: {is_growing}");
    }
}

#[test]
fn folders_that_are_not_there_yet_are_waited_for_and_bad_patterns_are_not() {
    let logs = Logs::new();
    let mut watch = Worker::new(text::watch(logs.path("day-*/*.log")));
    assert!(watch.drain(9).is_empty());
    fs::create_dir(logs.path("day-1")).unwrap();
    logs.append("day-1/a.log", "a\n");
    watch.advance(100);
    assert_eq!(watch.drain(9), ["a"]);
    let error = text::watch("a[b").splits(&SplitTarget { parallelism: 1 }).unwrap_err().to_string();
    assert!(error.starts_with("a[b is no valid pattern: "), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(50))]

    /// Files that are waiting may be given to others at any point.
    #[test]
    fn divided_work_is_the_whole_work(
        files in prop::collection::vec(0usize..6, 1..12),
        cuts in prop::collection::vec((0usize..4, 1usize..4), 0..12),
    ) {
        let logs = Logs::new();
        for (file, lines) in files.iter().enumerate() {
            let name = format!("file-{file:02}");
            logs.append(&name, "");
            (0..*lines).for_each(|line| logs.append(&name, format!("{file} {line}\n")));
        }
        let mut watch = Worker::new(text::watch(logs.path("*")));
        let mut read = Vec::new();
        for (reader, room) in cuts {
            let reader = reader % watch.readers.len();
            read.extend(watch.poll(reader, room).unwrap().0);
            watch.divide(reader);
        }
        read.extend(watch.drain(3));
        read.sort();
        let mut all: Vec<_> =
            files.iter().enumerate().flat_map(|(file, lines)| (0..*lines).map(move |line| format!("{file} {line}"))).collect();
        all.sort();
        prop_assert_eq!(read, all);
    }
}
