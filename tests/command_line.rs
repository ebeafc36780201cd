//! What `launch` adds to a program.

mod common;

use common::{Folder, Run};
use serde_json::{Value, json};
use std::io::Write as _;
use std::process::Stdio;

const TEXT: (&str, &[u8]) = ("in.txt", "the cat, the Äpfel\n".as_bytes());

fn wordcount(folder: &Folder, more: &[&str]) -> Run {
    folder.run("wordcount", [&["--input", "in.txt", "--output", "counts"], more].concat())
}

#[test]
fn shards_and_a_summary() {
    let folder = Folder::with(&[TEXT]);
    let run = wordcount(&folder, &["--parallelism", "2"]);
    run.succeeds();
    assert_eq!(folder.names(), ["counts-00000-of-00002", "counts-00001-of-00002", "in.txt"]);
    let all = folder.read("counts-00000-of-00002") + &folder.read("counts-00001-of-00002");
    let mut lines: Vec<_> = all.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, ["cat: 1", "the: 2", "Äpfel: 1"]);
    assert_eq!(run.stdout, "");
    assert!(run.stderr.starts_with("done in 0."), "{run:?}");
    assert!(run.stderr.ends_with(" s, 20 B read\n"), "{run:?}");
}

#[test]
fn standard_streams() {
    let folder = Folder::new();
    let mut command = folder.command("wordcount");
    let mut child = command.args(["--input", "-", "--output", "-", "--min-count", "2"]).stdin(Stdio::piped()).spawn();
    child.as_mut().unwrap().stdin.take().unwrap().write_all(b"a b a").unwrap();
    let run = Run::from(child.unwrap().wait_with_output().unwrap());
    run.succeeds();
    assert_eq!(run.stdout, "a: 2\n");
    assert_eq!(folder.names(), Vec::<String>::new());
}

#[test]
fn explain_runs_nothing() {
    let folder = Folder::new();
    let run = wordcount(&folder, &["--explain"]);
    run.succeeds();
    assert_eq!(run.stderr, "");
    insta::assert_snapshot!(run.stdout);
    let dot = wordcount(&folder, &["--explain=dot"]);
    dot.succeeds();
    insta::assert_snapshot!(dot.stdout);
    assert_eq!(folder.names(), Vec::<String>::new());
}

#[test]
fn help_shows_both_kinds_of_arguments() {
    let run = Folder::new().run("wordcount", ["-h"]);
    run.succeeds();
    insta::assert_snapshot!(run.stdout);
}

#[test]
fn a_pipe_gets_no_bar() {
    let folder = Folder::new();
    for (when, lines) in [("auto", false), ("never", false), ("always", true)] {
        let args = ["rest", "--output", "-", "--progress", when, "--parallelism", "1"];
        let run = folder.run("misbehave", args);
        run.succeeds();
        assert_eq!(run.stderr.lines().count(), if lines { 2 } else { 1 }, "{run:?}");
        assert!(!run.stderr.contains(['\r', '\u{1b}']), "{run:?}");
    }
}

#[test]
fn metrics_as_json() {
    let folder = Folder::new();
    let args = ["count", "--output", "numbers", "--metrics-out", "metrics.json", "--parallelism", "2"];
    folder.run("misbehave", args).succeeds();
    let mut metrics: Value = serde_json::from_str(&folder.read("metrics.json")).unwrap();
    assert!(metrics["elapsed_seconds"].take().as_f64().unwrap() > 0.0);
    let sizes = json!({ "count": 20_000, "sum": 199_990_000, "min": 0, "max": 19_999 });
    let expected = json!({
        "status": "succeeded",
        "exit_code": 0,
        "error": null,
        "left_behind": null,
        "elapsed_seconds": null,
        "bytes_read": 0,
        "steps": [
            { "step": "Numbers", "emitted": 20_000, "values": {} },
            {
                "step": "Look",
                "emitted": 20_000,
                "values": { "even": { "counter": 10_000 }, "sizes": { "distribution": sizes } },
            },
            { "step": "Format", "emitted": 20_000, "values": {} },
            { "step": "Save", "emitted": 20_000, "values": {} },
        ],
    });
    assert_eq!(metrics, expected);
    assert_eq!(folder.names(), ["metrics.json", "numbers-00000-of-00002", "numbers-00001-of-00002"]);
}

#[test]
fn metrics_of_a_failure() {
    let folder = Folder::with(&[("metrics.json", b"old")]);
    let args = ["error", "--output", "numbers", "--metrics-out", "metrics.json"];
    assert_eq!(folder.run("misbehave", args).code, Some(1));
    let metrics: Value = serde_json::from_str(&folder.read("metrics.json")).unwrap();
    assert_eq!((&metrics["status"], &metrics["exit_code"]), (&json!("failed"), &json!(1)));
    assert!(metrics["error"].as_str().unwrap().contains("no sevens, please"), "{metrics}");
    assert_eq!(metrics["steps"][0]["step"], "Numbers");
    assert_eq!(folder.names(), ["metrics.json"]);
}

#[test]
fn counted_values_are_printed_at_the_end() {
    let run = Folder::new().run("misbehave", ["count", "--output", "numbers"]);
    let (done, values) = run.stderr.split_once('\n').unwrap();
    assert!(done.starts_with("done in "), "{run:?}");
    assert_eq!(values, "  Look     even 10000, sizes count 20000, sum 199990000, min 0, max 19999\n");
}

#[test]
fn warnings_are_printed_and_the_pipeline_runs() {
    let folder = Folder::new();
    let run = folder.run("misbehave", ["unnamed", "--output", "out"]);
    run.succeeds();
    let warning = "warning: step 'Largest' (tests/programs/misbehave.rs): ";
    let text = "it keeps state and has no name of its own, so its state cannot be found again when the program has been \
                changed\n  help: name it: `.named(\"…\")`\n";
    assert!(run.stderr.starts_with(warning) && run.stderr.contains(text), "{run:?}");
    let names = folder.names();
    let largest: String = names.iter().map(|name| folder.read(name)).collect();
    let mut largest: Vec<u64> = largest.lines().map(|line| line.parse().unwrap()).collect();
    largest.sort_unstable();
    assert_eq!(largest, (19_990..20_000).collect::<Vec<_>>());

    let explained = folder.run("misbehave", ["unnamed", "--output", "out", "--explain"]);
    explained.succeeds();
    let (_, warnings) = explained.stdout.split_once("\nwarnings\n\n").unwrap();
    assert!(warnings.starts_with("step 'Largest'") && warnings.ends_with(text), "{explained:?}");
    assert!(explained.stdout.contains("    keeps largest: combining\n"), "{explained:?}");
    assert_eq!(folder.names(), names, "nothing has run");
}

#[test]
fn verbose_shows_the_plan_and_each_step() {
    let folder = Folder::with(&[TEXT]);
    let run = wordcount(&folder, &["-v"]);
    run.succeeds();
    assert!(run.stderr.starts_with("plan\n\nstage 1  (reads a source)\n"), "{run:?}");
    assert!(run.stderr.contains("\n  Words                  4 elements\n"), "{run:?}");
    assert!(run.stderr.contains("\n  text::read(in.txt)     1 element\n"), "{run:?}");
    assert!(run.stderr.ends_with("\n  text::write(counts)    3 elements\n"), "{run:?}");
    let more = Folder::with(&[TEXT]);
    assert!(wordcount(&more, &["-vv"]).stderr.starts_with("graph\n\ntext::read(in.txt)  [read]  wordcount.rs"));
}
