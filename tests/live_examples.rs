//! The examples that read streams: a log grows, and they say at once what follows.
#![cfg(unix)]

mod common;

use common::{Folder, Run, signal, wait_until};
use std::fs::{self, OpenOptions};
use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, ChildStdout, Command, Stdio};

/// A line of a log.
fn request(time: &str, address: &str, page: &str, seconds: &str) -> String {
    format!(
        r#"{{"status":200,"body_bytes_sent":1,"remote_user":"-","request_time":{seconds},"http_referer":"-","remote_addr":"{address}","request":"GET {page}?x=1 HTTP/2.0","http_user_agent":"-","upstream_response_time":"-","time_local":"01/Mar/2024:{time} +0100"}}"#
    ) + "\n"
}

fn append(folder: &Folder, name: &str, text: &str) {
    let mut file = OpenOptions::new().append(true).create(true).open(folder.path().join(name)).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

fn start(command: &mut Command) -> (Child, BufReader<ChildStdout>) {
    let mut child = command.spawn().unwrap();
    let stdout = BufReader::new(child.stdout.take().unwrap());
    (child, stdout)
}

/// The next line that the program prints.
fn next(stdout: &mut BufReader<ChildStdout>) -> String {
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    line
}

fn end(child: Child) -> Run {
    child.wait_with_output().unwrap().into()
}

#[test]
fn slow_requests_are_counted_with_each_line_of_a_log_that_is_rotated() {
    let folder = Folder::new();
    let mut command = folder.command("slow_requests");
    let (child, mut stdout) = start(command.args(["--file", "log", "--take", "4"]));
    append(&folder, "log", &request("11:00:00", "a", "/", "1.5"));
    assert_eq!(next(&mut stdout), "2024-03-01T10:00:00Z: 1 slow requests\n");
    append(&folder, "log", &request("11:00:01", "b", "/", "\"1.000\""));
    assert_eq!(next(&mut stdout), "2024-03-01T10:00:01Z: 2 slow requests\n");
    fs::rename(folder.path().join("log"), folder.path().join("log.1")).unwrap();
    append(&folder, "log", "broken\n");
    append(&folder, "log", &request("11:05:00", "b", "/", "0.999"));
    assert_eq!(next(&mut stdout), "2024-03-01T10:05:00Z: 1 slow requests\n");
    let run = end(child);
    run.succeeds();
    assert!(run.stderr.contains("no request: broken: expected value"), "{run:?}");
}

#[test]
fn slow_requests_come_over_connections() {
    let folder = Folder::new();
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut command = folder.command("slow_requests");
    let (child, mut stdout) = start(command.args(["--tcp", &address.to_string(), "--take", "2", "--last", "1"]));
    for (time, count) in [("11:00:00", 1), ("11:00:30", 2)] {
        let mut client = None;
        wait_until("the program listens", || {
            client = TcpStream::connect(address).ok();
            client.is_some()
        });
        client.unwrap().write_all(request(time, "a", "/", "2").as_bytes()).unwrap();
        assert!(next(&mut stdout).ends_with(&format!(": {count} slow requests\n")));
    }
    end(child).succeeds();
}

/// Whoever sends a request may put any bytes into it.
#[test]
fn what_is_no_text_does_not_end_a_stream() {
    let folder = Folder::new();
    let mut command = folder.command("slow_requests");
    let (mut child, mut stdout) = start(command.stdin(Stdio::piped()));
    let mut stdin = child.stdin.take().unwrap();
    let line = request("11:00:00", "a", "/", "1.5").replace(r#"agent":"-"#, r#"agent":"~"#);
    stdin.write_all(&line.bytes().map(|byte| if byte == b'~' { 0xff } else { byte }).collect::<Vec<_>>()).unwrap();
    assert_eq!(next(&mut stdout), "2024-03-01T10:00:00Z: 1 slow requests\n");
    drop(stdin);
    end(child).succeeds();
    fs::write(folder.path().join("notes"), b"caf\xe9\n").unwrap();
    let run = folder.run("tail_wordcount", ["--file", "notes", "--take", "1"]);
    run.succeeds();
    assert!(run.stdout.ends_with(" caf\u{fffd}: 1\n"), "{run:?}");
}

#[test]
fn a_log_that_is_not_there_is_waited_for_with_a_warning() {
    let folder = Folder::new();
    let mut command = folder.command("slow_requests");
    let (mut child, mut stdout) = start(command.args(["--file", "log", "--take", "1"]));
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut warning = String::new();
    stderr.read_line(&mut warning).unwrap();
    assert!(warning.starts_with("warning: step 'text::tail(log)' (examples/"), "{warning}");
    assert!(warning.contains("there is no file log yet"), "{warning}");
    append(&folder, "log", &request("11:00:00", "a", "/", "1.5"));
    assert_eq!(next(&mut stdout), "2024-03-01T10:00:00Z: 1 slow requests\n");
    end(child).succeeds();
}

/// So many minutes that nothing can count their seconds.
const MANY: &str = "18446744073709551615";

#[test]
fn options_that_cannot_be_are_named() {
    let folder = Folder::new();
    for [option, value] in [["--slow", "soon"], ["--slow", "nan"], ["--last", "0"], ["--last", MANY], ["--take", "x"]] {
        let run = folder.run("slow_requests", [option, value]);
        assert_eq!(run.code, Some(2), "{run:?}");
        assert!(run.stderr.contains(&format!("invalid value '{value}' for '{option} <")), "{run:?}");
    }
    let run = folder.run("page_path", ["/a", "/b", "--within", MANY]);
    assert!(run.stderr.contains(&format!("invalid value '{MANY}' for '--within <")), "{run:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_printed_is_an_error_without_a_place_in_the_standard_library() {
    let folder = Folder::new();
    append(&folder, "log", &request("11:00:00", "a", "/", "1.5"));
    let run = folder.shell("\"$0\" --file log --take 1 > /dev/full", "slow_requests").output().unwrap();
    let run = Run::from(run);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.stderr.contains("panicked: failed printing to stdout: No space left"), "{run:?}");
}

#[test]
fn a_path_may_lead_back() {
    let folder = Folder::new();
    for (time, page) in [("11:00:00", "/a"), ("11:00:01", "/a"), ("11:00:02", "/b"), ("11:00:03", "/a")] {
        append(&folder, "log", &request(time, "x", page, "0"));
    }
    let run = folder.run("page_path", ["/a", "/b", "/a", "--file", "log", "--take", "4"]);
    run.succeeds();
    assert_eq!(run.stdout, "x went from /a to /a in 2 s, until 2024-03-01T10:00:03Z\n");
}

/// Lines are not quite in order, and the last one says that enough time has passed.
#[test]
fn a_path_is_found_as_soon_as_the_log_has_come_past_it() {
    let folder = Folder::new();
    let mut command = folder.command("page_path");
    let (mut child, mut stdout) = start(command.args(["/a", "/b", "/c"]).stdin(Stdio::piped()));
    let mut stdin = child.stdin.take().unwrap();
    for (time, address, page) in [
        ("11:00:02", "x", "/b"),
        ("11:00:00", "x", "/a"),
        ("11:00:00", "y", "/a"),
        ("11:04:00", "y", "/b"),
        ("11:05:00", "x", "/c"),
        ("11:05:01", "y", "/c"),
        ("11:06:00", "z", "/a"),
    ] {
        stdin.write_all(request(time, address, page, "0").as_bytes()).unwrap();
    }
    assert_eq!(next(&mut stdout), "x went from /a to /c in 300 s, until 2024-03-01T10:05:00Z\n");
    drop(stdin);
    assert_eq!(next(&mut stdout), "");
    end(child).succeeds();
}

#[test]
fn words_are_counted_while_the_file_grows_and_ctrl_c_closes_the_window() {
    let folder = Folder::new();
    let mut command = folder.command("tail_wordcount");
    let window = "10000000000";
    let args = ["--file", "notes.txt", "--every", window, "--status-every", "10ms"];
    let (mut child, mut stdout) = start(command.args(args));
    let mut status = BufReader::new(child.stderr.take().unwrap());
    for (text, words) in [("To be\n", 2), ("or not\n", 4), ("to be\n", 6)] {
        append(&folder, "notes.txt", text);
        wait_until_told(&mut status, "Words (", &format!("{words} emitted"));
    }
    signal(&child, "INT");
    let mut counts: Vec<_> = (0..4).map(|_| next(&mut stdout).split(' ').skip(1).collect::<String>()).collect();
    counts.sort();
    assert_eq!(counts, ["be:2\n", "not:1\n", "or:1\n", "to:2\n"]);
    let mut said = String::new();
    status.read_to_string(&mut said).unwrap();
    end(child).succeeds();
    assert!(said.contains("draining"), "{said}");
}

/// Reads what a program says of itself until the line behind that of a step has these words.
#[track_caller]
fn wait_until_told(status: &mut impl BufRead, step: &str, words: &str) {
    let (mut line, mut is_step) = (String::new(), false);
    while !(is_step && line.contains(words)) {
        is_step = line.contains(step);
        line.clear();
        assert!(status.read_line(&mut line).unwrap() > 0, "{words} was not said");
    }
}

#[test]
fn what_is_taken_ends_with_ctrl_c_too() {
    let folder = Folder::new();
    let mut command = folder.command("slow_requests");
    let (child, mut stdout) = start(command.args(["--file", "log", "--take", "9"]));
    append(&folder, "log", &request("11:00:00", "a", "/", "1.5"));
    next(&mut stdout);
    signal(&child, "INT");
    let run = end(child);
    run.succeeds();
    assert!(run.stderr.contains("draining"), "{run:?}");
}

#[test]
fn a_log_that_is_made_up_is_one_that_is_read() {
    let folder = Folder::new();
    let run = folder.run("generate_access_log", ["--rate", "100000", "--take", "500", "--seed", "7"]);
    run.succeeds();
    let again = folder.run("generate_access_log", ["--rate", "100000", "--take", "500", "--seed", "7"]);
    assert_eq!(run.stdout, again.stdout);
    append(&folder, "log", &run.stdout);
    let run = folder.run("slow_requests", ["--file", "log", "--take", "500"]);
    run.succeeds();
    assert!(!run.stderr.contains("no request") && run.stdout.lines().count() == 500, "{run:?}");
    let most = run.stdout.lines().last().unwrap().split(' ').nth(1).unwrap().parse::<u64>().unwrap();
    assert!((5..40).contains(&most), "{most}");
}
