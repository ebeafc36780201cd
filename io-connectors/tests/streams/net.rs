//! Lines that come over connections. What another thread or the system does is waited for, and nothing else.

use crate::common::{Worker, at};
use beamline_io::net::{self, ReadLines};
use beamline_io::text::{InvalidUtf8, RawLine};
use beamline_sdk::{Next, Reader, Source, SplitTarget};
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

/// A source that others connect to, and where they do.
fn accept() -> (ReadLines, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    (net::accept_lines_on(listener), address)
}

/// Polls until so many lines have come.
fn lines<S: Source>(worker: &mut Worker<S>, count: usize) -> Vec<S::Out> {
    let mut all = Vec::new();
    while all.len() < count {
        all.extend(worker.drain(3));
        thread::yield_now();
    }
    all
}

#[test]
fn many_may_connect_and_leave() {
    let (source, address) = accept();
    let mut worker = Worker::new(source);
    assert_eq!(worker.poll(0, 9), Ok((vec![], Next::WakeAt(at(20)))));
    assert!(worker.readers[0].is_caught_up());
    let mut clients: Vec<_> = (0..5).map(|_| TcpStream::connect(address).unwrap()).collect();
    for (n, client) in clients.iter_mut().enumerate() {
        writeln!(client, "{n}\r\n{n} again").unwrap();
    }
    let mut all = lines(&mut worker, 10);
    all.sort();
    assert_eq!(all, ["0", "0 again", "1", "1 again", "2", "2 again", "3", "3 again", "4", "4 again"]);
    clients[3].write_all(b"no end").unwrap();
    clients.truncate(4);
    clients.pop();
    assert_eq!(lines(&mut worker, 1), ["no end"]);
    clients[0].write_all(b"still there\n").unwrap();
    assert_eq!(lines(&mut worker, 1), ["still there"]);
    assert_eq!(worker.readers[0].bytes_read(), 5 * 11 + 6 + 12);
}

#[test]
fn lines_know_where_they_are_from() {
    let (source, address) = accept();
    let mut worker = Worker::new(source.with_addresses());
    let mut client = TcpStream::connect(address).unwrap();
    client.write_all(b"hello\n").unwrap();
    let from = client.local_addr().unwrap().to_string();
    assert_eq!(lines(&mut worker, 1), [(from.into(), "hello".to_owned())]);
}

#[test]
fn what_is_no_text_is_an_error_or_replaced() {
    let send = |source: &ReadLines, address| {
        let worker = Worker::new(source.clone());
        TcpStream::connect(address).unwrap().write_all(b"ok\n\xff\n").unwrap();
        worker
    };
    let (source, address) = accept();
    let mut worker = send(&source, address);
    let error = loop {
        if let Err(error) = worker.try_drain(1) {
            break error;
        }
    };
    assert!(error.starts_with("127.0.0.1:") && error.contains(": invalid UTF-8 at byte 3"), "{error}");
    drop(worker);
    assert_eq!(lines(&mut send(&source.clone().invalid_utf8(InvalidUtf8::Lossy), address), 2), ["ok", "\u{fffd}"]);
    let mut worker: Worker<ReadLines<RawLine>> = Worker::new(source.as_bytes());
    TcpStream::connect(address).unwrap().write_all(b"\xff\n").unwrap();
    assert_eq!(lines(&mut worker, 1)[0].bytes, b"\xff");
}

#[test]
fn who_sends_a_line_without_an_end_is_cut_off_and_others_go_on() {
    let (source, address) = accept();
    let mut worker = Worker::new(source.max_line_bytes(1000));
    let (mut endless, mut other) = (TcpStream::connect(address).unwrap(), TcpStream::connect(address).unwrap());
    endless.write_all(&[b'x'; 5000]).unwrap();
    other.write_all(b"hello\n").unwrap();
    assert_eq!(lines(&mut worker, 1), ["hello"]);
    endless.set_nonblocking(true).unwrap();
    // The end is an error of the system, or the end of what it reads.
    while matches!(endless.read(&mut [0]), Err(error) if error.kind() == std::io::ErrorKind::WouldBlock) {
        assert!(worker.drain(9).is_empty());
        thread::yield_now();
    }
    other.write_all(b"again\n").unwrap();
    assert_eq!(lines(&mut worker, 1), ["again"]);
    let expected = format!(
        "a connection to {address} was given up: a line is longer than 1000 bytes: a line that had begun is left out; other \
         connections go on"
    );
    assert_eq!(*worker.warnings.borrow(), [expected]);
}

/// Whoever sends waits while nobody reads, and nothing is lost.
#[test]
fn a_source_that_is_not_read_makes_the_sender_wait() {
    let (source, address) = accept();
    let mut worker = Worker::new(source);
    let mut client = TcpStream::connect(address).unwrap();
    client.set_nonblocking(true).unwrap();
    let line = [[b'x'; 1023].as_slice(), b"\n"].concat();
    assert!(worker.poll(0, 1).unwrap().0.is_empty(), "the connection is there, and is read by its thread");
    // Queues and buffers of the system are full when it waits again and again.
    let (mut sent, mut refused) = (0, 0);
    while refused < 1000 {
        if let Ok(count) = client.write(&line[sent % 1024..]) {
            (sent, refused) = (sent + count, 0);
        } else {
            refused += 1;
            thread::yield_now();
        }
        assert!(sent < 256 << 20, "it never waits");
    }
    client.set_nonblocking(false).unwrap();
    let rest = thread::spawn(move || client.write_all(&line[sent % 1024..]).map(|()| client));
    let all = lines(&mut worker, sent / 1024 + 1);
    assert_eq!(all.len(), sent / 1024 + 1);
    assert!(all.iter().all(|line| line.len() == 1023));
    rest.join().unwrap().unwrap();
}

#[test]
fn a_stream_ends_when_the_other_side_closes_it() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let mut worker = Worker::new(net::read_lines(&*address));
    assert!(worker.poll(0, 9).unwrap().0.is_empty());
    let mut server = listener.accept().unwrap().0;
    server.write_all(b"one\ntwo").unwrap();
    server.shutdown(Shutdown::Both).unwrap();
    assert_eq!(lines(&mut worker, 2), ["one", "two"]);
    while !worker.readers.is_empty() {
        assert!(worker.drain(9).is_empty());
    }
}

#[test]
fn threads_end_with_their_reader() {
    let (source, address) = accept();
    let mut worker = Worker::new(source);
    let mut client = TcpStream::connect(address).unwrap();
    client.write_all(b"hello\n").unwrap();
    assert_eq!(lines(&mut worker, 1), ["hello"]);
    worker.readers.clear();
    // The other side sees the end.
    assert!(matches!(client.read(&mut [0]), Ok(0) | Err(_)));
}

#[test]
fn addresses_that_cannot_be_used_are_named() {
    let refuse = |source: ReadLines| source.splits(&SplitTarget { parallelism: 1 }).unwrap_err().to_string();
    assert!(refuse(net::read_lines("nowhere")).starts_with("nowhere is no address"));
    assert!(refuse(net::accept_lines("1.2.3.4:x")).starts_with("1.2.3.4:x is no address"));
    let listener = Arc::new(TcpListener::bind("127.0.0.1:0").unwrap());
    let taken = listener.local_addr().unwrap().to_string();
    let error = net::accept_lines(&*taken).open(()).err().unwrap().to_string();
    assert!(error.starts_with(&format!("cannot listen at {taken}: ")), "{error}");
    drop(listener);
    let mut worker = Worker::new(net::read_lines(&*taken));
    let error = loop {
        if let Err(error) = worker.poll(0, 9) {
            break error;
        }
    };
    assert!(error.starts_with(&format!("cannot read lines from {taken}: ")), "{error}");
}
