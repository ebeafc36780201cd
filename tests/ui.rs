//! The page of a program: where it is, who may see it, and what happens if it cannot be had.

mod common;

use common::{Folder, signal};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, ChildStderr};

/// A program without an end that serves its page, and where that is.
fn serving(folder: &Folder, more: &[&str]) -> (Child, BufReader<ChildStderr>, String) {
    let mut child = folder.command("endless").args(["--output", "counts", "--ui", "0"]).args(more).spawn().unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    stderr.read_line(&mut line).unwrap();
    let url = line.trim_end().strip_prefix("watch it at http://127.0.0.1:").unwrap_or_else(|| panic!("{line}"));
    (child, stderr, format!("127.0.0.1:{url}"))
}

fn get(host: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(host).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn a_program_serves_its_page_until_it_ends() {
    let folder = Folder::new();
    let (mut child, mut stderr, url) = serving(&folder, &[]);
    let host = url.strip_suffix('/').unwrap();
    let answer = get(host, "/status.json");
    let status: Value = serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap();
    assert_eq!((&status["program"], &status["state"]), (&"endless".into(), &"running".into()));
    let mut listener = TcpStream::connect(host).unwrap();
    write!(listener, "GET /events HTTP/1.1\r\nHost: {host}\r\n\r\n").unwrap();
    let mut lines = BufReader::new(listener).lines().map_while(Result::ok);
    assert!(lines.any(|line| line.starts_with("event: status")));
    signal(&child, "INT");
    let end: Vec<_> = lines.skip_while(|line| line != "event: end").collect();
    assert!(end[1].contains("\"state\":\"succeeded\""), "{end:?}");
    let mut said = String::new();
    stderr.read_to_string(&mut said).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{said}");
}

#[test]
fn a_token_is_asked_for() {
    let folder = Folder::new();
    let (mut child, _stderr, url) = serving(&folder, &["--ui-token", "open-sesame"]);
    let (host, path) = url.split_at(url.find('/').unwrap());
    assert_eq!(path, "/?token=open-sesame");
    assert!(get(host, "/").starts_with("HTTP/1.1 401 "));
    assert!(get(host, path).starts_with("HTTP/1.1 200 "));
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn elements_are_shown_unless_they_are_secret() {
    let folder = Folder::new();
    for (more, are_shown) in [(&[][..], true), (&["--ui-samples", "on"], true), (&["--ui-samples", "off"], false)] {
        let (mut child, _stderr, url) = serving(&folder, more);
        let answer = get(url.strip_suffix('/').unwrap(), "/status.json");
        let status: Value = serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap();
        assert_eq!(status["has_samples"], are_shown, "{more:?}");
        child.kill().unwrap();
        child.wait().unwrap();
    }
}

#[test]
fn what_cannot_be_served_stops_the_program_before_it_runs() {
    let folder = Folder::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for (arguments, said) in [
        (&["--ui", &address[..]][..], "error: cannot serve the page of the pipeline at 127.0.0.1:"),
        (&["--ui", "nowhere"], "error: 'nowhere' is no address for the page of the pipeline"),
        (&["--ui", "0", "--ui-token", "short"], "error: the token for the page has to be 8 characters or more"),
        (&["--ui-token", "open-sesame"], "error: the following required arguments were not provided"),
    ] {
        let run = folder.run("endless", [&["--output", "counts"], arguments].concat());
        assert!(run.code == Some(2) && run.stderr.starts_with(said), "{arguments:?}: {run:?}");
    }
    assert_eq!(folder.names(), Vec::<String>::new());
}
