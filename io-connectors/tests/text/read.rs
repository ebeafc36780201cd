//! Reading text, driven by hand.

use crate::common::{drain, lines_of, poll, read_all, splits};
use beamline_io::text::{self, InvalidUtf8, RawLine, Read};
use beamline_sdk::{BoxError, Next, Reader, Source};
use proptest::prelude::*;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

fn file(name: &str, content: impl AsRef<[u8]>) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, content).unwrap();
    (folder, path)
}

fn read(content: impl AsRef<[u8]>) -> Vec<String> {
    let (_folder, path) = file("a.txt", content);
    read_all(&text::read(path), 2).unwrap()
}

/// The error of reading `path`, without the folder.
fn error(source: &Read, path: &Path) -> String {
    let message = read_all(source, 2).unwrap_err().to_string();
    message.replace(&format!("{}/", path.parent().unwrap().display()), "")
}

#[test]
fn lines_end_at_newlines() {
    assert_eq!(read(""), [""; 0]);
    assert_eq!(read("\n"), [""]);
    assert_eq!(read("a"), ["a"]);
    assert_eq!(read("a\n"), ["a"]);
    assert_eq!(read("a\r\n\r\n\nb\rb\r"), ["a", "", "", "b\rb\r"]);
}

#[test]
fn a_byte_order_mark_is_dropped_at_the_start_only() {
    assert_eq!(read("\u{feff}a\n\u{feff}b\n"), ["a", "\u{feff}b"]);
    assert_eq!(read("\u{feff}"), [""; 0]);
    assert_eq!(read("\u{feff}\u{feff}"), ["\u{feff}"]);
    let (_folder, path) = file("a", "\u{feff}a\r\n\u{feff}");
    let lines = read_all(&text::read_bytes(&path), 1).unwrap();
    let lines: Vec<_> = lines.iter().map(|l| (l.offset, l.bytes.as_slice())).collect();
    assert_eq!(lines, [(3, &b"a"[..]), (6, "\u{feff}".as_bytes())]);
}

#[test]
fn a_part_of_a_byte_order_mark_is_no_mark() {
    let (_folder, path) = file("a", b"\xef\xbb");
    assert_eq!(read_all(&text::read_bytes(&path), 1).unwrap()[0].bytes, b"\xef\xbb");
}

#[test]
fn a_line_may_be_very_long() {
    let mut content = vec![b'x'; 100 << 20];
    content.extend_from_slice(b"\nshort\n");
    let lines = read(content);
    assert_eq!((lines.len(), lines[0].len()), (2, 100 << 20));
    assert!(lines[0] == "x".repeat(100 << 20) && lines[1] == "short");
}

#[test]
fn raw_lines_know_their_file_and_offset() {
    let (_folder, path) = file("a.txt", b"ok\r\n\xff\nend");
    let lines = read_all(&text::read_bytes(&path), 1).unwrap();
    let line = |offset, bytes: &[u8]| RawLine { file: path.to_str().unwrap().into(), offset, bytes: bytes.to_vec() };
    assert_eq!(lines, [line(0, b"ok"), line(4, b"\xff"), line(6, b"end")]);
}

#[test]
fn invalid_utf8_fails_with_its_place_or_is_replaced() {
    let mut content = "x".repeat(3 << 20).into_bytes();
    content.extend_from_slice(b"\n\xc3\xa4b\xffc\n");
    let (_folder, path) = file("a.txt", &content);
    let message = error(&text::read(&path), &path);
    assert_eq!(
        message,
        "a.txt: invalid UTF-8 at byte 3145732; replace such bytes with invalid_utf8(InvalidUtf8::Lossy), or keep such \
         lines apart: with dead_letters() of text::read, or by reading bytes"
    );
    let lossy = text::read(&path).invalid_utf8(InvalidUtf8::Lossy);
    assert_eq!(read_all(&lossy, 1).unwrap()[1], "äb\u{fffd}c");
}

#[test]
fn lines_can_come_with_the_names_of_their_files() {
    let (folder, a) = file("a.txt", "one\ntwo");
    let b = folder.path().join("b.txt");
    fs::write(&b, b"th\xffee\n").unwrap();
    let source = text::read_with_names(folder.path().join("*.txt")).invalid_utf8(InvalidUtf8::Lossy);
    let lines: Vec<_> = read_all(&source, 2).unwrap().into_iter().map(|(f, line)| (PathBuf::from(&*f), line)).collect();
    let (a_one, a_two) = ((a.clone(), "one".to_owned()), (a, "two".to_owned()));
    assert_eq!(lines, [a_one, a_two, (b, "th\u{fffd}ee".to_owned())]);
}

#[test]
fn files_are_divided_for_the_workers() {
    let (_folder, path) = file("a.txt", vec![b'\n'; 20 << 20]);
    let source = text::read(&path);
    let splits = splits(&source, 2).unwrap();
    let sizes: Vec<_> = splits.iter().map(|s| source.size(s).unwrap()).collect();
    assert_eq!(sizes, vec![5 << 19; 8]);
    assert!(source.describe(&splits[1]).ends_with("a.txt, bytes 2621440..5242880"));
}

#[test]
fn small_files_are_not_divided_unless_asked_for() {
    let (_folder, path) = file("a.txt", vec![b'\n'; 1000]);
    assert_eq!(splits(&text::read(&path), 2).unwrap().len(), 1);
    assert_eq!(splits(&text::read(&path).min_split_bytes(10), 2).unwrap().len(), 8);
}

#[test]
fn progress_goes_from_nothing_to_the_size() {
    // The last line of each split but the last reaches into the next one.
    let (_folder, path) = file("a.txt", "0123456\n".repeat(101));
    let source = text::read(&path).min_split_bytes(1);
    let splits = splits(&source, 1).unwrap();
    assert_eq!(splits.len(), 4);
    for split in splits {
        let size = source.size(&split).unwrap();
        let mut reader = source.open(split).unwrap();
        assert_eq!(reader.bytes_read(), 0);
        let half = poll(&mut reader, 12).unwrap();
        assert_eq!((half.0.len(), half.1), (12, Next::More));
        assert!((96..104).contains(&reader.bytes_read()));
        drain(&mut reader, 100).unwrap();
        assert_eq!(reader.bytes_read(), size);
    }
}

#[test]
fn a_reader_gives_away_a_part_of_what_it_has_not_read() {
    let (_folder, path) = file("a.txt", "0123456\n".repeat(100));
    let source = text::read(&path).min_split_bytes(80);
    let split = splits(&source, 1).unwrap().swap_remove(0);
    let mut reader = source.open(split).unwrap();
    let size = 200;
    poll(&mut reader, 5).unwrap();
    let given = reader.try_split(0.5).unwrap();
    assert_eq!(source.size(&given), Some((size - 40) / 2));
    assert_eq!(drain(&mut reader, 100).unwrap().len(), 10);
    assert_eq!(reader.bytes_read(), size - (size - 40) / 2);
    assert!(reader.try_split(0.5).is_none(), "nothing is left");
    let mut rest = source.open(given).unwrap();
    poll(&mut rest, 1).unwrap();
    assert!(rest.try_split(0.5).is_none(), "less than 80 bytes are left");
    assert_eq!(drain(&mut rest, 100).unwrap().len(), 9);
}

#[test]
fn a_file_that_became_shorter_is_an_error() {
    let (_folder, path) = file("a.txt", "line\n".repeat(1000));
    let source = text::read(&path);
    let split = splits(&source, 1).unwrap().swap_remove(0);
    let mut reader = source.open(split.clone()).unwrap();
    fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(10).unwrap();
    for error in [source.open(split).err().unwrap(), drain(&mut reader, 10).unwrap_err()] {
        assert!(error.to_string().contains("a.txt has become shorter"), "{error}");
        assert!(error.to_string().contains("it had 5000 bytes and has 10 now"), "{error}");
    }
}

#[test]
fn what_is_added_while_reading_is_not_read() {
    let (_folder, path) = file("a.txt", "one\ntwo");
    let source = text::read(&path);
    let split = splits(&source, 1).unwrap().swap_remove(0);
    fs::write(&path, "one\ntwo and a half\nthree\n").unwrap();
    assert_eq!(drain(&mut source.open(split).unwrap(), 10).unwrap(), ["one", "two"]);
}

#[test]
fn a_missing_file_fails_before_anything_is_opened() {
    let (_folder, path) = file("a.txt", "");
    let message = error(&text::read(&path).and(path.with_file_name("b.txt")), &path);
    assert!(message.starts_with("cannot read b.txt: there is no such file"), "{message}");
}

#[test]
fn labels_name_the_paths() {
    assert_eq!(text::read("a").and("b").and("c").label(), "text::read(a, b, c)");
    assert_eq!(text::read_all(["a", "b", "c", "d"]).label(), "text::read(a, b and 2 more)");
}

#[test]
#[cfg(unix)]
fn devices_and_special_files_are_read_to_their_end() {
    assert_eq!(read_all(&text::read("/dev/null"), 1).unwrap(), [""; 0]);
    if Path::new("/proc/self/status").exists() {
        assert!(read_all(&text::read("/proc/self/status"), 1).unwrap()[0].starts_with("Name:"));
    }
}

/// What the lines of a file are, as slowly and obviously as possible.
fn reference(content: &[u8]) -> Vec<(u64, Vec<u8>)> {
    let mut lines = Vec::new();
    let mut start = if content.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    while start < content.len() {
        let newline = content[start..].iter().position(|&b| b == b'\n').map(|n| start + n);
        let mut line = content[start..newline.unwrap_or(content.len())].to_vec();
        if newline.is_some() && line.last() == Some(&b'\r') {
            line.pop();
        }
        lines.push((start as u64, line));
        start = newline.map_or(content.len(), |n| n + 1);
    }
    lines
}

#[test]
fn files_of_many_blocks_are_read_like_small_ones() {
    let content = lines_of((0..7000).map(|i| "0123456789".repeat(i * 37 % 101)));
    assert!(content.len() > 3 << 20);
    let (_folder, path) = file("a.txt", &content);
    let expected = reference(content.as_bytes());
    for moves in [&[(1000, None)][..], &[(7, None), (100, Some(0.3))], &[(10_000, Some(0.9))]] {
        let lines = read_splitting(&text::read_bytes(&path).min_split_bytes(9_000), 1, moves);
        assert!(lines.into_iter().map(|line| (line.offset, line.bytes)).eq(expected.iter().cloned()));
    }
}

/// Text with all kinds of lines: empty, short, long, of several bytes per character, with and without `\r`.
fn contents() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        Just(String::new()),
        "[a-z\r]{1,8}",
        "[äß€𝄞]{1,4}",
        (1usize..3000).prop_map(|n| "long ".repeat(n)),
        Just("\u{feff}".to_owned()),
    ];
    let end = prop_oneof![Just("\n"), Just("\r\n")];
    let lines = prop::collection::vec((line.clone(), end), 0..40);
    (prop::bool::ANY, lines, prop_oneof![Just(String::new()), line]).prop_map(|(mark, lines, last)| {
        let lines: String = lines.into_iter().map(|(line, end)| line + end).collect();
        format!("{}{lines}{last}", if mark { "\u{feff}" } else { "" })
    })
}

/// Reads everything with dynamic splits at some polls, and returns the lines in the order of the file.
fn read_splitting<S: Source>(source: &S, workers: usize, moves: &[(usize, Option<f64>)]) -> Vec<S::Out> {
    let mut moves = moves.iter().cycle();
    // Parts that are given away come directly after the part they were taken from.
    let mut waiting = splits(source, workers).unwrap();
    waiting.reverse();
    let mut all = Vec::new();
    while let Some(split) = waiting.pop() {
        let mut reader = source.open(split).unwrap();
        loop {
            let &(capacity, fraction) = moves.next().unwrap();
            waiting.extend(fraction.and_then(|fraction| reader.try_split(fraction)));
            let (mut values, next) = poll(&mut reader, capacity).unwrap();
            all.append(&mut values);
            if next == Next::Done {
                break;
            }
        }
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn however_it_is_divided_all_lines_are_read_once_and_in_order(
        content in contents(),
        workers in 1usize..20,
        moves in prop::collection::vec((1usize..20, prop::option::of(0.0..1.0f64)), 1..20),
    ) {
        let (_folder, path) = file("a.txt", &content);
        let expected = reference(content.as_bytes());
        let raw = read_splitting(&text::read_bytes(&path).min_split_bytes(0), workers, &moves);
        let raw: Vec<_> = raw.into_iter().map(|line| (line.offset, line.bytes)).collect();
        prop_assert_eq!(&raw, &expected);
        let strings = read_splitting(&text::read(&path).min_split_bytes(0), workers, &moves);
        let expected: Vec<_> = expected.into_iter().map(|(_, line)| String::from_utf8(line).unwrap()).collect();
        prop_assert_eq!(&strings, &expected);
        let parsed = text::read(&path).min_split_bytes(0).parse(|line| Ok::<_, BoxError>(line.to_owned()));
        prop_assert_eq!(&read_splitting(&parsed, workers, &moves), &expected);
        let data = read_splitting(&text::read(&path).min_split_bytes(0).skip_header(), workers, &moves);
        prop_assert_eq!(&data[..], &expected[expected.len().min(1)..]);
    }

    #[test]
    fn any_bytes_are_read_raw_and_lossy(
        content in prop::collection::vec(prop_oneof![Just(b'\n'), Just(b'\r'), any::<u8>()], 0..300),
        workers in 1usize..20,
        capacity in 1usize..20,
    ) {
        let (_folder, path) = file("a.txt", &content);
        let expected = reference(&content);
        let raw = read_splitting(&text::read_bytes(&path).min_split_bytes(0), workers, &[(capacity, None)]);
        prop_assert_eq!(raw.into_iter().map(|line| (line.offset, line.bytes)).collect::<Vec<_>>(), expected.clone());
        let lossy = text::read(&path).min_split_bytes(0).invalid_utf8(InvalidUtf8::Lossy);
        let lossy = read_splitting(&lossy, workers, &[(capacity, Some(0.5))]);
        let expected: Vec<_> = expected.iter().map(|(_, line)| String::from_utf8_lossy(line).into_owned()).collect();
        prop_assert_eq!(lossy, expected);
    }
}
