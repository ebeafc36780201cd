//! Compressed files: whole, or a clear error.
#![cfg(all(feature = "gzip", feature = "zstd", feature = "bzip2"))]

use crate::common::{drain, lines_of, read_all, splits};
use beamline_io::text::{self, Compression};
use beamline_sdk::{Reader, Source};
use std::fs;
use std::io::Write;

/// One member, frame or stream of each format, with the ending of its file's name.
fn compress(bytes: &[u8]) -> [(&'static str, Vec<u8>); 3] {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(bytes).unwrap();
    let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    bzip2.write_all(bytes).unwrap();
    let mut zstd = zstd::Encoder::new(Vec::new(), 1).unwrap();
    zstd.include_checksum(true).unwrap();
    zstd.write_all(bytes).unwrap();
    [("gz", gzip.finish().unwrap()), ("bz2", bzip2.finish().unwrap()), ("zst", zstd.finish().unwrap())]
}

/// The lines of a file with this content, or the error without the folder.
fn read(name: &str, content: &[u8], compression: Compression) -> Result<Vec<String>, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, content).unwrap();
    let lines = read_all(&text::read(&path).compression(compression), 2);
    lines.map_err(|e| e.to_string().replace(&format!("{}/", folder.path().display()), ""))
}

/// Text that does not shrink to nothing.
fn text_of(lines: u64) -> String {
    lines_of((0..lines).map(|i| i.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
}

#[test]
fn files_of_many_blocks_are_read_whole() {
    let text = text_of(100_000);
    for (extension, bytes) in compress(text.as_bytes()) {
        let lines = read(&format!("a.{extension}"), &bytes, Compression::Auto).unwrap();
        assert!(lines.iter().eq(text.lines().collect::<Vec<_>>()), "{extension}");
    }
}

#[test]
fn all_members_are_read() {
    let (one, two) = (compress(b"one\ntw"), compress(b"o\nthree"));
    for ((extension, mut bytes), (_, more)) in one.into_iter().zip(two) {
        bytes.extend(more);
        let lines = read(&format!("a.{extension}"), &bytes, Compression::Auto).unwrap();
        assert_eq!(lines, ["one", "two", "three"], "{extension}");
    }
}

#[test]
fn an_empty_text_has_no_lines() {
    for (extension, bytes) in compress(b"") {
        assert_eq!(read(&format!("a.{extension}"), &bytes, Compression::Auto).unwrap(), [""; 0]);
    }
}

#[test]
fn wherever_a_file_is_cut_off_it_is_an_error() {
    for (extension, bytes) in compress(text_of(300).as_bytes()) {
        for length in 0..bytes.len() {
            let name = format!("a.{extension}");
            let error = read(&name, &bytes[..length], Compression::Auto).expect_err(&format!("{name} to {length}"));
            assert!(error.starts_with(&format!("cannot decompress {name} as ")), "{error}");
            assert!(error.contains("the file is truncated, damaged or not "), "{error}");
        }
    }
}

#[test]
fn a_second_member_that_is_cut_off_is_an_error() {
    for (extension, bytes) in compress(b"some lines\n") {
        for length in 1..bytes.len() {
            let content = [&bytes, &bytes[..length]].concat();
            let result = read(&format!("a.{extension}"), &content, Compression::Auto);
            assert!(result.is_err(), "{extension}, {length} bytes of the second");
        }
    }
}

#[test]
fn any_damaged_byte_is_an_error_or_without_effect() {
    let text = text_of(50);
    for (extension, bytes) in compress(text.as_bytes()) {
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x55;
            if let Ok(lines) = read(&format!("a.{extension}"), &damaged, Compression::Auto) {
                assert!(lines.iter().eq(text.lines().collect::<Vec<_>>()), "{extension} at {at}");
            }
        }
    }
}

#[test]
fn what_is_said_wins_over_the_name() {
    let [(_, gzip), ..] = compress(b"a\n");
    assert_eq!(read("a.txt", &gzip, Compression::Gzip).unwrap(), ["a"]);
    assert_eq!(read("a.gz", b"a\n", Compression::Plain).unwrap(), ["a"]);
    assert!(read("a.gz", b"plain\n", Compression::Auto).unwrap_err().starts_with("cannot decompress a.gz as gzip: "));
}

#[test]
fn invalid_utf8_is_counted_in_the_text() {
    let [(_, gzip), ..] = compress(b"ok\n\xff");
    let error = read("a.gz", &gzip, Compression::Auto).unwrap_err();
    assert!(error.starts_with("a.gz: invalid UTF-8 at byte 3 of the decompressed text; "), "{error}");
}

#[test]
fn a_compressed_file_is_one_split_measured_on_disk() {
    for (extension, bytes) in compress(text_of(100_000).as_bytes()) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(format!("a.{extension}"));
        fs::write(&path, &bytes).unwrap();
        let source = text::read(&path).min_split_bytes(1);
        let splits = splits(&source, 4).unwrap();
        assert_eq!((splits.len(), source.size(&splits[0])), (1, Some(bytes.len() as u64)));
        let mut reader = source.open(splits[0].clone()).unwrap();
        assert!(reader.try_split(0.5).is_none());
        drain(&mut reader, 1000).unwrap();
        assert_eq!(reader.bytes_read(), bytes.len() as u64);
    }
}
