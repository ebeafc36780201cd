//! Ctrl-C: a run stops soon, says what it had done, and leaves nothing behind.
#![cfg(unix)]

mod common;

use common::{Folder, Run, signal, wait_until};
use std::io::{Read as _, Write as _};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// The writers have been opened, so workers are about to run or running.
fn wait_for_work(folder: &Folder) {
    wait_until("there are temporary files", || folder.names().iter().any(|name| name.starts_with('.')));
}

fn stop(child: Child, name: &str) -> Run {
    let start = Instant::now();
    signal(&child, name);
    let run = Run::from(child.wait_with_output().unwrap());
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    run
}

#[track_caller]
fn assert_stopped(run: &Run, folder: &Folder) {
    assert_eq!(run.code, Some(130), "{run:?}");
    assert!(run.stderr.contains("stopped after "), "{run:?}");
    assert!(run.stderr.contains("; no output file was written; ") && run.stderr.contains(" removed\n"), "{run:?}");
    assert_eq!(folder.names(), Vec::<String>::new());
}

#[test]
fn a_run_that_waits_for_input() {
    let folder = Folder::new();
    let mut command = folder.command("wordcount");
    let mut child = command.args(["--input", "-", "--output", "counts"]).stdin(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(b"some words and more\n").unwrap();
    wait_for_work(&folder);
    assert_stopped(&stop(child, "INT"), &folder);
}

#[test]
fn a_run_that_is_busy() {
    let folder = Folder::new();
    let child = folder.command("misbehave").args(["slow", "--output", "numbers"]).spawn().unwrap();
    wait_for_work(&folder);
    let run = stop(child, "INT");
    assert_stopped(&run, &folder);
    assert!(run.stderr.contains("\n  Numbers  "), "{run:?}");
}

#[test]
fn a_run_that_is_terminated() {
    let folder = Folder::new();
    let child = folder.command("misbehave").args(["slow", "--output", "numbers"]).spawn().unwrap();
    wait_for_work(&folder);
    assert_stopped(&stop(child, "TERM"), &folder);
}

#[test]
#[cfg(target_os = "linux")]
fn a_run_that_loses_its_terminal() {
    let folder = Folder::new();
    // These tests may have been started with nohup.
    let mut command = folder.shell("exec env --default-signal=HUP \"$0\" \"$@\"", "misbehave");
    let child = command.args(["slow", "--output", "numbers"]).spawn().unwrap();
    wait_for_work(&folder);
    assert_stopped(&stop(child, "HUP"), &folder);
}

#[test]
fn a_run_that_does_not_mind_losing_its_terminal() {
    let folder = Folder::new();
    let mut command = folder.shell("trap '' HUP; exec \"$0\" \"$@\"", "misbehave");
    let mut child = command.args(["rest", "--output", "numbers", "--parallelism", "1"]).spawn().unwrap();
    wait_for_work(&folder);
    signal(&child, "HUP");
    assert!(child.wait().unwrap().success());
    assert_eq!(folder.names(), ["numbers-00000-of-00001"]);
}

#[test]
fn a_large_file() {
    let folder = Folder::new();
    let inputs = Folder::with(&[("in.txt", "to be or not to be, that is the question\n".repeat(2_000_000).as_bytes())]);
    let input = inputs.path().join("in.txt").display().to_string();
    // Reading it thirty times takes long on any machine.
    let args = std::iter::repeat_n(input.as_str(), 30).chain(["--output", "counts"]);
    let child = folder.command("wordcount").arg("--input").args(args).spawn().unwrap();
    wait_for_work(&folder);
    assert_stopped(&stop(child, "INT"), &folder);
}

#[test]
fn a_second_signal_ends_a_run_that_is_stuck() {
    let folder = Folder::new();
    let mut child = folder.command("misbehave").args(["stuck", "--output", "numbers"]).spawn().unwrap();
    wait_for_work(&folder);
    signal(&child, "INT");
    let mut stderr = child.stderr.take().unwrap();
    let mut said = [0; 8];
    stderr.read_exact(&mut said).unwrap();
    assert_eq!(&said, b"stopping");
    assert_eq!(stop(child, "INT").code, Some(130));
}

#[test]
fn metrics_are_written_too() {
    let (folder, other) = (Folder::new(), Folder::new());
    let metrics = other.path().join("metrics.json");
    let mut command = folder.command("misbehave");
    let child = command.args(["slow", "--output", "numbers", "--metrics-out"]).arg(metrics).spawn().unwrap();
    wait_for_work(&folder);
    assert_stopped(&stop(child, "INT"), &folder);
    let json: serde_json::Value = serde_json::from_str(&other.read("metrics.json")).unwrap();
    assert_eq!(json["status"], "cancelled");
    assert_eq!(json["exit_code"], 130);
    assert_eq!(json["steps"][0]["step"], "Numbers");
}
