//! One file, through all that can happen to it.

use crate::common::{Logs, Worker, at};
use beamline_io::text::{self, InvalidUtf8, RawLine};
use beamline_sdk::{Next, Reader, Source, SplitTarget};

#[test]
fn lines_are_read_when_they_are_complete() {
    let logs = Logs::new();
    let mut tail = Worker::new(text::tail(logs.path("log")));
    assert!(tail.drain(9).is_empty(), "the file is not there yet");
    logs.append("log", "\u{feff}one\r\ntw");
    assert_eq!(tail.drain(9), ["one"]);
    logs.append("log", "o\nthree\nfour\n");
    assert_eq!(tail.poll(0, 2), Ok((vec!["two".to_owned(), "three".to_owned()], Next::More)));
    assert_eq!(tail.drain(2), ["four"]);
    assert_eq!(tail.readers[0].bytes_read(), 3 + 5 + 4 + 6 + 5);
}

#[test]
fn it_is_looked_at_less_often_while_nothing_comes() {
    let logs = Logs::new();
    let mut tail = Worker::new(text::tail(logs.path("log")));
    let mut pauses = |logs: &Logs| {
        logs.append("log", "x\n");
        let polls: Vec<_> = (0..6).map(|_| tail.poll(0, 9).unwrap().1).collect();
        assert!(tail.readers[0].is_caught_up() && !tail.readers[0].is_idle());
        polls
    };
    let grow = [5, 10, 20, 40, 50, 50].map(|millis| Next::WakeAt(at(millis)));
    assert_eq!(pauses(&logs), grow);
    assert_eq!(pauses(&logs), grow);
}

#[test]
fn what_is_there_can_be_left_out() {
    let logs = Logs::new();
    logs.append("log", "old\n");
    logs.append("half", "old\nhalf of ");
    let mut whole = Worker::new(text::tail(logs.path("log")).from_end());
    let mut half = Worker::new(text::tail(logs.path("half")).from_end());
    let mut none = Worker::new(text::tail(logs.path("none")).from_end());
    for name in ["log", "half", "none"] {
        logs.append(name, "a line\nnew\n");
    }
    assert_eq!(whole.drain(9), ["a line", "new"]);
    assert_eq!(half.drain(9), ["new"]);
    assert_eq!(none.drain(9), ["a line", "new"]);
}

#[test]
fn the_end_is_where_it_was_when_the_pipeline_started() {
    let logs = Logs::new();
    logs.append("log", "old\n");
    let source = text::tail(logs.path("log")).from_end();
    let split = source.splits(&SplitTarget { parallelism: 1 }).unwrap().remove(0);
    logs.append("log", "new\n");
    let mut tail = Worker::new(source.clone());
    tail.readers = vec![source.open(split).unwrap()];
    assert_eq!(tail.drain(9), ["new"]);
    logs.rename("log", "log.1");
    logs.append("log", "another file\n");
    tail.readers = vec![source.open(split).unwrap()];
    assert_eq!(tail.drain(9), ["another file"]);
}

#[test]
fn a_rotated_file_is_read_to_its_end() {
    let logs = Logs::new();
    let mut tail = Worker::new(text::tail(logs.path("log")));
    logs.append("log", "1\n");
    assert_eq!(tail.drain(9), ["1"]);
    logs.append("log", "2\n");
    logs.rename("log", "log.1");
    assert_eq!(tail.drain(9), ["2"]);
    logs.append("log.1", "3\n");
    logs.append("log", "4\n");
    assert_eq!(tail.drain(9), ["3", "4"]);
    // The program that writes has not heard of the new file yet.
    logs.append("log.1", "5\n6");
    logs.append("log", "7\n");
    assert_eq!(tail.drain(9), ["5", "7"]);
    tail.advance(9_999);
    assert!(tail.drain(9).is_empty());
    tail.advance(1);
    assert_eq!(tail.drain(9), ["6"], "nobody will end this line");
    logs.append("log", "8\n");
    assert_eq!(tail.drain(9), ["8"]);
    assert_eq!(tail.readers[0].bytes_read(), 2 * 7 + 1);
}

#[test]
fn several_files_that_had_the_name_may_still_be_written_to() {
    let logs = Logs::new();
    let mut tail = Worker::new(text::tail(logs.path("log")));
    assert!(tail.drain(9).is_empty());
    for n in 1..=3 {
        logs.append("log", format!("{n}\n"));
        assert_eq!(tail.drain(9), [n.to_string()]);
        logs.rename("log", &format!("log.{n}"));
    }
    for n in 1..=3 {
        logs.append(&format!("log.{n}"), format!("late {n}\n"));
    }
    logs.append("log", "4\n");
    assert_eq!(tail.drain(9), ["late 1", "late 2", "late 3", "4"]);
}

#[test]
fn a_deleted_file_is_read_to_its_end_and_the_next_one_is_waited_for() {
    let logs = Logs::new();
    let mut tail = Worker::new(text::tail(logs.path("log")));
    logs.append("log", "1\n");
    assert_eq!(tail.drain(1), ["1"]);
    logs.append("log", "2\n");
    logs.delete("log");
    assert_eq!(tail.drain(1), ["2"]);
    logs.append("log", "3\n");
    assert_eq!(tail.drain(1), ["3"]);
}

#[test]
fn a_file_that_is_cut_is_read_from_its_beginning() {
    let logs = Logs::new();
    let mut tail = Worker::new(text::tail(logs.path("log")));
    logs.append("log", "first\nhalf of a li");
    assert_eq!(tail.drain(9), ["first"]);
    logs.cut("log");
    assert!(tail.drain(9).is_empty());
    logs.append("log", "second\n");
    assert_eq!(tail.drain(9), ["second"]);
    let [warning] = &tail.warnings.borrow()[..] else { panic!("{:?}", tail.warnings) };
    assert!(logs.relative(warning).starts_with("log has become shorter; "), "{warning}");
}

#[test]
fn a_file_that_is_not_there_yet_is_waited_for_with_one_warning() {
    let logs = Logs::new();
    let mut tail = Worker::new(text::tail(logs.path("log")));
    assert!(tail.drain(9).is_empty() && tail.drain(9).is_empty());
    logs.append("log", "1\n");
    assert_eq!(tail.drain(9), ["1"]);
    logs.delete("log");
    assert!(tail.drain(9).is_empty());
    let [warning] = &tail.warnings.borrow()[..] else { panic!("{:?}", tail.warnings) };
    assert!(logs.relative(warning).starts_with("there is no file log yet; "), "{warning}");
    assert!(warning.ends_with(": it is waited for"), "{warning}");
}

#[test]
fn what_is_no_text_is_an_error_with_its_place() {
    let logs = Logs::new();
    logs.append("log", b"ok\nab\xffc\n");
    let error = Worker::new(text::tail(logs.path("log"))).try_drain(1).unwrap_err();
    assert!(logs.relative(&error).starts_with("log: invalid UTF-8 at byte 5; "), "{error}");
    let mut lossy = Worker::new(text::tail(logs.path("log")).invalid_utf8(InvalidUtf8::Lossy));
    assert_eq!(lossy.drain(9), ["ok", "ab\u{fffd}c"]);
    let lines: Vec<RawLine> = Worker::new(text::tail_bytes(logs.path("log"))).drain(9);
    assert_eq!((lines[1].offset, &lines[1].bytes[..]), (3, &b"ab\xffc"[..]));
    let named = Worker::new(text::tail_with_names(logs.path("log")).invalid_utf8(InvalidUtf8::Lossy)).drain(9);
    assert!(named[0].0.ends_with("log"));
}

#[test]
fn what_cannot_grow_is_refused_before_anything_runs() {
    let logs = Logs::new();
    let refuse = |path| text::tail(path).splits(&SplitTarget { parallelism: 1 }).unwrap_err().to_string();
    let folder = refuse(logs.path(""));
    assert!(folder.contains("it is a directory"), "{folder}");
    #[cfg(unix)]
    {
        let device = refuse("/dev/null".into());
        assert!(device.starts_with("cannot follow /dev/null: it is no file"), "{device}");
    }
}
