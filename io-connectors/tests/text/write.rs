//! Writing text: names, content, and what is visible when.

use crate::common::{files, prepare, read_all, write_all};
use beamline_io::text::{self, Compression, PreparedShard, Write};
use beamline_sdk::{Shard, Sink, Writer};
use proptest::prelude::*;
use std::fmt;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn begin(sink: &Write) -> Result<(), String> {
    Sink::<String>::begin(sink).map_err(|e| e.to_string())
}

fn content(folder: &TempDir, name: &str) -> String {
    fs::read_to_string(folder.path().join(name)).unwrap()
}

/// A message without the folder.
fn without(folder: &TempDir, message: impl fmt::Display) -> String {
    message.to_string().replace(&format!("{}/", folder.path().display()), "")
}

#[test]
fn shards_are_numbered_and_hold_lines() {
    let folder = folder();
    write_all(&text::write(folder.path().join("part")).suffix(".txt"), &[1, 2, 3], 2).unwrap();
    assert_eq!(files(folder.path()), ["part-00000-of-00002.txt", "part-00001-of-00002.txt"]);
    assert_eq!(content(&folder, "part-00000-of-00002.txt"), "1\n3\n");
    assert_eq!(content(&folder, "part-00001-of-00002.txt"), "2\n");
}

#[test]
fn the_number_of_shards_can_be_chosen() {
    let folder = folder();
    write_all(&text::write(folder.path().join("part")).shards(3), &["a"], 8).unwrap();
    assert_eq!(files(folder.path()), ["part-00000-of-00003", "part-00001-of-00003", "part-00002-of-00003"]);
    assert_eq!(Sink::<String>::shards(&text::write("a")), None);
    assert_eq!(Sink::<String>::shards(&text::write("a").shards(7)), Some(7));
    assert_eq!(Sink::<String>::shards(&text::write("-").shards(7)), Some(1));
}

#[test]
fn a_single_file_has_exactly_the_name_given() {
    let folder = folder();
    let sink = text::write(folder.path().join("out.csv")).single_file().header("a,b");
    write_all(&sink, &["1,2", "3,4"], 4).unwrap();
    assert_eq!(files(folder.path()), ["out.csv"]);
    assert_eq!(content(&folder, "out.csv"), "a,b\n1,2\n3,4\n");
    assert!(begin(&sink).unwrap_err().contains("out.csv exists already"));
    write_all(&sink.replace(true), &["5,6"], 4).unwrap();
    assert_eq!(content(&folder, "out.csv"), "a,b\n5,6\n");
}

#[test]
fn every_shard_begins_with_the_header() {
    let folder = folder();
    write_all(&text::write(folder.path().join("p")).header("h"), &["a"], 2).unwrap();
    assert_eq!(content(&folder, "p-00000-of-00002"), "h\na\n");
    assert_eq!(content(&folder, "p-00001-of-00002"), "h\n");
}

#[test]
fn missing_folders_are_made() {
    let folder = folder();
    write_all(&text::write(folder.path().join("a/b/c")), &["x"], 1).unwrap();
    assert_eq!(content(&folder, "a/b/c-00000-of-00001"), "x\n");
}

#[test]
#[cfg(all(feature = "gzip", feature = "zstd"))]
fn the_name_tells_the_compression_or_gets_its_ending() {
    let name = |sink: fn(Write) -> Write| {
        let folder = folder();
        write_all(&sink(text::write(folder.path().join("p"))), &["x"], 1).unwrap();
        let name = files(folder.path()).remove(0);
        let start = fs::read(folder.path().join(&name)).unwrap()[..2].to_vec();
        let codec = match start.as_slice() {
            b"x\n" => "plain",
            b"\x1f\x8b" => "gzip",
            b"\x28\xb5" => "zstd",
            _ => "unknown",
        };
        format!("{codec} {name}")
    };
    assert_eq!(name(|w| w.suffix(".txt")), "plain p-00000-of-00001.txt");
    assert_eq!(name(|w| w.suffix(".txt.gz")), "gzip p-00000-of-00001.txt.gz");
    assert_eq!(name(|w| w.suffix(".zst")), "zstd p-00000-of-00001.zst");
    assert_eq!(name(|w| w.compression(Compression::Gzip)), "gzip p-00000-of-00001.gz");
    assert_eq!(name(|w| w.suffix(".txt").compression(Compression::Zstd)), "zstd p-00000-of-00001.txt.zst");
    assert_eq!(name(|w| w.suffix(".gz").compression(Compression::Gzip)), "gzip p-00000-of-00001.gz");
    assert_eq!(name(|w| w.suffix(".gz").compression(Compression::Plain)), "plain p-00000-of-00001.gz");
    assert_eq!(name(|w| w.compression(Compression::Gzip).single_file()), "gzip p");
    assert_eq!(name(|w| w.suffix(".gz").single_file()), "gzip p.gz");
}

#[test]
fn nothing_is_visible_before_the_commit() {
    let folder = folder();
    let sink = text::write(folder.path().join("p"));
    begin(&sink).unwrap();
    assert_eq!(files(folder.path()), [""; 0]);
    let prepared = prepare(&sink, &["a"], 2).unwrap();
    let names = files(folder.path());
    assert_eq!(names.len(), 2);
    assert!(names.iter().all(|name| name.starts_with(".p-0000")), "{names:?}");
    Sink::<String>::commit(&sink, prepared).unwrap();
    assert_eq!(files(folder.path()), ["p-00000-of-00002", "p-00001-of-00002"]);
}

#[test]
fn a_dropped_writer_and_an_abort_leave_nothing() {
    let folder = folder();
    let sink = text::write(folder.path().join("p"));
    let prepared = prepare(&sink, &["a"], 2).unwrap();
    let mut writer = Sink::<String>::open(&sink, Shard { index: 0, count: 2 }).unwrap();
    writer.write("x".repeat(1 << 20)).unwrap();
    assert_eq!(files(folder.path()).len(), 3);
    drop(writer);
    assert_eq!(files(folder.path()).len(), 2);
    Sink::<String>::abort(&sink, prepared.clone());
    assert_eq!(files(folder.path()), [""; 0]);
    Sink::<String>::abort(&sink, prepared);
}

#[test]
fn old_output_is_refused() {
    let folder = folder();
    let sink = text::write(folder.path().join("p")).suffix(".txt");
    write_all(&sink, &["old"], 5).unwrap();
    let message = without(&folder, begin(&sink).unwrap_err());
    assert_eq!(
        message,
        "p-00000-of-00005.txt exists already: write to another prefix, delete the old output, or allow replace(true)"
    );
    begin(&text::write(folder.path().join("p"))).unwrap();
    begin(&text::write(folder.path().join("q")).suffix(".txt")).unwrap();
    assert_eq!(files(folder.path()).len(), 5);
}

#[test]
fn old_output_of_another_number_of_shards_is_replaced_as_a_whole() {
    let folder = folder();
    let sink = text::write(folder.path().join("p")).replace(true);
    write_all(&sink, &["old"; 5], 5).unwrap();
    fs::write(folder.path().join("p-notes"), "mine").unwrap();
    begin(&sink).unwrap();
    let prepared = prepare(&sink, &["new"; 2], 2).unwrap();
    assert_eq!(content(&folder, "p-00004-of-00005"), "old\n", "there until the new output is complete");
    Sink::<String>::commit(&sink, prepared).unwrap();
    assert_eq!(files(folder.path()), ["p-00000-of-00002", "p-00001-of-00002", "p-notes"]);
    write_all(&sink, &["newer"; 2], 2).unwrap();
    assert_eq!(content(&folder, "p-00001-of-00002"), "newer\n");
}

fn commit(sink: &Write, prepared: Vec<PreparedShard>) -> String {
    Sink::<String>::commit(sink, prepared).unwrap_err().to_string()
}

#[test]
fn a_file_that_appeared_meanwhile_is_kept_and_everything_taken_back() {
    let folder = folder();
    let sink = text::write(folder.path().join("p"));
    begin(&sink).unwrap();
    let prepared = prepare(&sink, &["a"], 3).unwrap();
    fs::write(folder.path().join("p-00001-of-00003"), "theirs").unwrap();
    let message = without(&folder, commit(&sink, prepared));
    assert_eq!(
        message,
        "cannot give p-00001-of-00003 its name: another program made that file meanwhile; nothing of this run is visible"
    );
    assert_eq!(files(folder.path()), ["p-00001-of-00003"]);
    assert_eq!(content(&folder, "p-00001-of-00003"), "theirs");
}

#[test]
fn when_replacing_fails_half_way_the_error_says_what_is_visible() {
    let folder = folder();
    let sink = text::write(folder.path().join("p")).replace(true);
    fs::write(folder.path().join("p-00000-of-00003"), "old").unwrap();
    fs::create_dir(folder.path().join("p-00002-of-00003")).unwrap();
    let prepared = prepare(&sink, &["a", "b", "c"], 3).unwrap();
    let message = without(&folder, commit(&sink, prepared));
    assert!(message.starts_with("cannot give p-00002-of-00003 its name: "), "{message}");
    assert!(
        message.ends_with("; of this run these files are visible, and they replaced old ones: p-00000-of-00003"),
        "{message}"
    );
    assert_eq!(files(folder.path()), ["p-00000-of-00003", "p-00002-of-00003"]);
    assert_eq!(content(&folder, "p-00000-of-00003"), "a\n");
}

#[test]
fn an_old_file_that_stays_is_named() {
    let folder = folder();
    let sink = text::write(folder.path().join("p")).replace(true);
    fs::create_dir(folder.path().join("p-00000-of-00009")).unwrap();
    let message = without(&folder, write_all(&sink, &["a"], 1).unwrap_err());
    assert!(message.starts_with("the new output is complete, but the old p-00000-of-00009 cannot be deleted"));
    assert_eq!(content(&folder, "p-00000-of-00001"), "a\n");
}

#[test]
fn a_prefix_that_is_a_directory_is_explained() {
    let folder = folder();
    fs::create_dir(folder.path().join("dir")).unwrap();
    for prefix in ["dir", "dir/", "new/"] {
        // As text: a `Path` may drop the slash when it is joined.
        let message = begin(&text::write(format!("{}/{prefix}", folder.path().display()))).unwrap_err();
        let name = prefix.trim_end_matches('/');
        assert!(message.contains(&format!("{prefix}: it is a directory")), "{message}");
        assert!(message.ends_with(&format!("{name}/part")), "{message}");
    }
    assert_eq!(files(folder.path()), ["dir"]);
}

#[test]
fn options_that_cannot_work_are_refused() {
    assert!(begin(&text::write("p").shards(0)).unwrap_err().contains("has 0 shards"));
    assert!(begin(&text::write("p").suffix("/x")).unwrap_err().contains("contains a /"));
    assert!(begin(&text::write("")).unwrap_err().contains("such as part"));
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let folder = folder();
    fs::write(folder.path().join("file"), "").unwrap();
    let message = begin(&text::write(folder.path().join("file/sub/part"))).unwrap_err();
    assert!(without(&folder, message).starts_with("cannot make the folder file for the output: "));
}

#[test]
fn a_folder_that_cannot_be_written_to_is_named() {
    // No user may make files there.
    if Path::new("/proc/self").exists() {
        let message = begin(&text::write("/proc/part")).unwrap_err();
        assert!(message.starts_with("cannot write into the folder /proc: "), "{message}");
    }
}

#[test]
#[cfg(unix)]
fn names_may_be_as_long_as_the_system_allows() {
    let folder = folder();
    let long = |length: usize| text::write(folder.path().join("x".repeat(length))).single_file();
    for length in [245, 255] {
        write_all(&long(length), &["a"], 1).unwrap();
    }
    assert_eq!(files(folder.path()), ["x".repeat(245), "x".repeat(255)]);
    for refused in [long(256), text::write(folder.path().join("x".repeat(250))), long(256).replace(true)] {
        let message = begin(&refused).unwrap_err();
        assert!(message.contains("File name too long") && message.contains("shorten the prefix"), "{message}");
    }
    let message = begin(&text::write(folder.path().join("y".repeat(256)).join("part"))).unwrap_err();
    assert!(message.contains("File name too long") && message.contains("shorten the prefix"), "{message}");
}

#[test]
#[cfg(unix)]
fn a_folder_without_permission_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o555)).unwrap();
    let sink = text::write(folder.path().join("part"));
    if fs::write(folder.path().join("probe"), "").is_ok() {
        eprintln!("skipped: this user (root?) may write everywhere");
        return;
    }
    assert!(begin(&sink).unwrap_err().contains("Permission denied"));
}

#[derive(Clone, serde::Serialize, serde::Deserialize)]
struct Broken;

impl fmt::Display for Broken {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Err(fmt::Error)
    }
}

#[test]
fn an_element_that_cannot_be_printed_is_an_error() {
    let folder = folder();
    let sink = text::write(folder.path().join("p"));
    let mut writer = Sink::<Broken>::open(&sink, Shard { index: 0, count: 1 }).unwrap();
    let message = writer.write(Broken).unwrap_err();
    drop(writer);
    assert!(message.to_string().starts_with("the Display of an element returned an error"), "{message}");
    assert_eq!(files(folder.path()), [""; 0]);
}

fn compressions() -> impl Strategy<Value = Compression> {
    let all = [
        Compression::Auto,
        Compression::Plain,
        #[cfg(feature = "gzip")]
        Compression::Gzip,
        #[cfg(feature = "zstd")]
        Compression::Zstd,
        #[cfg(feature = "bzip2")]
        Compression::Bzip2,
    ];
    prop::sample::select(all.to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn what_is_written_is_read_again(
        lines in prop::collection::vec(prop_oneof!["[a-zäß€]{0,20}", (0usize..200_000).prop_map(|n| "x".repeat(n))], 0..20),
        compression in compressions(),
        shards in 1u32..5,
    ) {
        let folder = folder();
        let sink = text::write(folder.path().join("p")).suffix(".txt").compression(compression).shards(shards);
        write_all(&sink, &lines, 9).unwrap();
        prop_assert_eq!(files(folder.path()).len(), shards as usize);
        let read = read_all(&text::read(folder.path().join("p-*")), 2).unwrap();
        let by_shard = |shard| lines.iter().skip(shard as usize).step_by(shards as usize).cloned();
        prop_assert_eq!(read, (0..shards).flat_map(by_shard).collect::<Vec<_>>());
    }
}
