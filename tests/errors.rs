//! The text of errors: what failed, where in the program, at which element, and what to do.

use beamline::prelude::*;
use beamline::window::Window;
use beamline::{Next, Reader, Shard, Sink, Source, SourceBatch, SplitTarget, Writer};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::convert::Infallible;
use std::fmt;

/// Without the numbers of lines, which change whenever this file does.
fn stable(text: &str) -> String {
    let mut parts = text.split("errors.rs:");
    let mut stable = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        stable.push_str("errors.rs:LINE");
        stable.push_str(part.trim_start_matches(|c: char| c.is_ascii_digit()));
    }
    stable
}

fn error_with(runner: &LocalRunner, build: impl FnOnce(&Pipeline)) -> String {
    let p = Pipeline::new();
    build(&p);
    stable(&p.run_with(runner).expect_err("it fails").to_string())
}

/// The error of a pipeline as users see it: elements are remembered only where that is cheap.
fn error_of(build: impl FnOnce(&Pipeline)) -> String {
    error_with(&LocalRunner::new().parallelism(2), build)
}

fn words(p: &Pipeline) -> PCollection<String> {
    p.create(["fine", "bad"].map(str::to_owned))
}

/// An element that is not remembered unless asked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct User {
    name: String,
    scores: Vec<u32>,
}

fn users(p: &Pipeline) -> PCollection<User> {
    words(p).map(|name| User { name, scores: vec![1, 2] })
}

#[test]
fn names_that_are_taken() {
    let text = error_of(|p| {
        let _ = words(p).map(|w| w.len()).named("Length");
        let _ = words(p).map(|w| w.len() + 1).named("Length");
    });
    insta::assert_snapshot!(text, @r"
    two steps are named 'Length': at tests/errors.rs:LINE and at tests/errors.rs:LINE
      help: names identify steps in errors, metrics and saved state: make them differ
    ");
}

#[test]
fn a_step_and_a_composite_of_one_name() {
    struct Same;
    impl PTransform<PCollection<String>> for Same {
        type Out = PCollection<String>;
        fn expand(self, words: PCollection<String>) -> Self::Out {
            words.map(|w| w).named("Inner")
        }
    }
    let text = error_of(|p| {
        let words = words(p).apply(Same).named("Clean");
        let _ = words.filter(|_| true).named("Clean");
    });
    insta::assert_snapshot!(text, @r"
    two steps are named 'Clean': at tests/errors.rs:LINE and at tests/errors.rs:LINE
      help: names identify steps in errors, metrics and saved state: make them differ
    ");
    let text = error_of(|p| {
        let _ = words(p).apply(Same).named("Clean");
        let _ = words(p).filter(|_| true).named("Clean/Inner");
    });
    insta::assert_snapshot!(text, @r"
    two steps are named 'Clean/Inner': at tests/errors.rs:LINE and at tests/errors.rs:LINE
      help: names identify steps in errors, metrics and saved state: make them differ
    ");
}

#[derive(Clone)]
struct Fails;

#[derive(Debug)]
struct Wrapped(std::num::ParseIntError);

impl fmt::Display for Wrapped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a score")
    }
}

impl std::error::Error for Wrapped {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

impl DoFn<String> for Fails {
    type Out = u32;
    fn process(&mut self, word: String, cx: &mut Cx<'_, u32>) -> Result<(), BoxError> {
        if word == "bad" {
            cx.emit(word.parse().map_err(Wrapped)?);
        }
        Ok(())
    }
}

#[test]
fn an_error_of_a_dofn_with_its_causes() {
    insta::assert_snapshot!(error_of(|p| drop(words(p).par_do(Fails))), @r#"
    step 'Fails' (tests/errors.rs:LINE): not a score: invalid digit found in string
      at: element "bad"
    "#);
    insta::assert_snapshot!(error_of(|p| drop(words(p).par_do(Fails).named("Parse"))), @r#"
    step 'Parse' (tests/errors.rs:LINE): not a score: invalid digit found in string
      at: element "bad"
    "#);
}

/// Numbers are replaced where they are.
#[test]
fn a_panic_over_numbers() {
    let numbers = |p: &Pipeline| p.create([4_u64, 2, 0, 1]);
    insta::assert_snapshot!(error_of(|p| drop(numbers(p).map(|n| 8 / n))), @r#"
    step 'Map' (tests/errors.rs:LINE): panicked: attempt to divide by zero
      at: element 0
    "#);
    insta::assert_snapshot!(error_of(|p| drop(numbers(p).map(|n| 8 / n > 3))), @r#"
    step 'Map' (tests/errors.rs:LINE): panicked: attempt to divide by zero
      at: element 0
    "#);
    insta::assert_snapshot!(error_of(|p| drop(numbers(p).flat_map(|n| [8 / n]))), @r#"
    step 'FlatMap' (tests/errors.rs:LINE): panicked: attempt to divide by zero
      at: element 0
    "#);
}

#[test]
fn a_panic_of_a_function() {
    insta::assert_snapshot!(error_of(|p| drop(words(p).map(|w| assert!(w != "bad", "a bad word")))), @r#"
    step 'Map' (tests/errors.rs:LINE): panicked: a bad word
      at: element "bad"
    "#);
    insta::assert_snapshot!(error_of(|p| drop(words(p).filter(|w| w.parse::<u8>().unwrap() > 0))), @r#"
    step 'Filter' (tests/errors.rs:LINE): panicked: called `Result::unwrap()` on an `Err` value: ParseIntError { kind: InvalidDigit }
      at: element "fine"
    "#);
    insta::assert_snapshot!(error_of(|p| drop(words(p).inspect(|w| assert_ne!(w, "bad")))), @r#"
    step 'Inspect' (tests/errors.rs:LINE): panicked: assertion `left != right` failed
      left: "bad"
     right: "bad"
      at: element "bad"
    "#);
    insta::assert_snapshot!(error_of(|p| drop(words(p).flat_map(|w| (3..w.len()).map(|n| n / (n - 3))))), @r#"
    step 'FlatMap' (tests/errors.rs:LINE): panicked: attempt to divide by zero
      at: element "fine"
    "#);
    let text = error_of(|p| drop(words(p).flat_map_with(|w, out| out.emit([1][w.len() - 3]))));
    insta::assert_snapshot!(text, @r#"
    step 'FlatMapWith' (tests/errors.rs:LINE): panicked: index out of bounds: the len is 1 but the index is 1
      at: element "fine"
    "#);
    insta::assert_snapshot!(error_of(|p| drop(words(p).key_by(|w| w.chars().nth(3).unwrap()))), @r#"
    step 'KeyBy' (tests/errors.rs:LINE): panicked: called `Option::unwrap()` on a `None` value
      at: element "bad"
    "#);
    let text = error_of(|p| drop(words(p).try_map(|w| Ok::<_, BoxError>(w.chars().nth(3).expect("four letters"))).ok));
    insta::assert_snapshot!(text, @r#"
    step 'TryMap' (tests/errors.rs:LINE): panicked: four letters
      at: element "bad"
    "#);
}

#[test]
fn an_element_that_is_not_remembered() {
    let rename = |p: &Pipeline| {
        let _ = users(p).map(|user| user.name.chars().nth(3).expect("four letters")).named("Rename");
    };
    insta::assert_snapshot!(error_of(rename), @r"
    step 'Rename' (tests/errors.rs:LINE): panicked: four letters
      at: input from elements 0 to 2
      help: run again with --trace-elements to see the element
    ");
    insta::assert_snapshot!(error_with(&LocalRunner::new().trace_elements(true), rename), @r#"
    step 'Rename' (tests/errors.rs:LINE): panicked: four letters
      at: element {"name":"bad","scores":[1,2]}
    "#);
    // A function that borrows shows it in any case.
    let text = error_of(|p| drop(users(p).filter(|user| user.name.len() / (user.name.len() - 3) > 0)));
    insta::assert_snapshot!(text, @r#"
    step 'Filter' (tests/errors.rs:LINE): panicked: attempt to divide by zero
      at: element {"name":"bad","scores":[1,2]}
    "#);
}

/// Results take the places of numbers, one after the other.
#[test]
fn a_number_among_others() {
    let text = error_of(|p| drop(p.sequence(1..100).map(|n| n * 1000).map(|n| 1 / n.abs_diff(77_000))));
    insta::assert_snapshot!(text, @r"
    step 'Map#2' (tests/errors.rs:LINE): panicked: attempt to divide by zero
      at: element 77000
    ");
}

#[test]
fn a_long_element_is_cut() {
    let text = error_of(|p| drop(words(p).map(|w| w.repeat(200)).map(|w| assert!(w.is_empty(), "too long"))));
    insta::assert_snapshot!(text, @r#"
    step 'Map#2' (tests/errors.rs:LINE): panicked: too long
      at: element "finefinefinefinefinefinefinefinefinefinefinefinefinefinefinefinefinefinefinefinefinefinefinefinefinefinefinefinefinefinefinefinefinefinefinefinefinefinefinefinefinefinefinefinefinefinefinefinefinefinefinefinefinefinefinefinefinefinefinefinefinefinefinefinefinefinefinefinefinefinefinefinefinefinefin…
    "#);
}

#[test]
fn an_element_that_json_cannot_show() {
    let text = error_of(|p| {
        let maps = p.create([HashMap::from([((1, 2), 3)])]);
        let _ = maps.filter(|map| map[&(2, 1)] > 0);
    });
    insta::assert_snapshot!(text, @r"
    step 'Filter' (tests/errors.rs:LINE): panicked: no entry found for key
      at: (an element of type std::collections::hash::map::HashMap<(i32, i32), i32> that JSON cannot show)
    ");
}

#[test]
fn a_failure_that_nothing_reads() {
    insta::assert_snapshot!(error_of(|p| drop(words(p).try_map(|w| w.parse::<u32>()).ok)), @r#"
    step 'TryMap' (tests/errors.rs:LINE): invalid digit found in string
      at: element "fine"
      help: read the `failed` output of this step to go on without such elements
    "#);
}

#[test]
fn a_partition_that_does_not_exist() {
    insta::assert_snapshot!(error_of(|p| drop(words(p).partition(4, String::len))), @r#"
    step 'Partition' (tests/errors.rs:LINE): the function chose partition 4, and there are 4, counted from 0
      at: element "fine"
    "#);
}

#[test]
fn side_inputs() {
    let main = |p: &Pipeline, one: View<String>| drop(words(p).with_side(one).map(|a, b| a + b));
    let text = error_of(|p| main(p, words(p).as_singleton()));
    insta::assert_snapshot!(text, @"step 'AsSingleton' (tests/errors.rs:LINE): a singleton side input has more than one element; use as_list, or combine first");
    let text = error_of(|p| main(p, words(p).filter(|_| false).as_singleton()));
    insta::assert_snapshot!(text, @"step 'AsSingleton' (tests/errors.rs:LINE): a singleton side input has no element; use as_singleton_or to give a default");
    let text = error_of(|p| {
        let map = p.create([("a".to_owned(), 1), ("a".to_owned(), 2)]).as_map();
        let _ = words(p).with_side(map).map(|w, map| map[&w]);
    });
    insta::assert_snapshot!(text, @r#"step 'AsMap' (tests/errors.rs:LINE): a map side input has two values for the key "a"; use as_multimap, or combine first"#);
    let text = error_of(|p| {
        let map = p.create([("fine".to_owned(), 1)]).as_map();
        let _ = words(p).with_side(map).map(|w, map| *map.get(&w).expect("a known word")).named("Look up");
    });
    insta::assert_snapshot!(text, @r#"
    step 'Look up' (tests/errors.rs:LINE): panicked: a known word
      at: element "bad"
    "#);
    let text = error_of(|p| {
        let other = Pipeline::new();
        main(p, words(&other).as_singleton());
    });
    insta::assert_snapshot!(text, @"step 'MapWithSide' (tests/errors.rs:LINE): a side input of it belongs to another pipeline");
}

#[test]
fn collections_of_other_pipelines() {
    let text = error_of(|p| {
        let other = Pipeline::new();
        words(p).wait_on(&words(&other).map(|w| w).map(|w| w).map(|w| w));
    });
    insta::assert_snapshot!(text, @"step 'WaitOn' (tests/errors.rs:LINE): what it waits for belongs to another pipeline");
    let text = error_of(|p| {
        let other = Pipeline::new();
        let letters = words(&other).try_map(|w| Err::<u8, _>(w.clone())).failed.in_json();
        words(p).replaying("Parse", &letters);
    });
    insta::assert_snapshot!(text, @"step 'Replaying' (tests/errors.rs:LINE): the letters belong to another pipeline");
}

/// Cannot deal with 13.
#[derive(Clone)]
struct Superstitious;

impl CombineFn<u32> for Superstitious {
    type Acc = u32;
    type Out = u32;
    fn create(&self) -> u32 {
        0
    }
    fn add(&self, acc: &mut u32, n: u32) {
        assert_ne!(n, 13, "bad luck");
        *acc += n;
    }
    fn merge(&self, acc: &mut u32, other: u32) {
        *acc += other;
    }
    fn extract(&self, acc: u32) -> u32 {
        acc
    }
}

#[test]
fn combiners() {
    insta::assert_snapshot!(error_of(|p| drop(p.create([200u8, 100]).combine(Sum).map(|n| n))), @r"
    step 'Sum' (tests/errors.rs:LINE): panicked: sum overflowed u8
      at: input from elements 0 to 2
    ");
    let text = error_of(|p| drop(p.create([(1, 200u8), (1, 100)]).combine_per_key(Sum).map(|n| n)));
    insta::assert_snapshot!(text, @r"
    step 'Sum' (tests/errors.rs:LINE): panicked: sum overflowed u8
      at: input from elements 0 to 2
    ");
    let text = error_of(|p| drop(p.create(Vec::<u8>::new()).combine(Max).map(|n| n)));
    insta::assert_snapshot!(text, @"step 'Max' (tests/errors.rs:LINE): panicked: Max of no values: where the input can be empty, use `.or_none()` or `.or(default)`");
    insta::assert_snapshot!(error_of(|p| drop(p.create([1, 13]).combine(Superstitious).map(|n| n))), @r"
    step 'Superstitious' (tests/errors.rs:LINE): panicked: assertion `left != right` failed: bad luck
      left: 13
     right: 13
      at: input from elements 0 to 2
    ");
    let text = error_of(|p| drop(p.create([(7, 1), (7, 13)]).combine_per_key(Superstitious).map(|n| n)));
    insta::assert_snapshot!(text, @r"
    step 'Superstitious' (tests/errors.rs:LINE): panicked: assertion `left != right` failed: bad luck
      left: 13
     right: 13
      at: input from elements 0 to 2
    ");
}

#[derive(OutputEnum)]
enum Kind {
    Short(String),
    Long(String),
}

#[derive(Clone)]
struct Sort;

impl DoFn<String> for Sort {
    type Out = Kind;
    fn process(&mut self, word: String, cx: &mut Cx<'_, Kind>) -> Result<(), BoxError> {
        cx.emit(if word.len() < 4 { Kind::Short(word) } else { Kind::Long(word) });
        Ok(())
    }
}

#[test]
fn graphs_that_cannot_be() {
    let text = error_of(|p| {
        let sorted = words(p).par_do(Sort);
        let (_first, _second) = (sorted.split(), sorted.split());
    });
    insta::assert_snapshot!(text, @r"
    step 'Sort' (tests/errors.rs:LINE): a collection that is split has no other reader, and this one is read by 'Split' (tests/errors.rs:LINE) and 'Split#2' (tests/errors.rs:LINE)
      help: split it once, and read the parts as often as needed
    ");
    let text = error_of(|p| drop(p.flatten([&words(p), &words(&Pipeline::new())])));
    insta::assert_snapshot!(text, @"step 'Flatten' (tests/errors.rs:LINE): its inputs belong to different pipelines");
    let text = error_of(|p| {
        let ages = |p: &Pipeline| words(p).map(|w| (w, 1));
        let _ = ages(p).join(&ages(&Pipeline::new()));
    });
    insta::assert_snapshot!(text, @"step 'Join/CoGroup' (tests/errors.rs:LINE): its inputs belong to different pipelines");
}

/// A source, and a sink, that fail in one of their calls.
#[derive(Clone, Copy, PartialEq)]
enum Broken {
    Splits,
    Open,
    Poll,
    Begin,
    Create,
    Write,
    Prepare,
    Commit,
}

impl Broken {
    fn check(self, call: Self, text: &str) -> Result<(), BoxError> {
        if self == call { Err(text.into()) } else { Ok(()) }
    }
}

impl Source for Broken {
    type Out = u32;
    type Split = u32;
    type Reader = BrokenReader;
    fn label(&self) -> String {
        "Tape".to_owned()
    }
    fn splits(&self, _target: &SplitTarget) -> Result<Vec<u32>, BoxError> {
        self.check(Self::Splits, "no tape in the drive").map(|()| vec![7])
    }
    fn describe(&self, split: &u32) -> String {
        format!("tape {split}")
    }
    fn open(&self, split: u32) -> Result<BrokenReader, BoxError> {
        self.check(Self::Open, "the drive is locked").map(|()| BrokenReader(*self, split))
    }
}

struct BrokenReader(Broken, u32);

impl Reader for BrokenReader {
    type Out = u32;
    type Split = u32;
    fn poll(&mut self, out: &mut SourceBatch<'_, u32>) -> Result<Next, BoxError> {
        self.0.check(Broken::Poll, "the tape is torn")?;
        out.push(self.1);
        Ok(Next::Done)
    }
}

impl Sink<u32> for Broken {
    type Writer = BrokenWriter;
    type Commit = u32;
    fn label(&self) -> String {
        "Printer".to_owned()
    }
    fn begin(&self) -> Result<(), BoxError> {
        self.check(Self::Begin, "no paper")
    }
    fn open(&self, _shard: Shard) -> Result<BrokenWriter, BoxError> {
        self.check(Self::Create, "the cover is open").map(|()| BrokenWriter(*self))
    }
    fn commit(&self, _prepared: Vec<u32>) -> Result<(), BoxError> {
        self.check(Self::Commit, "nobody has fetched the last print")
    }
    fn abort(&self, _prepared: Vec<u32>) {}
}

struct BrokenWriter(Broken);

impl Writer<u32> for BrokenWriter {
    type Commit = u32;
    fn write(&mut self, _n: u32) -> Result<(), BoxError> {
        self.0.check(Broken::Write, "paper jam")
    }
    fn prepare(self) -> Result<u32, BoxError> {
        self.0.check(Broken::Prepare, "out of staples").map(|()| 0)
    }
}

#[test]
fn sources_and_sinks() {
    let copy = |broken: Broken| {
        error_of(|p| {
            p.read(broken).write(broken).named("Print");
        })
    };
    insta::assert_snapshot!(copy(Broken::Splits), @"step 'Tape' (tests/errors.rs:LINE): no tape in the drive");
    insta::assert_snapshot!(copy(Broken::Open), @r"
    step 'Tape' (tests/errors.rs:LINE): the drive is locked
      at: tape 7
    ");
    insta::assert_snapshot!(copy(Broken::Poll), @r"
    step 'Tape' (tests/errors.rs:LINE): the tape is torn
      at: input from tape 7
    ");
    insta::assert_snapshot!(copy(Broken::Begin), @"step 'Print' (tests/errors.rs:LINE): no paper");
    insta::assert_snapshot!(copy(Broken::Create), @"step 'Print' (tests/errors.rs:LINE): the cover is open");
    insta::assert_snapshot!(copy(Broken::Write), @"step 'Print' (tests/errors.rs:LINE): paper jam");
    insta::assert_snapshot!(copy(Broken::Prepare), @"step 'Print' (tests/errors.rs:LINE): out of staples");
    insta::assert_snapshot!(copy(Broken::Commit), @"step 'Print' (tests/errors.rs:LINE): nobody has fetched the last print");
    let text = error_of(|p| drop(p.read(Broken::Commit).map(|n| assert!(n < 7, "too large"))));
    insta::assert_snapshot!(text, @r"
    step 'Map' (tests/errors.rs:LINE): panicked: too large
      at: element 7
    ");
}

#[test]
fn options() {
    let run = |runner: LocalRunner| error_with(&runner, |_| ());
    insta::assert_snapshot!(run(LocalRunner::new().parallelism(0)), @"a parallelism of 0 is out of range: 1 to 256");
    insta::assert_snapshot!(run(LocalRunner::new().parallelism(257)), @"a parallelism of 257 is out of range: 1 to 256");
    insta::assert_snapshot!(run(LocalRunner::new().memory(1000)), @"a memory budget of 1000 bytes is too small: at least 16M");
    insta::assert_snapshot!(run(LocalRunner::new().batch_size(0)), @"a batch size of 0 is out of range: at least 1");
}

/// Can be created, but not written.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Unwritable(u8);

impl Serialize for Unwritable {
    fn serialize<S: serde::Serializer>(&self, _serializer: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom("this is secret"))
    }
}

impl<'de> Deserialize<'de> for Unwritable {
    fn deserialize<D: serde::Deserializer<'de>>(_deserializer: D) -> Result<Self, D::Error> {
        Err(serde::de::Error::custom("this is secret"))
    }
}

#[test]
fn elements_that_cannot_be_shown() {
    insta::assert_snapshot!(error_of(|p| drop(p.create([Unwritable(1)]).filter(|x| x.0 / (x.0 - 1) > 0))), @r"
    step 'Filter' (tests/errors.rs:LINE): panicked: attempt to divide by zero
      at: (an element of type errors::Unwritable that JSON cannot show)
    ");
}

#[test]
fn a_cancelled_run() {
    let p = Pipeline::new();
    let _ = p.sequence(0..u64::MAX).map(|n| n % 2);
    let job = LocalRunner::new().start(&p.graph().unwrap()).unwrap();
    job.control().cancel();
    let error = job.wait().unwrap_err();
    insta::assert_snapshot!(stable(&error.to_string()), @"the pipeline was cancelled");
    assert_eq!(error.kind(), beamline::ErrorKind::Cancelled);
}

#[test]
fn the_first_error_is_kept_with_what_was_done() {
    let p = Pipeline::new();
    let _ = p.create([1, 2]).named("Numbers").filter(|n| *n / (n - 2) > 0);
    let error = p.run_with(&LocalRunner::new()).unwrap_err();
    assert_eq!(error.element(), Some("element 2"));
    assert!(error.metrics().is_some_and(|metrics| metrics.emitted("Numbers").is_some()));
    let _: Result<Infallible, _> = Err::<Infallible, BoxError>(error.into());
}

/// It is not this run that was cancelled, so it has failed.
#[test]
fn another_run_that_was_cancelled() {
    let p = Pipeline::new();
    p.sequence(0..5_000).map(|n| n).for_each(|n| {
        let error = beamline::Error::new(beamline::ErrorKind::Cancelled, "the inner run was cancelled");
        if n == 7 { Err(error.into()) } else { Ok(()) }
    });
    let error = p.run_with(&LocalRunner::new().parallelism(2)).expect_err("it fails");
    assert_eq!(error.kind(), beamline::ErrorKind::User);
    insta::assert_snapshot!(stable(&error.to_string()), @r"
    step 'ForEach' (tests/errors.rs:LINE): the inner run was cancelled
      at: element 7
    ");
}

#[test]
fn a_window_without_an_instant() {
    let text = error_of(|p| {
        let sessions = Windowing::sessions(std::time::Duration::from_mins(1));
        let numbers = p.create([5u64]).with_timestamps(|n| Timestamp::from_millis(*n as i64));
        drop(numbers.window_by(sessions, |_, start, windows| windows.push(Window { start, end: start })));
    });
    insta::assert_snapshot!(text, @r"
    step 'WindowBy' (tests/errors.rs:LINE): the window [5ms, 5ms) has no instant: its end has to be behind its start
      at: element 5
    ");
}
