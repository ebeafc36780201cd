//! Standard input as a stream, in a process for each run: there is one standard input in each.

use crate::verb::Verb;
use beamline::testing::for_each_seed;
use std::io::Write as _;
use std::process::{Child, Command, Stdio};

/// A program that reads lines until the verb has ended it, by the order that follows from the seed.
fn start(verb: &str, seed: u64) -> Child {
    let program = crate::common::program("stdin_verbs");
    let mut command = Command::new(program);
    command.args([verb, &seed.to_string()]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

/// Standard input stays open until the program has ended.
#[test]
fn standard_input_ends_by_every_verb() {
    for verb in Verb::ALL {
        for_each_seed(6, |seed| {
            let mut child = start(&format!("{verb:?}"), seed);
            let mut stdin = child.stdin.take().unwrap();
            stdin.write_all(b"one\ntwo\nthree\nfour\n").unwrap();
            let output = child.wait_with_output().unwrap();
            drop(stdin);
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success() && output.stdout == b"as it should\n", "{verb:?}: {said}");
        });
    }
}

/// Its window is closed by the end, since the clock stands still.
#[test]
fn the_stream_ends_with_standard_input() {
    for_each_seed(6, |seed| {
        let mut child = start("Count", seed);
        child.stdin.take().unwrap().write_all(b"one\ntwo\nlast").unwrap();
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && output.stdout == b"3\n", "{said}");
    });
}
