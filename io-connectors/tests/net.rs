//! Lines over connections, driven as a runner does.
#![cfg(feature = "net")]

use beamline_io::net::{self, LineSender, WriteLines};
use beamline_sdk::{BoxError, Error, ErrorKind, Shard, Sink, StopFlag, Writer};
use std::io::{BufRead, BufReader, Read, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

/// Listens on a port that nobody else has.
fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    (listener, address)
}

/// A sink that does not wait between attempts.
fn impatient(address: &str) -> WriteLines {
    net::write_lines(address).backoff(Duration::ZERO, Duration::ZERO)
}

fn open(sink: &WriteLines) -> LineSender {
    Sink::<String>::open(sink, Shard { index: 0, count: 1 }).unwrap()
}

fn write(sender: &mut LineSender, line: &str) -> Result<(), BoxError> {
    Writer::<String>::write(sender, line.to_owned())
}

fn flush(sender: &mut LineSender) -> Result<(), BoxError> {
    Writer::<String>::finish_bundle(sender)
}

fn finish(sender: LineSender) -> Result<(), BoxError> {
    Writer::<String>::prepare(sender)
}

fn read_all(stream: impl Read) -> Vec<String> {
    BufReader::new(stream).lines().map(Result::unwrap).collect()
}

/// A flag that is raised after a time in which all is done: what would hang fails.
fn watchdog() -> StopFlag {
    let stop = StopFlag::default();
    let raise = stop.clone();
    thread::spawn(move || {
        thread::sleep(Duration::from_mins(1));
        raise.raise();
    });
    stop
}

/// Sends lines as a worker does.
fn send(sink: &WriteLines, lines: &[String]) {
    let mut sender = open(sink);
    Writer::<String>::heed(&mut sender, &watchdog());
    lines.iter().for_each(|line| write(&mut sender, line).unwrap());
    flush(&mut sender).unwrap();
    finish(sender).unwrap();
}

fn numbered(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("line {n}")).collect()
}

#[test]
fn lines_arrive_in_their_order() {
    let (listener, address) = listen();
    let server = thread::spawn(move || read_all(listener.accept().unwrap().0));
    let sink = impatient(&address);
    Sink::<String>::begin(&sink).unwrap();
    let mut sender = open(&sink);
    numbered(50_000).iter().for_each(|line| write(&mut sender, line).unwrap());
    finish(sender).unwrap();
    assert_eq!(server.join().unwrap(), numbered(50_000));
}

#[test]
fn lines_are_there_at_the_end_of_a_bundle() {
    let (listener, address) = listen();
    let mut sender = open(&impatient(&address).close_timeout(Duration::ZERO));
    write(&mut sender, "one").unwrap();
    flush(&mut sender).unwrap();
    let mut reader = BufReader::new(listener.accept().unwrap().0);
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    assert_eq!(line, "one\n");
    // What the other side says is of no interest, and in nobody's way.
    reader.get_mut().write_all(&[b'x'; 10_000]).unwrap();
    write(&mut sender, "two").unwrap();
    finish(sender).unwrap();
    assert_eq!(read_all(reader), ["two"]);
}

#[test]
#[cfg(unix)]
fn unix_sockets_take_lines_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("socket");
    let listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
    let server = thread::spawn(move || read_all(listener.accept().unwrap().0));
    let mut sender = open(&net::write_lines_unix(&path));
    numbered(20_000).iter().for_each(|line| write(&mut sender, line).unwrap());
    finish(sender).unwrap();
    assert_eq!(server.join().unwrap(), numbered(20_000));
    let error = {
        let mut sender = open(&net::write_lines_unix(folder.path().join("nobody")).retries(0));
        write(&mut sender, "x").and_then(|()| flush(&mut sender)).unwrap_err().to_string()
    };
    assert!(error.contains("cannot connect to ") && error.contains("nobody"), "{error}");
}

/// Says `ok` for each line, and returns how many there were.
fn acknowledge(stream: impl Read + std::io::Write) -> usize {
    let mut stream = BufReader::new(stream);
    let (mut count, mut line) = (0, String::new());
    while stream.read_line(&mut line).unwrap() > 0 {
        assert_eq!(line, format!("line {count}\n"));
        stream.get_mut().write_all(b"ok\n").unwrap();
        count += 1;
        line.clear();
    }
    count
}

#[test]
fn a_server_that_answers_while_it_reads_is_not_in_the_way() {
    let (listener, address) = listen();
    let server = thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        std::io::copy(&mut &stream, &mut &stream).unwrap()
    });
    send(&impatient(&address), &vec!["x".repeat(65_535); 1024]);
    assert_eq!(server.join().unwrap(), 64 << 20);
}

#[test]
#[cfg(unix)]
fn answers_over_unix_sockets_are_not_in_the_way() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("socket");
    let listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
    let server = thread::spawn(move || acknowledge(listener.accept().unwrap().0));
    send(&net::write_lines_unix(&path), &numbered(50_000));
    assert_eq!(server.join().unwrap(), 50_000);
}

#[test]
fn who_is_slow_to_answer_gets_the_last_lines_as_well() {
    let (listener, address) = listen();
    let server = thread::spawn(move || acknowledge(listener.accept().unwrap().0));
    send(&impatient(&address), &numbered(200_000));
    assert_eq!(server.join().unwrap(), 200_000);
}

/// Sends a line to a server that never closes its connection, and says what it likes when it has read everything.
fn send_to_who_stays(close_timeout: Duration, talk: fn(&TcpStream) -> bool) {
    let (listener, address) = listen();
    let (done, is_done) = channel::<()>();
    let server = thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        assert_eq!(read_all(&stream), ["one"]);
        while talk(&stream) {}
        is_done.recv().unwrap_err();
    });
    send(&impatient(&address).close_timeout(close_timeout), &["one".to_owned()]);
    drop(done);
    server.join().unwrap();
}

#[test]
fn who_never_closes_a_connection_is_not_waited_for_without_an_end() {
    send_to_who_stays(Duration::ZERO, |_| false);
    send_to_who_stays(Duration::from_millis(20), |_| false);
}

#[test]
fn many_connections_that_nobody_closes_are_waited_for_at_the_same_time() {
    let (listener, address) = listen();
    let sink = impatient(&address).close_timeout(Duration::from_secs(1));
    let mut senders: Vec<_> = (0..60).map(|_| open(&sink)).collect();
    for sender in &mut senders {
        write(sender, "one").unwrap();
        flush(sender).unwrap();
    }
    let begun = Instant::now();
    senders.into_iter().for_each(|sender| finish(sender).unwrap());
    assert!(begun.elapsed() < Duration::from_secs(30), "one waits after the other");
    drop(listener);
}

#[test]
fn who_never_ceases_to_talk_is_not_heard_without_an_end() {
    send_to_who_stays(Duration::from_millis(20), |mut stream| stream.write_all(b"and so on\n").is_ok());
}

#[test]
fn a_sender_that_waits_until_the_other_side_closes_can_be_stopped() {
    let (listener, address) = listen();
    let stop = StopFlag::default();
    let raise = stop.clone();
    let server = thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        assert_eq!(read_all(&stream), ["one"]);
        raise.raise();
        stream
    });
    let mut sender = open(&impatient(&address).close_timeout(Duration::from_hours(1)));
    Writer::<String>::heed(&mut sender, &stop);
    write(&mut sender, "one").unwrap();
    assert_stopped(finish(sender));
    drop(server.join().unwrap());
}

#[test]
fn a_connection_without_lines_is_never_made() {
    let (listener, address) = listen();
    drop(listener);
    let mut sender = open(&impatient(&address).retries(0));
    flush(&mut sender).unwrap();
    finish(sender).unwrap();
}

#[test]
fn a_new_connection_begins_with_a_whole_line() {
    let (listener, address) = listen();
    let long = "x".repeat(16 << 20);
    let server = thread::spawn(move || {
        let (mut first, _) = listener.accept().unwrap();
        first.read_exact(&mut [0; 1000]).unwrap();
        drop(first);
        read_all(listener.accept().unwrap().0)
    });
    let mut sender = open(&impatient(&address));
    write(&mut sender, &long).unwrap();
    write(&mut sender, "short").unwrap();
    finish(sender).unwrap();
    let received = server.join().unwrap();
    assert!(received == [long, "short".to_owned()], "{:?}", received.iter().map(String::len).collect::<Vec<_>>());
}

#[test]
fn a_connection_that_was_closed_between_bundles_is_made_anew() {
    let (listener, address) = listen();
    let (reached, second) = channel();
    let server = thread::spawn(move || {
        let mut line = String::new();
        BufReader::new(listener.accept().unwrap().0).read_line(&mut line).unwrap();
        assert_eq!(line, "line 0\n");
        let (stream, _) = listener.accept().unwrap();
        reached.send(()).unwrap();
        read_all(stream)
    });
    let mut sender = open(&impatient(&address));
    let mut count = 0;
    while second.try_recv().is_err() {
        write(&mut sender, &format!("line {count}")).unwrap();
        flush(&mut sender).unwrap();
        count += 1;
        thread::yield_now();
    }
    finish(sender).unwrap();
    let received = server.join().unwrap();
    // TCP does not tell what has been read, so some may be missing that were on their way.
    assert!(!received.is_empty() && numbered(count).ends_with(&received), "{received:?} of {count}");
}

#[test]
fn nobody_there_is_an_error_that_names_the_address() {
    let (listener, address) = listen();
    drop(listener);
    let mut sender = open(&impatient(&address).retries(2));
    write(&mut sender, "one").unwrap();
    let error = flush(&mut sender).unwrap_err().to_string();
    for part in [format!("cannot connect to {address}: "), "(3 attempts)".to_owned(), "retries(..)".to_owned()] {
        assert!(error.contains(&part), "{part} is missing in: {error}");
    }
}

#[test]
fn a_connection_that_is_lost_for_good_is_an_error() {
    let (listener, address) = listen();
    let server = thread::spawn(move || {
        let (mut first, _) = listener.accept().unwrap();
        drop(listener);
        first.read_exact(&mut [0; 1000]).unwrap();
    });
    let mut sender = open(&impatient(&address).retries(1));
    write(&mut sender, "one").unwrap();
    let error = write(&mut sender, &"x".repeat(16 << 20)).and_then(|()| flush(&mut sender)).unwrap_err().to_string();
    server.join().unwrap();
    assert!(error.contains(&format!("the connection to {address} was lost after 1 lines")), "{error}");
}

#[test]
fn addresses_and_options_that_cannot_be_are_refused_at_the_beginning() {
    let refusal = |sink: &WriteLines| Sink::<String>::begin(sink).unwrap_err().to_string();
    let error = refusal(&net::write_lines("nowhere"));
    assert!(error.contains("nowhere is no address") && error.contains("localhost:9000"), "{error}");
    assert!(refusal(&net::write_lines("127.0.0.1:1").connections(0)).contains("has 0 connections"));
}

fn assert_stopped(result: Result<(), BoxError>) {
    let error = result.expect_err("it is stopped");
    assert_eq!(error.downcast_ref::<Error>().map(Error::kind), Some(ErrorKind::Cancelled), "{error}");
}

#[test]
fn a_sender_that_is_blocked_can_be_stopped() {
    let (listener, address) = listen();
    let stop = StopFlag::default();
    let raise = stop.clone();
    let server = thread::spawn(move || {
        let (mut stream, _): (TcpStream, _) = listener.accept().unwrap();
        stream.read_exact(&mut [0; 1000]).unwrap();
        raise.raise();
        stream
    });
    let mut sender = open(&impatient(&address));
    Writer::<String>::heed(&mut sender, &stop);
    assert_stopped(write(&mut sender, &"x".repeat(64 << 20)));
    drop(server.join().unwrap());
}

#[test]
fn a_sender_that_waits_for_a_connection_can_be_stopped() {
    let (listener, address) = listen();
    drop(listener);
    let stop = StopFlag::default();
    let mut sender = open(&net::write_lines(&address).backoff(Duration::from_hours(1), Duration::from_hours(1)));
    Writer::<String>::heed(&mut sender, &stop);
    write(&mut sender, "one").unwrap();
    let stopper = thread::spawn(move || stop.raise());
    assert_stopped(flush(&mut sender));
    stopper.join().unwrap();
}
