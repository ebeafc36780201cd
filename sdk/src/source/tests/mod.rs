//! Readers driven by hand, at times that the test says.

mod bounding;
mod generating;
mod idleness;
mod stamping;

use crate::source::Waker;
use crate::{BoxError, Next, Reader, Source, SourceBatch, SplitTarget, Timestamp};
use std::collections::VecDeque;
use std::time::Duration;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

/// What a reader of [`Scripted`] does when it is polled.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
enum Step {
    /// Reads these elements, even if they are more than there is room for.
    Read(Vec<i64>),
    /// Finds nothing, and has come so far.
    Nothing,
    /// Finds nothing, and cannot tell why.
    Busy,
}

/// A source that does what its splits say.
#[derive(Clone)]
struct Scripted {
    splits: Vec<Vec<Step>>,
    is_bounded: bool,
}

impl Scripted {
    fn bounded(splits: Vec<Vec<Step>>) -> Self {
        Self { splits, is_bounded: true }
    }

    fn endless(splits: Vec<Vec<Step>>) -> Self {
        Self { splits, is_bounded: false }
    }
}

impl Source for Scripted {
    type Out = i64;
    type Split = Vec<Step>;
    type Reader = Script;

    fn label(&self) -> String {
        "Scripted".to_owned()
    }

    fn is_bounded(&self) -> bool {
        self.is_bounded
    }

    fn splits(&self, _: &SplitTarget) -> Result<Vec<Vec<Step>>, BoxError> {
        Ok(self.splits.clone())
    }

    fn describe(&self, split: &Vec<Step>) -> String {
        format!("{} steps", split.len())
    }

    fn open(&self, split: Vec<Step>) -> Result<Script, BoxError> {
        Ok(Script { steps: split.into(), is_caught_up: false, read: 0, is_endless: !self.is_bounded, waker: None })
    }
}

struct Script {
    steps: VecDeque<Step>,
    is_caught_up: bool,
    read: u64,
    is_endless: bool,
    waker: Option<Waker>,
}

/// When a reader that has nothing wants to be asked again.
const PAUSE: Duration = Duration::from_secs(100);

impl Reader for Script {
    type Out = i64;
    type Split = Vec<Step>;

    fn poll(&mut self, out: &mut SourceBatch<'_, i64>) -> Result<Next, BoxError> {
        self.waker = Some(out.waker());
        let step = self.steps.pop_front();
        self.is_caught_up = matches!(step, None | Some(Step::Nothing));
        match step {
            Some(Step::Read(elements)) => {
                self.read += elements.len() as u64;
                elements.into_iter().for_each(|element| out.push(element));
            }
            None if !self.is_endless => return Ok(Next::Done),
            _ => return Ok(out.wake_after(PAUSE)),
        }
        Ok(if self.steps.is_empty() && !self.is_endless { Next::Done } else { Next::More })
    }

    fn bytes_read(&self) -> u64 {
        self.read
    }

    fn is_caught_up(&self) -> bool {
        self.is_caught_up
    }

    /// The last half of the steps.
    fn try_split(&mut self, _: f64) -> Option<Vec<Step>> {
        let given = self.steps.split_off(self.steps.len().div_ceil(2));
        (!given.is_empty()).then(|| given.into())
    }
}

/// The readers of all splits.
fn open<S: Source>(source: &S) -> Vec<S::Reader> {
    let splits = source.splits(&SplitTarget { parallelism: 2 }).unwrap();
    splits.into_iter().map(|split| source.open(split).unwrap()).collect()
}

/// What came of a poll.
type Polled<T> = (Vec<(T, Timestamp)>, Next);

fn try_poll<R: Reader>(reader: &mut R, now: Timestamp, room: usize) -> Result<Polled<R::Out>, String> {
    let (mut values, mut times) = (Vec::new(), Vec::new());
    let mut out = SourceBatch::new(&mut values, &mut times, room).at(now, Waker::default());
    let next = reader.poll(&mut out).map_err(|error| error.to_string())?;
    times.resize(values.len(), Timestamp::MIN);
    Ok((values.into_iter().zip(times).collect(), next))
}

fn poll<R: Reader>(reader: &mut R, now: Timestamp) -> Polled<R::Out> {
    try_poll(reader, now, 100).unwrap()
}

/// All that comes of a reader until it waits or is done.
fn drain<R: Reader>(reader: &mut R, now: Timestamp, room: usize) -> Polled<R::Out> {
    let mut all = Vec::new();
    loop {
        let (elements, next) = try_poll(reader, now, room).unwrap();
        all.extend(elements);
        if next != Next::More {
            return (all, next);
        }
    }
}

fn values<T>(elements: Vec<(T, Timestamp)>) -> Vec<T> {
    elements.into_iter().map(|(value, _)| value).collect()
}
