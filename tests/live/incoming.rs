//! What others send: connections and pipes. It takes its time to come, and nobody waits for anything else: the clock stands
//! still until a few lines have been read.

use crate::verb::{Time, Verb};
use crate::{Control, Seen};
use beamline::io::net;
use beamline::prelude::*;
use beamline::testing::{ManualClock, for_each_seed};
use std::any::Any;
use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// What whoever sends keeps open until the run is over.
type Open = Vec<Box<dyn Any>>;

const SECOND: Duration = Duration::from_secs(1);

/// Lines that are sent, in as many parts as there are senders.
const LINES: [&str; 2] = ["0 one\n100 two\n", "200 three\n300 four\n"];

fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    (listener, address)
}

/// Two who connect, send a few lines, and stay.
fn accepted(open: &mut Open) -> net::ReadLines {
    let (listener, address) = listen();
    for lines in LINES {
        let mut client = TcpStream::connect(&address).unwrap();
        client.write_all(lines.as_bytes()).unwrap();
        open.push(Box::new(client));
    }
    net::accept_lines_on(listener)
}

/// One who is connected to.
fn connected(open: &mut Open) -> net::ReadLines {
    let (listener, address) = listen();
    let server = thread::spawn(move || {
        let mut stream = listener.accept().unwrap().0;
        stream.write_all(LINES.concat().as_bytes()).unwrap();
        stream
    });
    open.push(Box::new(server));
    net::read_lines(address)
}

/// A pipe that stays open.
#[cfg(unix)]
fn pipe(open: &mut Open) -> text::ReadStream {
    pipe_of(&LINES.concat(), open)
}

#[cfg(unix)]
fn pipe_of(lines: &str, open: &mut Open) -> text::ReadStream {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
    // To open a pipe for both does not wait for the other side.
    let mut file = std::fs::OpenOptions::new().read(true).write(true).open(&path).unwrap();
    file.write_all(lines.as_bytes()).unwrap();
    let source = text::read(&path).as_stream();
    open.extend([Box::new(file) as Box<dyn Any>, Box::new(folder)]);
    source
}

fn check_all<S: Source<Out = String>>(source: fn(&mut Open) -> S) {
    for verb in Verb::ALL {
        for_each_seed(8, |seed| {
            eprintln!("{verb:?}");
            let mut open = Open::new();
            verb.check(seed, Time::WhenRead, |p, verb| verb.read(p, source(&mut open)));
        });
    }
}

#[test]
fn connections_that_others_make_end_by_every_verb() {
    check_all(accepted);
}

#[test]
fn a_connection_that_is_made_ends_by_every_verb() {
    check_all(connected);
}

#[cfg(unix)]
#[test]
fn a_pipe_ends_by_every_verb() {
    check_all(pipe);
}

/// The same where time runs away while lines are on their way.
#[test]
fn what_is_on_its_way_is_not_lost_when_the_clock_jumps() {
    for verb in [Verb::Drain, Verb::Stop, Verb::Cancel, Verb::Take] {
        for_each_seed(8, |seed| {
            let mut open = Open::new();
            verb.check(seed, Time::Jumps, |p, verb| verb.read(p, accepted(&mut open)));
            verb.check(seed, Time::Jumps, |p, verb| verb.read(p, connected(&mut open)));
            #[cfg(unix)]
            verb.check(seed, Time::Jumps, |p, verb| verb.read(p, pipe(&mut open)));
        });
    }
}

fn time_of(line: &str) -> Option<Timestamp> {
    Some(Timestamp::from_millis(line.split(' ').next()?.parse().ok()?))
}

/// Lines have their times in them, and no more of them come. From then on the clock goes on with each element of another
/// stream, whose windows fire when the silent one is idle, with all of its lines.
fn check_idle<S: Source<Out = String>>(source: fn(&mut Open) -> S) {
    for_each_seed(12, |seed| {
        let (mut open, clock) = (Open::new(), Arc::new(ManualClock::default()));
        let (p, control, read, fired) = (Pipeline::new(), Control::default(), Seen::new(), Seen::new());
        let (stop, count, all, hands) = (control.clone(), read.clone(), fired.clone(), clock.clone());
        let silent = source(&mut open).with_timestamps(|line| time_of(line), Monotonic::default());
        let silent = p.read(silent.idle_after(5 * SECOND)).inspect(move |line| {
            if count.add(line) == 4 {
                hands.advance(SECOND);
            }
        });
        let (is_silent, hands) = (move || read.len() == 4, clock.clone());
        let others = Seen::new();
        let count = others.clone();
        let busy = p.read(generate(1.0, |n| n.to_string())).inspect(move |element| {
            count.add(element);
            if is_silent() {
                hands.advance(SECOND);
            }
        });
        let windowed = p.flatten([&silent, &busy]).window(Windowing::fixed(SECOND));
        windowed.count().reify_timestamps().inspect(move |(count, time)| {
            if all.add(&(time.millis() / 1000, *count)) == 5 {
                stop.drain();
            }
        });
        let runner = LocalRunner::new().parallelism(1).manual_clock(clock);
        let runner = if seed == 0 { runner } else { runner.replay(seed) };
        let metrics = crate::run(&p, &runner, &control).metrics;
        assert_eq!(metrics.counter("dropped_late"), 0);
        let mut fired = fired.take();
        fired.sort_unstable();
        // The other stream begins when it is its turn, at once or after a second.
        assert!((4..=5).contains(&fired[0].1) && fired[1..5] == [(1, 1), (2, 1), (3, 1), (4, 1)], "{fired:?}");
        assert_eq!(fired.iter().map(|(_, count)| count).sum::<u64>(), 4 + others.len() as u64);
    });
}

#[test]
fn connections_that_are_silent_hold_no_window_and_lose_no_line() {
    check_idle(accepted);
    check_idle(connected);
}

#[cfg(unix)]
#[test]
fn a_pipe_that_is_silent_holds_no_window_and_loses_no_line() {
    check_idle(pipe);
}

/// The stream ends with its senders, and its windows with it, although the clock has not moved.
#[test]
fn streams_end_when_the_other_side_closes_them() {
    for_each_seed(8, |seed| {
        let clock = Arc::new(ManualClock::default());
        let runner = LocalRunner::new().parallelism(1 + seed as usize % 3).manual_clock(clock);
        let runner = if seed < 3 { runner } else { runner.replay(seed) };
        let (listener, address) = listen();
        let server = thread::spawn(move || listener.accept().unwrap().0.write_all(b"one\ntwo\nlast").unwrap());
        let (p, seen) = (Pipeline::new(), Seen::new());
        let all = seen.clone();
        let lines = p.read(net::read_lines(address));
        lines.window(Windowing::fixed(SECOND)).count().inspect(move |count| {
            all.add(count);
        });
        crate::run(&p, &runner, &Control::default());
        server.join().unwrap();
        assert_eq!(seen.take(), [3]);
    });
}

/// Lines that are all there before the first is read.
#[cfg(unix)]
fn full_pipe(lines: &str) -> (Open, text::ReadStream) {
    let mut open = Open::new();
    let source = pipe_of(lines, &mut open);
    (open, source)
}

/// The same over a connection.
fn full_connection(lines: &str) -> (Open, net::ReadLines) {
    let (listener, address) = listen();
    let mut client = TcpStream::connect(address).unwrap();
    client.write_all(lines.as_bytes()).unwrap();
    (vec![Box::new(client)], net::accept_lines_on(listener))
}

/// Drains a run when it has read a line. Returns how many bytes of lines it has read then, and how many it has counted as left.
fn drain_at_once<S: Source<Out = String>>((_open, source): (Open, S)) -> (u64, u64) {
    let (p, control, seen) = (Pipeline::new(), Control::default(), Seen::new());
    let (drain, read) = (control.clone(), seen.clone());
    p.read(source).inspect(move |line| {
        read.add(&(line.len() as u64 + 1));
        drain.drain_now();
    });
    let result = crate::run(&p, &LocalRunner::new().parallelism(2).batch_size(4), &control);
    (seen.take().iter().sum(), result.metrics.counter("bytes_unread"))
}

#[test]
fn what_a_drained_run_has_taken_and_not_read_is_counted() {
    let lines = "a line\n".repeat(2000);
    let connected = drain_at_once(full_connection(&lines));
    #[cfg(unix)]
    let runs = [connected, drain_at_once(full_pipe(&lines))];
    #[cfg(not(unix))]
    let runs = [connected];
    for (read, left) in runs {
        assert!(left > 0);
        assert_eq!(read + left, lines.len() as u64, "{read} and {left}");
    }
}

#[test]
fn standard_input_has_a_name() {
    assert_eq!(text::stdin_stream().label(), "text::read(standard input)");
    assert_eq!(text::read("a").and("-").label(), "text::read(a, standard input)");
}
