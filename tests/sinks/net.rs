//! Lines over connections, at the end of pipelines.

use beamline::ErrorKind;
use beamline::io::net;
use beamline::prelude::*;
use beamline::testing::{TestPipeline, TestStream};
use std::io::{BufRead as _, BufReader, Read as _};
use std::net::TcpListener;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    (listener, address)
}

#[test]
fn the_elements_of_a_stream_arrive_while_it_goes_on() {
    let (listener, address) = listen();
    let (arrived, heard) = channel();
    let server = thread::spawn(move || {
        let lines = BufReader::new(listener.accept().unwrap().0).lines();
        lines.map(Result::unwrap).for_each(|line| arrived.send(line).unwrap());
        arrived
    });
    let heard = Arc::new(Mutex::new(heard));
    let p = TestPipeline::new();
    let stream = (0..20i64).fold(TestStream::new(), |stream, n| stream.element(Timestamp::from_millis(n), n));
    let before = heard.clone();
    let numbers = p.apply(stream).inspect(move |n| {
        // A step of the stream begins when the one before has had all its consequences.
        if *n > 0 {
            let line = before.lock().unwrap().recv_timeout(Duration::from_secs(30)).unwrap();
            assert_eq!(line, (n - 1).to_string());
        }
    });
    numbers.write(net::write_lines(address)).named("Send");
    assert_eq!(p.run().metrics.emitted("Send"), Some(20));
    drop(server.join().unwrap());
    assert_eq!(heard.lock().unwrap().iter().collect::<Vec<_>>(), ["19"]);
}

#[test]
fn several_connections_share_the_elements() {
    let (listener, address) = listen();
    let server = thread::spawn(move || {
        let streams = [(); 3].map(|()| listener.accept().unwrap().0);
        let read = |stream| BufReader::new(stream).lines().map(|line| line.unwrap().parse::<u64>().unwrap());
        let readers = streams.map(|stream| thread::spawn(move || read(stream).collect::<Vec<_>>()));
        readers.map(|reader| reader.join().unwrap())
    });
    let p = TestPipeline::new();
    p.create(0..1000u64).write(net::write_lines(address).connections(3));
    p.run();
    let shares = server.join().unwrap();
    assert!(shares.iter().all(|share| !share.is_empty()));
    let mut all = shares.concat();
    all.sort_unstable();
    assert!(all.into_iter().eq(0..1000));
}

#[test]
fn a_run_whose_other_side_does_not_read_can_be_cancelled() {
    let (listener, address) = listen();
    let p = Pipeline::new();
    let long = p.create(0..1000u64).map(|n| format!("{n:0>50000}"));
    long.write(net::write_lines(address));
    let handle = LocalRunner::new().parallelism(2).start(&p.graph().unwrap()).unwrap();
    let (mut stream, _) = listener.accept().unwrap();
    stream.read_exact(&mut [0; 1000]).unwrap();
    handle.control().cancel();
    assert_eq!(handle.wait().unwrap_err().kind(), ErrorKind::Cancelled);
}

#[test]
fn nobody_there_is_an_error_of_the_step() {
    let (listener, address) = listen();
    drop(listener);
    let p = TestPipeline::new();
    p.create([1]).write(net::write_lines(&address).retries(0)).named("Send");
    let error = p.try_run().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    let message = error.to_string();
    assert!(message.contains("step 'Send' (") && message.contains(&address), "{message}");
}
