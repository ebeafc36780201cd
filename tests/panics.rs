//! Panics in whatever users write: each is an error that names the step, and a `DoFn` elsewhere is torn down.

use beamline::prelude::*;
use beamline::{Next, OffsetRange, OffsetTracker, ProcessContinuation, SplitCx, SplitTarget, SplittableDoFn};
use beamline::{Reader, Shard, Sink, Source, SourceBatch, WatermarkEstimator, Writer};
use serde::{Deserialize, Serialize};
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Where to panic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum In {
    Nothing,
    Clone,
    Hash,
    Eq,
}

/// A key that panics in one of the traits that it needs.
#[derive(Debug, Serialize, Deserialize)]
struct Touchy(u64, u8);

const KINDS: [In; 4] = [In::Nothing, In::Clone, In::Hash, In::Eq];

impl Touchy {
    fn new(n: u64, place: In) -> Self {
        Self(n, KINDS.iter().position(|kind| *kind == place).unwrap() as u8)
    }

    fn check(&self, place: In) {
        assert!(KINDS[self.1 as usize] != place || self.0 < 500, "touched in {place:?}");
    }
}

impl Clone for Touchy {
    fn clone(&self) -> Self {
        self.check(In::Clone);
        Self(self.0, self.1)
    }
}

impl Hash for Touchy {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.check(In::Hash);
        self.0.hash(state);
    }
}

impl PartialEq for Touchy {
    fn eq(&self, other: &Self) -> bool {
        self.check(In::Eq);
        self.0 == other.0
    }
}

impl Eq for Touchy {}

/// Counts instances that are set up and not torn down.
#[derive(Clone, Default)]
struct Guarded(Arc<AtomicI64>);

impl<T: beamline::Element> DoFn<T> for Guarded {
    type Out = T;
    fn setup(&mut self) -> Result<(), BoxError> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
    fn process(&mut self, element: T, cx: &mut Cx<'_, T>) -> Result<(), BoxError> {
        cx.emit(element);
        Ok(())
    }
    fn teardown(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Runs a pipeline of a guarded source and the rest; the error must name one of these steps.
fn panics(build: impl Fn(&PCollection<u64>), steps: &[&str], text: &str) {
    // One worker has nothing to merge.
    let of = |workers| LocalRunner::new().parallelism(workers);
    for runner in [of(2), of(4), of(2).replay(1)] {
        let p = Pipeline::new();
        let guard = Guarded::default();
        build(&p.sequence(0..5000).par_do(guard.clone()));
        let error = p.run_with(&runner).expect_err("a panic");
        assert!(error.to_string().contains(text), "{error}");
        let step = error.step().map(|step| step.name.as_str());
        assert!(step.is_some_and(|step| steps.contains(&step)), "{step:?} is none of {steps:?}: {error}");
        assert_eq!(guard.0.load(Ordering::SeqCst), 0, "everything is torn down: {error}");
    }
}

#[test]
fn in_the_traits_of_keys() {
    for place in [In::Hash, In::Eq] {
        let text = format!("touched in {place:?}");
        let keys = |numbers: &PCollection<u64>| numbers.map(move |n| (Touchy::new(n % 1000, place), n)).named("Key");
        panics(|n| drop(keys(n).group_by_key().named("Group").map(|_| ())), &["Key", "Group"], &text);
        panics(|n| drop(keys(n).combine_per_key(Sum).named("Sum").map(|_| ())), &["Key", "Sum"], &text);
        panics(|n| drop(keys(n).group_into_batches(3).named("Batch").map(|_| ())), &["Key", "Batch"], &text);
        panics(|n| drop(n.with_side(keys(n).as_multimap()).map(|n, _| n)), &["Key", "AsMultimap"], &text);
    }
}

#[test]
fn in_the_clone_of_elements() {
    let twice = |numbers: &PCollection<u64>| {
        let elements = numbers.map(|n| Touchy::new(n, In::Clone)).named("Touchy");
        let _ = elements.map(|t| t.0).named("One");
        let _ = elements.map(|t| t.0).named("Other");
    };
    panics(twice, &["Touchy"], "touched in Clone");
}

/// A source, and a sink, that panic in one of their calls.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Broken {
    Splits,
    Size,
    Describe,
    Open,
    Poll,
    Watermark,
    BytesRead,
    Discover,
    TrySplit,
    Begin,
    Create,
    Write,
    Prepare,
    Commit,
}

impl Broken {
    fn check(self, call: Self) {
        assert!(self != call, "broken in {call:?}");
    }
}

impl Source for Broken {
    type Out = u64;
    type Split = u32;
    type Reader = BrokenReader;
    fn label(&self) -> String {
        "Source".to_owned()
    }
    fn is_bounded(&self) -> bool {
        *self != Self::Watermark
    }
    fn splits(&self, _target: &SplitTarget) -> Result<Vec<u32>, BoxError> {
        self.check(Self::Splits);
        Ok(vec![0])
    }
    fn size(&self, _split: &u32) -> Option<u64> {
        self.check(Self::Size);
        None
    }
    fn describe(&self, _split: &u32) -> String {
        self.check(Self::Describe);
        "all".to_owned()
    }
    fn open(&self, _split: u32) -> Result<BrokenReader, BoxError> {
        self.check(Self::Open);
        Ok(BrokenReader(*self))
    }
}

struct BrokenReader(Broken);

impl Reader for BrokenReader {
    type Out = u64;
    type Split = u32;
    fn poll(&mut self, out: &mut SourceBatch<'_, u64>) -> Result<Next, BoxError> {
        self.0.check(Broken::Poll);
        out.push(0);
        Ok(Next::More)
    }
    fn watermark(&self) -> Timestamp {
        self.0.check(Broken::Watermark);
        Timestamp::MIN
    }
    fn bytes_read(&self) -> u64 {
        self.0.check(Broken::BytesRead);
        0
    }
    fn discover(&mut self) -> Option<u32> {
        self.0.check(Broken::Discover);
        None
    }
    fn try_split(&mut self, _fraction: f64) -> Option<u32> {
        self.0.check(Broken::TrySplit);
        None
    }
}

impl Sink<u64> for Broken {
    type Writer = BrokenWriter;
    type Commit = u32;
    fn label(&self) -> String {
        "Sink".to_owned()
    }
    fn begin(&self) -> Result<(), BoxError> {
        self.check(Self::Begin);
        Ok(())
    }
    fn open(&self, _shard: Shard) -> Result<BrokenWriter, BoxError> {
        self.check(Self::Create);
        Ok(BrokenWriter(*self))
    }
    fn commit(&self, _prepared: Vec<u32>) -> Result<(), BoxError> {
        self.check(Self::Commit);
        Ok(())
    }
    fn abort(&self, _prepared: Vec<u32>) {}
}

struct BrokenWriter(Broken);

impl Writer<u64> for BrokenWriter {
    type Commit = u32;
    fn write(&mut self, _n: u64) -> Result<(), BoxError> {
        self.0.check(Broken::Write);
        Ok(())
    }
    fn prepare(self) -> Result<u32, BoxError> {
        self.0.check(Broken::Prepare);
        Ok(0)
    }
}

#[test]
fn in_sources() {
    let at_the_start = [Broken::Splits, Broken::Size, Broken::Describe, Broken::Open];
    let on_the_way = [Broken::Poll, Broken::Watermark, Broken::BytesRead, Broken::Discover, Broken::TrySplit];
    for place in at_the_start.into_iter().chain(on_the_way) {
        let read = |n: &PCollection<u64>| drop(n.pipeline().read(place).map(|n| n));
        panics(read, &["Source"], &format!("broken in {place:?}"));
    }
}

/// A source without an end, of two splits, the second of which cannot be opened.
#[derive(Clone)]
struct HalfOpen;

impl Source for HalfOpen {
    type Out = u64;
    type Split = u32;
    type Reader = BrokenReader;
    fn label(&self) -> String {
        "Half".to_owned()
    }
    fn is_bounded(&self) -> bool {
        false
    }
    fn splits(&self, _target: &SplitTarget) -> Result<Vec<u32>, BoxError> {
        Ok(vec![1, 2])
    }
    fn describe(&self, split: &u32) -> String {
        format!("split {split}")
    }
    fn open(&self, split: u32) -> Result<BrokenReader, BoxError> {
        assert!(split == 1, "it is not there");
        Ok(BrokenReader(Broken::Splits))
    }
}

#[test]
fn in_opening_a_split_while_another_is_read() {
    let p = Pipeline::new();
    p.read(HalfOpen).inspect(|_| ());
    let error = p.run_with(&LocalRunner::new().parallelism(1)).expect_err("a panic");
    assert!(error.to_string().contains("it is not there"), "{error}");
    assert_eq!(error.element(), Some("split 2"), "{error}");
}

/// An estimator that panics when it is asked.
#[derive(Clone)]
struct Unsure;

impl WatermarkEstimator<u64> for Unsure {
    fn observe(&mut self, _: &u64, _: Timestamp) {}
    fn watermark(&self) -> Timestamp {
        panic!("unsure how far it is")
    }
}

#[derive(Clone)]
struct Repeat;

impl SplittableDoFn<u64> for Repeat {
    type Out = u64;
    type Tracker = OffsetTracker;
    type Estimator = Unsure;
    fn initial_restriction(&self, _: &u64) -> Result<OffsetRange, BoxError> {
        Ok(OffsetRange::new(0, 2))
    }
    fn tracker(&self, range: OffsetRange) -> OffsetTracker {
        OffsetTracker::new(range)
    }
    fn estimator(&self) -> Unsure {
        Unsure
    }
    fn process(&mut self, n: &u64, cx: &mut SplitCx<'_, u64, Self>) -> Result<ProcessContinuation, BoxError> {
        for offset in 0..2 {
            if cx.try_claim(&offset) {
                cx.emit(*n);
            }
        }
        Ok(ProcessContinuation::Stop)
    }
}

#[test]
fn in_the_estimators_of_splittable_functions() {
    panics(|n| drop(n.par_do_splittable(Repeat).map(|n| n)), &["Repeat"], "unsure how far it is");
}

/// A `DoFn` of which there can be only one.
struct Single;

impl Clone for Single {
    fn clone(&self) -> Self {
        panic!("there is only one")
    }
}

impl DoFn<u64> for Single {
    type Out = u64;
    fn process(&mut self, n: u64, cx: &mut Cx<'_, u64>) -> Result<(), BoxError> {
        cx.emit(n);
        Ok(())
    }
}

#[test]
fn in_the_clone_of_functions() {
    panics(|n| drop(n.par_do(Single).map(|n| n)), &["Single"], "there is only one");
}

#[test]
fn in_sinks() {
    for place in [Broken::Begin, Broken::Create, Broken::Write, Broken::Prepare, Broken::Commit] {
        panics(|n| drop(n.write(place)), &["Sink"], &format!("broken in {place:?}"));
    }
}

/// A combiner that panics in one of its calls.
#[derive(Clone)]
struct Picky(&'static str);

impl Picky {
    fn check(&self, call: &str) {
        assert!(self.0 != call, "picky in {call}");
    }
}

impl CombineFn<u64> for Picky {
    type Acc = u64;
    type Out = u64;
    fn create(&self) -> u64 {
        self.check("create");
        0
    }
    fn add(&self, acc: &mut u64, n: u64) {
        self.check("add");
        *acc += n;
    }
    fn merge(&self, acc: &mut u64, other: u64) {
        self.check("merge");
        *acc += other;
    }
    fn extract(&self, acc: u64) -> u64 {
        self.check("extract");
        acc
    }
}

#[test]
fn in_combiners() {
    for call in ["create", "add", "merge", "extract"] {
        let text = format!("picky in {call}");
        // Dealt out, so that there are parts to merge.
        panics(|n| drop(n.reshuffle().combine(Picky(call)).map(|n| n)), &["Picky"], &text);
        let by_key = |n: &PCollection<u64>| n.reshuffle().key_by(|n| n % 7).combine_per_key(Picky(call));
        panics(|n| drop(by_key(n).map(|n| n)), &["Picky"], &text);
    }
}

/// Panics when it is dropped, if it was at work, and fails at one element.
#[derive(Clone)]
struct Parting {
    fails_at: Option<u64>,
    is_at_work: bool,
}

impl Parting {
    fn new(fails_at: Option<u64>) -> Self {
        Self { fails_at, is_at_work: false }
    }
}

impl DoFn<u64> for Parting {
    type Out = u64;
    fn setup(&mut self) -> Result<(), BoxError> {
        self.is_at_work = true;
        Ok(())
    }
    fn process(&mut self, n: u64, cx: &mut Cx<'_, u64>) -> Result<(), BoxError> {
        if self.fails_at == Some(n) {
            return Err("not this one".into());
        }
        cx.emit(n);
        Ok(())
    }
}

impl Drop for Parting {
    fn drop(&mut self) {
        assert!(!self.is_at_work, "dropped at work");
    }
}

#[test]
fn in_the_drop_of_functions() {
    let last = |n: &PCollection<u64>| drop(n.par_do(Parting::new(None)).named("First").map(|n| n));
    panics(last, &["First"], "dropped at work");
    // Neither of them hides what has failed before, and two are no more than one.
    let two = |n: &PCollection<u64>| n.par_do(Parting::new(None)).named("First").par_do(Parting::new(Some(7)));
    panics(|n| drop(two(n).named("Second").map(|n| n)), &["Second"], "not this one");
}
