//! The life of a stream: it goes on until it is drained or cancelled, and says meanwhile how it goes.
#![cfg(unix)]

mod common;

use common::{Folder, Run, signal};
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStderr, Stdio};

/// The program, and what it says.
fn start(folder: &Folder, args: &[&str]) -> (Child, BufReader<ChildStderr>) {
    let mut command = folder.command("endless");
    let mut child = command.args(["--output", "counts"]).args(args).spawn().unwrap();
    let stderr = BufReader::new(child.stderr.take().unwrap());
    (child, stderr)
}

/// Reads lines until one has all of these words.
#[track_caller]
fn read_until(stderr: &mut BufReader<ChildStderr>, words: &[&str]) -> String {
    let mut said = String::new();
    loop {
        let mut line = String::new();
        assert!(stderr.read_line(&mut line).unwrap() > 0, "{words:?} was not said: {said}");
        said.push_str(&line);
        if words.iter().all(|word| line.contains(word)) {
            return said;
        }
    }
}

/// What is written: whole windows, and one that the drain has cut short.
#[track_caller]
fn assert_drained(folder: &Folder) {
    let files: Vec<_> = folder.names();
    assert!(files.iter().all(|name| name.starts_with("counts-")), "{files:?}");
    let counts: String = files.iter().map(|name| folder.read(name)).collect();
    let mut counts: Vec<u64> = counts.lines().map(|line| line.parse().unwrap()).collect();
    counts.sort_unstable();
    assert!(counts.len() > 1 && counts[1..].iter().all(|count| *count == 1000), "{counts:?}");
    assert!((1..=1000).contains(&counts[0]), "{counts:?}");
}

fn end(child: Child) -> Run {
    child.wait_with_output().unwrap().into()
}

#[test]
fn the_first_signal_drains() {
    let folder = Folder::new();
    let (child, mut stderr) = start(&folder, &["--status-every", "50ms"]);
    read_until(&mut stderr, &["watermark: input 1970-01-01T00:00:0"]);
    signal(&child, "INT");
    read_until(&mut stderr, &["draining: nothing more is read"]);
    read_until(&mut stderr, &["done in"]);
    end(child).succeeds();
    assert_drained(&folder);
}

#[test]
fn the_second_signal_cancels_and_the_third_ends_at_once() {
    let folder = Folder::new();
    let (child, mut stderr) = start(&folder, &["--stuck"]);
    read_until(&mut stderr, &["stuck"]);
    signal(&child, "INT");
    read_until(&mut stderr, &["draining: nothing more is read"]);
    signal(&child, "INT");
    read_until(&mut stderr, &["stopping when the steps are through"]);
    signal(&child, "INT");
    assert_eq!(end(child).code, Some(130));
}

#[test]
fn a_run_drains_after_a_time() {
    let folder = Folder::new();
    let (child, mut stderr) = start(&folder, &["--drain-after", "500ms"]);
    read_until(&mut stderr, &["draining: the time is over"]);
    end(child).succeeds();
    assert_drained(&folder);
}

/// Windows that are open are not written, and told.
#[test]
fn a_run_stops_after_a_time() {
    let folder = Folder::new();
    let (child, mut stderr) = start(&folder, &["--stop-after", "500ms", "--metrics-out", "metrics.json"]);
    read_until(&mut stderr, &["stopping: the time is over"]);
    read_until(&mut stderr, &["stopped after", "with this left behind"]);
    read_until(&mut stderr, &["  1 open window of 'Count' (", "tests/programs/endless.rs:", "with 1 key"]);
    assert_eq!(end(child).code, Some(3));
    let metrics: serde_json::Value = serde_json::from_str(&folder.read("metrics.json")).unwrap();
    assert_eq!((&metrics["status"], &metrics["exit_code"]), (&"stopped".into(), &3.into()));
    assert_eq!(metrics["left_behind"][0]["step"], "Count");
    fs::remove_file(folder.path().join("metrics.json")).unwrap();
    let counts: String = folder.names().iter().map(|name| folder.read(name)).collect();
    assert!(counts.lines().count() > 0 && counts.lines().all(|count| count == "1000"), "{counts}");
}

#[test]
fn a_signal_cancels_a_run_that_is_being_stopped() {
    let folder = Folder::new();
    let (child, mut stderr) = start(&folder, &["--stuck", "--stop-after", "1ms"]);
    read_until(&mut stderr, &["stopping: the time is over"]);
    signal(&child, "INT");
    read_until(&mut stderr, &["stopping when the steps are through"]);
    signal(&child, "INT");
    assert_eq!(end(child).code, Some(130));
}

/// Of what a stream has written so far, what is complete stays, and the rest goes.
#[test]
fn a_run_that_is_cancelled_says_how_many_files_stay() {
    let folder = Folder::new();
    let mut command = folder.command("windows_to_files");
    let mut child = command.args(["--output", ".", "--wait", "--all"]).stdin(Stdio::piped()).spawn().unwrap();
    let (mut told, stdin) = (BufReader::new(child.stdout.take().unwrap()), child.stdin.take());
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    told.read_line(&mut String::new()).unwrap();
    signal(&child, "INT");
    read_until(&mut stderr, &["draining: nothing more is read"]);
    signal(&child, "INT");
    read_until(&mut stderr, &["stopping when the steps are through"]);
    drop(stdin);
    let said = read_until(&mut stderr, &["stopped after"]).replace(',', "");
    assert_eq!(end(child).code, Some(130));
    let files = folder.names();
    assert!(files.iter().all(|name| !name.starts_with('.')), "{files:?}");
    let stay = match files.len() {
        1 => "1 complete file stays".to_owned(),
        count => format!("{count} complete files stay"),
    };
    assert!(said.contains(&format!("; {stay}; 1 unfinished one was removed")), "{}: {said}", files.len());
}

#[test]
fn a_signal_asks_how_it_goes() {
    let folder = Folder::new();
    let (mut child, mut stderr) = start(&folder, &["--stuck", "--parallelism", "1"]);
    read_until(&mut stderr, &["stuck"]);
    signal(&child, "QUIT");
    let said = read_until(&mut stderr, &["status at"]);
    assert!(!said.contains("draining"), "{said}");
    read_until(&mut stderr, &["worker 0 is at work"]);
    child.kill().unwrap();
    child.wait().unwrap();
}

#[cfg(not(feature = "ui"))]
#[test]
fn the_page_has_to_be_built_in() {
    let folder = Folder::new();
    let run = folder.run("misbehave", ["count", "--output", "numbers", "--ui", "0"]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert!(run.stderr.contains("built without the page") && run.stderr.contains("features = [\"ui\"]"), "{run:?}");
    assert_eq!(folder.names(), Vec::<String>::new());
}

#[test]
fn what_ends_by_itself_is_not_drained() {
    let folder = Folder::new();
    let run = folder.run("misbehave", ["count", "--output", "numbers", "--drain-after", "1h"]);
    run.succeeds();
    assert!(run.stderr.contains("warning: --drain-after has no effect"), "{run:?}");
}
