//! Lines that become records.

use crate::common::{poll, read_all, splits};
use beamline_io::text::{self, InvalidUtf8, Json};
use beamline_sdk::{BoxError, Next, Reader, Source};
use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;

fn file(name: &str, content: impl AsRef<[u8]>) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, content).unwrap();
    (folder, path)
}

#[test]
fn lines_become_records() {
    let (_folder, path) = file("a.txt", "1\n22\r\n333");
    assert_eq!(read_all(&text::read(&path).parse(str::parse::<u64>), 1).unwrap(), [1, 22, 333]);
    let odd = |line: &str| -> Result<Option<u64>, BoxError> {
        let number: u64 = line.parse()?;
        Ok((number % 2 == 1).then_some(number))
    };
    assert_eq!(read_all(&text::read(&path).parse_some(odd), 1).unwrap(), [1, 333]);
}

/// Whoever wants to be heard meanwhile, such as a cancel, does not wait for the whole file.
#[test]
fn lines_that_nothing_is_made_of_are_read_in_pieces() {
    let (_folder, path) = file("a.txt", "a line of some bytes\n".repeat(200_000));
    let source = text::read(&path).min_split_bytes(1 << 30).parse_some(|_| Ok::<Option<u64>, BoxError>(None));
    let [split] = splits(&source, 1).unwrap().try_into().unwrap();
    let (mut reader, mut read) = (source.open(split).unwrap(), 0);
    loop {
        let (values, next) = poll(&mut reader, 10).unwrap();
        assert!(values.is_empty() && reader.bytes_read() - read <= 2 << 20);
        read = reader.bytes_read();
        if next == Next::Done {
            break;
        }
    }
    assert_eq!(read, 4_200_000);
}

#[test]
fn an_error_names_the_file_the_place_and_the_line() {
    let (_folder, path) = file("a.txt", "1\ntwo\n3\n");
    let error = |content: &str| {
        fs::write(&path, content).unwrap();
        let error = read_all(&text::read(&path).parse(str::parse::<u64>), 1).unwrap_err().to_string();
        error.replace(&path.display().to_string(), "a.txt")
    };
    let expected = r#"a.txt: the line at byte 2 cannot be parsed: invalid digit found in string: "two"; keep such lines apart with dead_letters()"#;
    assert_eq!(error("1\ntwo\n3\n"), expected);
    let long = error(&"ä".repeat(1000));
    assert!(long.contains(&format!("string: {:?}…; keep", "ä".repeat(120))), "{long}");
}

#[test]
fn a_function_may_keep_something_between_lines() {
    let (_folder, path) = file("a.txt", "a\nb\nc\n");
    let mut seen = 0;
    let numbered = text::read(&path).parse(move |line| {
        seen += 1;
        Ok::<_, BoxError>(format!("{seen}{line}"))
    });
    for _ in 0..2 {
        assert_eq!(read_all(&numbered, 1).unwrap(), ["1a", "2b", "3c"], "each reader begins anew");
    }
}

#[test]
fn text_that_is_not_utf8_can_be_parsed_in_part() {
    let (_folder, path) = file("a.txt", b"a\xff\nb\n");
    let owned = |line: &str| Ok::<_, BoxError>(line.to_owned());
    let error = read_all(&text::read(&path).parse(owned), 1).unwrap_err().to_string();
    assert!(error.contains("invalid UTF-8 at byte 1;"), "{error}");
    let lossy = text::read(&path).invalid_utf8(InvalidUtf8::Lossy);
    assert_eq!(read_all(&lossy.parse(owned), 1).unwrap(), ["a\u{fffd}", "b"]);
}

#[test]
fn a_header_is_passed_over_in_each_file() {
    for (content, expected) in [
        ("", &[][..]),
        ("h", &[]),
        ("h\n", &[]),
        ("\u{feff}", &[]),
        ("\u{feff}h\r\na", &["a"]),
        ("\n\nb\n", &["", "b"]),
        ("h\nh\n", &["h"]),
    ] {
        let (_folder, path) = file("a.txt", content);
        let source = text::read_all([&path, &path]).skip_header();
        assert_eq!(read_all(&source, 2).unwrap(), [expected, expected].concat(), "{content:?}");
    }
    let (_folder, path) = file("a.txt", b"\xef\xbb");
    assert_eq!(read_all(&text::read_bytes(&path).skip_header(), 1).unwrap(), []);
}

#[cfg(feature = "gzip")]
#[test]
fn compressed_files_have_headers_too() {
    use std::io::Write;
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(b"name\na\n").unwrap();
    let (_folder, path) = file("a.gz", gzip.finish().unwrap());
    assert_eq!(read_all(&text::read(&path).skip_header(), 2).unwrap(), ["a"]);
}

#[test]
fn what_cannot_be_json_cannot_be_shown() {
    use std::collections::BTreeMap;
    use std::fmt::Write;
    let mut text = String::new();
    assert!(write!(text, "{}", Json(BTreeMap::from([((1, 2), 3)]))).is_err());
    assert!(write!(text, "{}", Json(vec![Some(1.5), None])).is_ok());
    assert_eq!(text, "[1.5,null]");
}
