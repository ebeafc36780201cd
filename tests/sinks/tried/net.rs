//! Connections that do not take all that they are given.

use super::files::Fragile;
use super::{letters_in, runner, sorted};
use beamline::io::net;
use beamline::prelude::*;
use beamline::testing::{TestPipeline, assert_that, for_each_seed};
use beamline::{LocalRunner, Retry};
use std::io::{BufRead as _, BufReader, Read as _};
use std::net::TcpListener;
use std::thread::{self, JoinHandle};
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    (listener, address)
}

/// All lines of one connection.
fn receive(listener: TcpListener) -> JoinHandle<Vec<String>> {
    thread::spawn(move || BufReader::new(listener.accept().unwrap().0).lines().map(Result::unwrap).collect())
}

/// The sink's own patience, of ten attempts and as many pauses of the clock on the wall, is the step's here.
#[test]
fn while_nobody_is_there_elements_are_letters() {
    for_each_seed(6, |seed| {
        let (listener, address) = listen();
        drop(listener);
        let (runner, clock) = runner(seed);
        let p = TestPipeline::new();
        let retry = Retry::attempts(4).backoff(10 * SECOND, 10 * SECOND);
        let tried = p.create(0..20u64).try_write(net::write_lines(&*address), retry).named("Send");
        assert_that(&tried.ok).is_empty();
        let letters = tried.failed.map(move |letter| {
            assert!(letter.error.starts_with(&format!("cannot connect to {address}: ")), "{}", letter.error);
            (letter.step, letter.element, letter.attempts)
        });
        assert_that(&letters).contains_in_any_order((0..20).map(|n| ("Send".to_owned(), n, 4)));
        p.run_with(&runner).unwrap();
        assert!(clock.now() >= Timestamp::from_millis(15_000), "{}", clock.now());
    });
}

#[test]
fn letters_of_connections_go_back() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("letters.jsonl");
    let (listener, address) = listen();
    drop(listener);
    let p = Pipeline::new();
    let tried = p.create(0..20u64).try_write(net::write_lines(&*address), 2).named("Send");
    tried.failed.write(dead_letters::write(&file));
    p.run_with(&LocalRunner::new()).unwrap();
    let (listener, address) = listen();
    let server = receive(listener);
    let p = TestPipeline::new();
    let again = p.create::<u64>([]).replaying("Send", &letters_in(&p, &file));
    let tried = again.try_write(net::write_lines(address), 2).named("Send");
    assert_that(&tried.failed).is_empty();
    p.run();
    let lines = server.join().unwrap().iter().map(|line| line.parse::<u64>().unwrap()).collect();
    assert_eq!(sorted(lines), (0..20).collect::<Vec<_>>());
}

#[test]
fn what_cannot_be_printed_is_not_sent_in_part() {
    for connections in [1, 3] {
        let (listener, address) = listen();
        let server = thread::spawn(move || {
            let streams: Vec<_> = (0..connections).map(|_| listener.accept().unwrap().0).collect();
            let lines = |stream| BufReader::new(stream).lines().map(Result::unwrap).collect::<Vec<_>>();
            let readers: Vec<_> = streams.into_iter().map(|stream| thread::spawn(move || lines(stream))).collect();
            readers.into_iter().flat_map(|reader| reader.join().unwrap()).collect::<Vec<_>>()
        });
        let p = TestPipeline::new();
        let sink = net::write_lines(address).connections(connections);
        let tried = p.create(0..3000).map(Fragile).try_write(sink, 2);
        let refused = tried.failed.map(|letter| (letter.element.0, letter.attempts));
        assert_that(&refused).contains_in_any_order((0..1000).map(|n| (n * 3, 2)));
        p.run();
        let lines = sorted(server.join().unwrap());
        let numbers = (0..3000).filter(|n| n % 3 > 0).flat_map(|n| [n.to_string(), "number".to_owned()]);
        assert_eq!(lines, sorted(numbers.collect()));
    }
}

/// The line in the middle is too long for the buffers of the system, so it is cut when the other side goes away for good.
#[test]
fn what_was_not_taken_is_a_letter_and_what_was_taken_is_none() {
    let (listener, address) = listen();
    let server = thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        drop(listener);
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        reader.read_exact(&mut [0; 1000]).unwrap();
        line
    });
    let p = TestPipeline::new().with_parallelism(1);
    let lines = p.create([1usize, 16 << 20, 2]).map(|size| "x".repeat(size));
    let tried = lines.try_write(net::write_lines(address), 3);
    assert_that(&tried.ok).has_count(1);
    let letters = tried.failed.map(|letter| {
        assert!(letter.error.contains("was lost after 1 lines"), "{}", letter.error);
        letter.element.len()
    });
    assert_that(&letters).contains_in_any_order([16 << 20, 2]);
    p.run();
    assert_eq!(server.join().unwrap(), "x\n");
}
