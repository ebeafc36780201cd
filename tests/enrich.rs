//! The example that asks a service, with a service that fails on purpose.

mod common;

use common::{Folder, Run};
use serde_json::Value;
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;

/// A service on a port of its own, until the test ends.
struct Server {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// How often it was asked for each path.
    asked: HashMap<String, usize>,
    /// Whether it has been mended.
    is_whole: bool,
    /// Tells of questions that are never answered, and keeps them open.
    hanging: Option<mpsc::Sender<TcpStream>>,
}

impl Server {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, state) = (listener.local_addr().unwrap(), Arc::new(Mutex::new(State::default())));
        let answering = state.clone();
        thread::spawn(move || listener.incoming().for_each(|stream| answer(stream.unwrap(), &answering)));
        Self { address, state }
    }

    fn asked(&self, id: &str) -> usize {
        self.state.lock().unwrap().asked.get(&format!("/items/{id}")).copied().unwrap_or_default()
    }

    fn service(&self) -> String {
        format!("http://{}/items/", self.address)
    }
}

fn answer(mut stream: TcpStream, state: &Mutex<State>) {
    let mut head = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
    let first = head.next().unwrap_or_default();
    head.take_while(|line| !line.is_empty()).for_each(drop);
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut state = state.lock().unwrap();
    let count = state.asked.entry(path.clone()).or_default();
    *count += 1;
    let text = match (path.rsplit('/').next().unwrap_or_default(), *count, state.is_whole) {
        ("hanging", ..) => return state.hanging.iter().for_each(|to| to.send(stream.try_clone().unwrap()).unwrap()),
        ("unknown", ..) => b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_vec(),
        ("broken", _, false) | ("busy", 1..=2, _) => b"HTTP/1.1 503 Service Unavailable\r\n\r\n".to_vec(),
        ("chunks", ..) => {
            // One ends within a letter.
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nin p\xc3\r\n4\r\n\xa4rts\r\n0\r\n\r\n".to_vec()
        }
        (id, ..) => format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\nitem {id}", id.len() + 5).into_bytes(),
    };
    // Who has given up does not listen.
    let _ = stream.write_all(&text);
}

/// Runs the example with these arguments, and others that every run has.
fn enrich(folder: &Folder, server: &Server, args: &[&str]) -> Run {
    let service = server.service();
    let all = ["--service", &service, "--backoff", "1", "--rate", "100000", "--attempts", "3"];
    folder.run("enrich", all.iter().chain(args))
}

fn lines(folder: &Folder, prefix: &str) -> Vec<String> {
    let names = folder.names().into_iter().filter(|name| name.starts_with(prefix));
    let mut lines: Vec<_> =
        names.flat_map(|name| folder.read(&name).lines().map(str::to_owned).collect::<Vec<_>>()).collect();
    lines.sort();
    lines
}

/// Element, attempts and error of each letter.
fn letters(folder: &Folder, name: &str) -> Vec<(String, u64, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let letter = |line: String| {
        let letter: Value = serde_json::from_str(&line).unwrap();
        assert_eq!((&letter["step"], &letter["version"]), (&"Fetch".into(), &env!("CARGO_PKG_VERSION").into()));
        (text(&letter["element"]), letter["attempts"].as_u64().unwrap(), text(&letter["error"]))
    };
    lines(folder, name).into_iter().map(letter).collect()
}

#[test]
fn what_the_service_cannot_answer_for_is_asked_again_when_it_is_mended() {
    let ids = b"1\n2\n1\nbroken\nbusy\n1\n\nunknown\nchunks\nwith / blanks\n";
    let (folder, server) = (Folder::with(&[("ids.txt", ids)]), Server::start());
    let run = enrich(&folder, &server, &["--input", "ids.txt", "--output", "items", "--letters", "letters.jsonl"]);
    run.succeeds();
    assert!(run.stderr.contains("dead_letters 2"), "{run:?}");
    let items = ["1\titem 1", "1\titem 1", "1\titem 1", "2\titem 2", "busy\titem busy", "chunks\tin pärts"];
    let items = [&items[..], &["with / blanks\titem with%20%2F%20blanks"]].concat();
    assert_eq!(lines(&folder, "items-"), items);
    let gone = ("unknown".to_owned(), 1, "the service says 404 Not Found".to_owned());
    let broken = ("broken".to_owned(), 3, "the service says 503 Service Unavailable".to_owned());
    assert_eq!(letters(&folder, "letters.jsonl"), [broken, gone.clone()]);
    assert_eq!(["1", "busy", "broken", "unknown"].map(|id| server.asked(id)), [1, 3, 3, 1]);

    server.state.lock().unwrap().is_whole = true;
    enrich(&folder, &server, &["--replay", "letters.jsonl", "--output", "more", "--letters", "still.jsonl"]).succeeds();
    assert_eq!(lines(&folder, "more-"), ["broken\titem broken"]);
    assert_eq!(letters(&folder, "still.jsonl"), [gone]);
    assert_eq!(["1", "broken", "unknown"].map(|id| server.asked(id)), [1, 4, 2]);
}

#[test]
fn too_many_letters_are_an_error_and_nothing_is_written() {
    let (folder, server) = (Folder::with(&[("ids.txt", b"1\nunknown\nbroken\n")]), Server::start());
    let args = ["--input", "ids.txt", "--output", "items", "--letters", "letters.jsonl", "--most-letters", "1"];
    let run = enrich(&folder, &server, &args);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.stderr.contains("more than 1 element failed: 2 of 3; the last one: the service says"), "{run:?}");
    assert_eq!(folder.names(), ["ids.txt"]);
}

#[test]
fn a_service_that_does_not_answer_is_given_up_in_time() {
    let (folder, server) = (Folder::with(&[("ids.txt", b"hanging\n")]), Server::start());
    let (to, hanging) = mpsc::channel();
    server.state.lock().unwrap().hanging = Some(to);
    let args = ["--input", "ids.txt", "--output", "items", "--letters", "letters.jsonl", "--timeout", "5"];
    enrich(&folder, &server, &args).succeeds();
    assert_eq!(letters(&folder, "letters.jsonl"), [("hanging".to_owned(), 3, "no answer within 5ms".to_owned())]);
    drop(hanging);
}

#[test]
#[cfg(unix)]
fn a_service_that_does_not_answer_does_not_keep_the_program() {
    let (folder, server) = (Folder::with(&[("ids.txt", b"hanging\n2\n")]), Server::start());
    let (to, hanging) = mpsc::channel();
    server.state.lock().unwrap().hanging = Some(to);
    let mut command = folder.command("enrich");
    let args = ["--input", "ids.txt", "--output", "items", "--letters", "letters.jsonl", "--timeout", "1000000"];
    let child = command.args(["--service", &server.service()]).args(args).spawn().unwrap();
    let _kept_open = hanging.recv().unwrap();
    common::signal(&child, "INT");
    let run = Run::from(child.wait_with_output().unwrap());
    assert_eq!(run.code, Some(130), "{run:?}");
    assert_eq!(folder.names(), ["ids.txt"]);
}

#[test]
fn wrong_usage_is_refused() {
    let folder = Folder::new();
    let run = folder.run("enrich", ["--output", "o", "--letters", "l", "--service", "localhost:1/items"]);
    assert!(run.code == Some(2) && run.stderr.contains("--input"), "{run:?}");
    for (service, why) in [
        ("localhost", "there is no port"),
        ("localhost:http/items", "there is no port"),
        ("https://localhost:1/items", "only http is spoken"),
    ] {
        let run = folder.run("enrich", ["--output", "o", "--letters", "l", "--service", service, "--input", "x"]);
        assert!(run.code == Some(2) && run.stderr.contains(why), "{run:?}");
    }
}
