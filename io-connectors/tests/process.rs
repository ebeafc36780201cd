//! Standard input and output, and limits of a process: each test runs this program again as a child of its own.

use beamline_io::dead_letters;
use beamline_io::text::{self, Compression};
use beamline_sdk::kernel::{Clock, SystemClock};
use beamline_sdk::window::{Pane, Window};
use beamline_sdk::{
    BoxError, DeadLetter, Next, Reader, Shard, Sink, Source, SourceBatch, SplitTarget, Timestamp, Writer,
};
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::Duration;

/// What a child does. It reports an error on standard error, as a runner would.
fn child(args: &[&str]) -> Result<(), BoxError> {
    match args {
        #[cfg(all(target_os = "linux", feature = "net"))]
        ["accept", count] => connections::accept(count.parse()?),
        ["copy", from, to] => copy(&text::read(from), to),
        ["copy-gzip", from, to] => copy(&text::read(from).compression(Compression::Gzip), to),
        ["fill", to, count] => fill(&text::write(to).header("header"), count.parse()?),
        ["fill-gzip", to, count] => fill(&text::write(to).compression(Compression::Gzip), count.parse()?),
        ["poll-once"] => poll_once(),
        ["show"] => show(&text::write("-"), "shown".to_owned()),
        ["show-letter"] => show(&dead_letters::write("-"), letter()),
        ["twice"] => text::read("-").open(stdin_split()?).and_then(|_| text::read("-").open(stdin_split()?)).map(drop),
        other => Err(format!("no such child: {other:?}").into()),
    }
}

fn stdin_split() -> Result<text::Split, BoxError> {
    Ok(text::read("-").splits(&SplitTarget { parallelism: 1 })?.remove(0))
}

/// How long it is until a time.
fn wait(time: Timestamp) -> Duration {
    Duration::from_millis((time.millis() - SystemClock.now().millis()).max(0) as u64)
}

fn copy(source: &text::Read, to: &str) -> Result<(), BoxError> {
    write(&text::write(to).single_file(), |put| {
        let mut reader = source.open(source.splits(&SplitTarget { parallelism: 1 })?.remove(0))?;
        let (mut values, mut times) = (Vec::new(), Vec::new());
        loop {
            let next = reader.poll(&mut SourceBatch::new(&mut values, &mut times, 100))?;
            values.drain(..).try_for_each(&mut *put)?;
            match next {
                Next::More => {}
                Next::WakeAt(time) => thread::sleep(wait(time)),
                Next::Done => return Ok(()),
            }
        }
    })
}

fn fill(sink: &text::Write, count: u64) -> Result<(), BoxError> {
    write(sink, |put| (0..count).try_for_each(|i| put(format!("line {}", i.wrapping_mul(0x9e37_79b9_7f4a_7c15)))))
}

type Put<'a> = dyn FnMut(String) -> Result<(), BoxError> + 'a;

/// A run of a sink with one shard.
fn write(sink: &text::Write, lines: impl FnOnce(&mut Put<'_>) -> Result<(), BoxError>) -> Result<(), BoxError> {
    Sink::<String>::begin(sink)?;
    let mut writer = Sink::<String>::open(sink, Shard { index: 0, count: 1 })?;
    lines(&mut |line| writer.write(line))?;
    let prepared = Writer::<String>::prepare(writer)?;
    Sink::<String>::commit(sink, vec![prepared])
}

/// Writes an element, and then waits until nothing comes in any more.
fn show<T>(sink: &impl Sink<T>, element: T) -> Result<(), BoxError> {
    let mut writer = sink.open(Shard { index: 0, count: 1 })?;
    writer.write(element)?;
    writer.finish_bundle()?;
    std::io::stdin().read_to_end(&mut Vec::new())?;
    writer.prepare().map(drop)
}

fn letter() -> DeadLetter<u64> {
    DeadLetter {
        step: "Parse".to_owned(),
        location: "main.rs:7".to_owned(),
        element: 7,
        timestamp: Timestamp::MIN,
        windows: Window::GLOBAL.into(),
        pane: Pane::UNKNOWN,
        attempts: 1,
        error: "no sevens".to_owned(),
        version: None,
    }
}

/// Must come back although nothing ever comes in.
fn poll_once() -> Result<(), BoxError> {
    let mut reader = text::read("-").open(stdin_split()?)?;
    let (mut values, mut times) = (Vec::new(), Vec::new());
    match reader.poll(&mut SourceBatch::new(&mut values, &mut times, 100))? {
        Next::WakeAt(_) => Ok(()),
        other => Err(format!("{other:?}").into()),
    }
}

/// The tests, by name.
const TESTS: &[(&str, fn())] = &[
    ("lines_of_standard_input_arrive", lines_of_standard_input_arrive),
    ("compressed_standard_input_is_read_when_said", compressed_standard_input_is_read_when_said),
    ("a_silent_standard_input_does_not_block", a_silent_standard_input_does_not_block),
    ("standard_input_is_read_once", standard_input_is_read_once),
    ("a_named_pipe_is_read_like_standard_input", a_named_pipe_is_read_like_standard_input),
    ("standard_output_gets_lines", standard_output_gets_lines),
    ("lines_are_shown_at_the_end_of_a_bundle", lines_are_shown_at_the_end_of_a_bundle),
    ("letters_are_shown_at_the_end_of_a_bundle", letters_are_shown_at_the_end_of_a_bundle),
    ("a_closed_standard_output_is_an_error", a_closed_standard_output_is_an_error),
    ("a_full_standard_output_is_an_error", a_full_standard_output_is_an_error),
    ("a_file_without_room_is_an_error_and_gone", a_file_without_room_is_an_error_and_gone),
    ("room_that_ends_with_the_last_block_is_noticed", room_that_ends_with_the_last_block_is_noticed),
    #[cfg(all(target_os = "linux", feature = "net"))]
    ("connections::those_without_a_descriptor_wait_for_one", connections::those_without_a_descriptor_wait_for_one),
    #[cfg(all(target_os = "linux", feature = "net"))]
    ("connections::those_without_a_thread_wait_for_one", connections::those_without_a_thread_wait_for_one),
];

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args.split_first() {
        Some((&"child", rest)) => {
            if let Err(error) = child(rest) {
                eprintln!("{error}");
                std::process::exit(1);
            }
        }
        Some((&"--list", _)) => TESTS.iter().for_each(|(name, _)| println!("{name}: test")),
        _ => run_tests(args.iter().find(|arg| !arg.starts_with('-')).unwrap_or(&"")),
    }
}

fn run_tests(filter: &str) {
    for (name, test) in TESTS.iter().filter(|(name, _)| name.contains(filter)) {
        print!("test {name} ... ");
        test();
        println!("ok");
    }
}

fn command(args: &[&str]) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.arg("child").args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Gives it `input` and waits.
fn finish(mut child: Child, input: &[u8]) -> Output {
    child.stdin.take().unwrap().write_all(input).unwrap();
    child.wait_with_output().unwrap()
}

fn message(output: &Output) -> String {
    assert!(!output.status.success(), "it should have failed");
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn lines_of_standard_input_arrive() {
    let mut child = command(&["copy", "-", "-"]).spawn().unwrap();
    child.stdin.as_mut().unwrap().write_all(b"one\ntw").unwrap();
    let text = format!("o\n{}last", "many\n".repeat(500_000));
    let output = thread::scope(|scope| {
        let mut stdin = child.stdin.take().unwrap();
        scope.spawn(move || stdin.write_all(text.as_bytes()).unwrap());
        child.wait_with_output().unwrap()
    });
    assert!(output.status.success(), "{output:?}");
    assert!(output.stdout == format!("one\ntwo\n{}last\n", "many\n".repeat(500_000)).as_bytes());
}

fn compressed_standard_input_is_read_when_said() {
    if cfg!(not(feature = "gzip")) {
        return;
    }
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(b"one\ntwo\n").unwrap();
    let gzip = gzip.finish().unwrap();
    let output = finish(command(&["copy-gzip", "-", "-"]).spawn().unwrap(), &gzip);
    assert_eq!(output.stdout, b"one\ntwo\n");
    let cut = finish(command(&["copy-gzip", "-", "-"]).spawn().unwrap(), &gzip[..gzip.len() - 1]);
    assert!(message(&cut).starts_with("cannot decompress standard input as gzip: "), "{cut:?}");
}

fn a_silent_standard_input_does_not_block() {
    let mut child = command(&["poll-once"]).spawn().unwrap();
    let _open = child.stdin.take();
    assert!(child.wait().unwrap().success());
}

fn standard_input_is_read_once() {
    let output = finish(command(&["twice"]).spawn().unwrap(), b"");
    assert!(message(&output).starts_with("standard input (-) is already being read"), "{output:?}");
}

fn a_named_pipe_is_read_like_standard_input() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    if !Command::new("mkfifo").arg(&pipe).status().is_ok_and(|status| status.success()) {
        eprint!("(skipped: there is no mkfifo) ");
        return;
    }
    let child = command(&["copy", pipe.to_str().unwrap(), "-"]).spawn().unwrap();
    fs::write(&pipe, "one\ntwo").unwrap();
    assert_eq!(finish(child, b"").stdout, b"one\ntwo\n");
}

fn standard_output_gets_lines() {
    let output = finish(command(&["fill", "-", "2"]).spawn().unwrap(), b"");
    assert_eq!(output.stdout, b"header\nline 0\nline 11400714819323198485\n");
}

fn lines_are_shown_at_the_end_of_a_bundle() {
    let mut child = command(&["show"]).spawn().unwrap();
    let mut shown = [0; 6];
    child.stdout.as_mut().unwrap().read_exact(&mut shown).unwrap();
    assert_eq!(&shown, b"shown\n");
    assert_eq!(finish(child, b"").stdout, b"");
}

fn letters_are_shown_at_the_end_of_a_bundle() {
    let mut child = command(&["show-letter"]).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    assert!(line.starts_with(r#"{"step":"Parse","location":"main.rs:7","element":7,"#), "{line}");
    assert_eq!(finish(child, b"").stdout, b"");
}

fn a_closed_standard_output_is_an_error() {
    let mut child = command(&["fill", "-", "1000000"]).spawn().unwrap();
    let mut start = [0; 6];
    child.stdout.take().unwrap().read_exact(&mut start).unwrap();
    assert_eq!(&start, b"header");
    let output = finish(child, b"");
    assert!(message(&output).starts_with("standard output was closed by the program that reads it"), "{output:?}");
}

fn a_full_standard_output_is_an_error() {
    let Ok(full) = fs::OpenOptions::new().write(true).open("/dev/full") else {
        eprint!("(skipped: there is no /dev/full) ");
        return;
    };
    let output = finish(command(&["fill", "-", "2"]).stdout(full).spawn().unwrap(), b"");
    assert!(message(&output).starts_with("cannot write to standard output: No space left"), "{output:?}");
}

/// A child with a limit of `ulimit`.
fn limited(limit: &str, args: &[&str]) -> Command {
    let script = format!("trap '' XFSZ; ulimit {limit} && exec \"$0\" \"$@\"");
    let mut command = Command::new("sh");
    command.arg("-c").arg(script).arg(std::env::current_exe().unwrap()).arg("child").args(args);
    command
}

/// Runs a child that may write files of at most `blocks` times 512 or 1024 bytes, which looks like a full disk.
fn with_little_room(blocks: u32, args: &[&str]) -> Output {
    limited(&format!("-f {blocks}"), args).output().unwrap()
}

fn a_file_without_room_is_an_error_and_gone() {
    let folder = tempfile::tempdir().unwrap();
    let prefix = folder.path().join("part");
    let fill = if cfg!(feature = "gzip") { ["fill", "fill-gzip"].as_slice() } else { &["fill"] };
    for fill in fill {
        let output = with_little_room(300, &[fill, prefix.to_str().unwrap(), "1000000"]);
        let message = message(&output);
        assert!(message.starts_with(&format!("no room to write {}-00000-of-00001", prefix.display())), "{message}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}

fn room_that_ends_with_the_last_block_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let prefix = folder.path().join("part");
    let output = with_little_room(1, &["fill", prefix.to_str().unwrap(), "100"]);
    assert!(message(&output).starts_with("no room to write "), "{output:?}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

/// Connections to a child whose limits do not let it read all of them at the same time.
#[cfg(all(target_os = "linux", feature = "net"))]
mod connections {
    use super::{limited, wait};
    use beamline_io::net;
    use beamline_sdk::{BoxError, Next, Reader as _, Source as _, SourceBatch};
    use std::io::{BufRead as _, BufReader, Write as _};
    use std::net::{TcpListener, TcpStream};
    use std::process::{Command, Stdio};
    use std::thread;
    use std::time::{Duration, Instant};

    /// Says where it listens, and shows so many lines of those that have connected when it is told to begin.
    pub(super) fn accept(mut count: usize) -> Result<(), BoxError> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        println!("{}", listener.local_addr()?);
        let mut reader = net::accept_lines_on(listener).open(())?;
        std::io::stdin().read_line(&mut String::new())?;
        let (mut values, mut times, begun) = (Vec::new(), Vec::new(), Instant::now());
        while count > 0 {
            if begun.elapsed() > Duration::from_mins(1) {
                return Err(format!("{count} lines are still missing").into());
            }
            let warn = |cause: BoxError, consequence: &str| eprintln!("{cause}: {consequence}");
            let next = reader.poll(&mut SourceBatch::new(&mut values, &mut times, 100).heard_by(&warn))?;
            count -= values.len();
            values.drain(..).for_each(|line| println!("{line}"));
            if let Next::WakeAt(time) = next {
                thread::sleep(wait(time));
            }
        }
        Ok(())
    }

    /// A child that 60 connect to, which cannot read all of them at the same time, but `few` at least.
    fn with_many_connections(child: &mut Command, few: usize) {
        let mut child = child.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut shown = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let address = shown.next().unwrap();
        let connect = |n| {
            let mut client = TcpStream::connect(&address).unwrap();
            writeln!(client, "{n}").unwrap();
            Some(client)
        };
        let mut clients: Vec<_> = (0..60).map(connect).collect();
        child.stdin.as_mut().unwrap().write_all(b"begin\n").unwrap();
        let mut heard: Vec<usize> = shown.by_ref().take(few).map(|line| line.parse().unwrap()).collect();
        assert_eq!(heard.len(), few, "{:?}", child.wait_with_output());
        // Those that have been heard make room for others.
        heard.iter().for_each(|n| clients[*n] = None);
        for line in shown {
            let n = line.parse().unwrap();
            clients[n] = None;
            heard.push(n);
        }
        heard.sort_unstable();
        let output = child.wait_with_output().unwrap();
        let warnings = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && heard.into_iter().eq(0..60), "{output:?}");
        let is_expected = |line: &str| line.starts_with(&format!("cannot accept a connection to {address} for now: "));
        assert!(!warnings.is_empty() && warnings.lines().all(is_expected), "{warnings}");
    }

    pub(super) fn those_without_a_descriptor_wait_for_one() {
        with_many_connections(&mut limited("-n 40", &["accept", "60"]), 20);
    }

    /// Threads take so much memory that there is no room for many.
    pub(super) fn those_without_a_thread_wait_for_one() {
        let mut child = limited("-v 8388608", &["accept", "60"]);
        with_many_connections(child.env("RUST_MIN_STACK", (1 << 30).to_string()), 3);
    }
}
