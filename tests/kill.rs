//! Processes that are killed at any moment, or that lack something: what has its final name is whole.
#![cfg(unix)]

mod common;

use common::Folder;
use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::Child;

/// How many numbers a window has.
const WINDOW: u64 = 100;

/// How many numbers there are where they end.
const COUNT: u64 = 1_000;

/// The numbers that a file should have, by its name.
fn expected(name: &str) -> BTreeSet<u64> {
    if name == "all.txt" {
        return (0..COUNT).collect();
    }
    let mut parts = name.split('-').map(str::parse::<u64>);
    let (Some(Ok(window)), Some(Ok(parity))) = (parts.next(), parts.next()) else { panic!("{name} is no name") };
    (window * WINDOW..(window + 1) * WINDOW).filter(|n| n % 2 == parity).collect()
}

#[track_caller]
fn assert_whole(folder: &Folder, name: &str) {
    let text = folder.read(name);
    let numbers: BTreeSet<u64> = text.lines().map(|line| line.parse().unwrap()).collect();
    assert!(text.ends_with('\n') && numbers.len() == text.lines().count(), "{name}: {text:?}");
    assert_eq!(numbers, expected(name), "{name}");
}

/// The names of what can be seen, and how many hidden files there are.
fn visible(folder: &Folder) -> (Vec<String>, usize) {
    let (hidden, visible): (Vec<_>, Vec<_>) = folder.names().into_iter().partition(|name| name.starts_with('.'));
    (visible, hidden.len())
}

/// Kills a program when it has printed so many lines, or has ended before; returns the lines.
fn kill_after(mut child: Child, lines: u64) -> Vec<String> {
    let printed = BufReader::new(child.stdout.take().unwrap()).lines();
    let printed: Vec<_> = printed.take(lines as usize).map(|line| line.unwrap()).collect();
    child.kill().unwrap();
    child.wait().unwrap();
    printed
}

/// Runs the program and kills it; returns how many hidden files it leaves.
fn run(kill_at: u64, args: &[&str]) -> (Folder, usize) {
    let folder = Folder::new();
    let child = folder.command("windows_to_files").args(["--output", "."]).args(args).spawn().unwrap();
    let told = kill_after(child, kill_at);
    let (visible, hidden) = visible(&folder);
    visible.iter().for_each(|name| assert_whole(&folder, name));
    for path in told {
        assert!(visible.contains(&path.trim_start_matches("./").to_owned()), "{path} has been told of");
    }
    (folder, hidden)
}

/// Numbers that look random, from 0 up to but without `end`.
fn dice(end: u64) -> impl Iterator<Item = u64> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    std::iter::from_fn(move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        Some((state >> 33) % end)
    })
}

#[test]
fn a_stream_that_is_killed() {
    let hidden: usize = dice(12).take(25).map(|lines| run(lines, &[]).1).sum();
    assert!(hidden > 0, "no kill came while a file was being written");
}

#[test]
fn what_ends_and_is_killed_before() {
    let count = COUNT.to_string();
    // Two files for each window; then comes the one that is written by the whole pipeline.
    for lines in dice(COUNT / WINDOW * 2 + 1).take(25) {
        run(lines, &["--count", &count]);
    }
}

#[test]
fn what_a_killed_process_leaves_does_not_disturb_the_next() {
    let count = COUNT.to_string();
    let (folder, hidden) = run(5, &["--count", &count]);
    let args = ["--output", ".", "--count", &count];
    let refused = folder.run("windows_to_files", args);
    assert!(refused.code == Some(1) && refused.stderr.contains("exists already"), "{refused:?}");
    folder.run("windows_to_files", args.into_iter().chain(["--replace"])).succeeds();
    let (names, still_hidden) = visible(&folder);
    assert_eq!((names.len() as u64, still_hidden), (COUNT / WINDOW * 2 + 1, hidden));
    names.iter().for_each(|name| assert_whole(&folder, name));
}

#[test]
fn there_may_be_more_files_than_can_be_open() {
    let folder = Folder::new();
    let script = "ulimit -n 40 && exec \"$0\" \"$@\"";
    let args = ["--output", ".", "--count", "200", "--destinations", "100", "--window", "1000", "--parallelism", "2"];
    let output = folder.shell(script, "windows_to_files").args(args).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 101);
}

#[test]
fn a_file_without_room_is_an_error_and_gone() {
    let folder = Folder::new();
    // In blocks of 512 or 1024 bytes; a file needs about 14,000 bytes.
    let script = "trap '' XFSZ; ulimit -f 4 && exec \"$0\" \"$@\"";
    let args = ["--output", ".", "--window", "3000", "--destinations", "1"];
    let output = folder.shell(script, "windows_to_files").args(args).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("no room to write ./") && stderr.contains("pane 0 of ["), "{stderr}");
    assert_eq!(folder.names(), Vec::<String>::new());
}
