//! Splits that fall idle and wake again: what they have read is never late, however many groupings it goes through.

use crate::{Control, Seen, run};
use beamline::prelude::*;
use beamline::testing::{ManualClock, for_each_seed};
use beamline::{LocalRunner, Next, PCollection, Reader, SourceBatch, SplitTarget};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// Elements are their own times, in milliseconds, and all splits take them from one clock: none is before what another
/// split has told so far. Between two elements a split may be idle for a while, and have the next one by then.
#[derive(Clone)]
struct Naps {
    time: Arc<AtomicI64>,
    splits: u64,
    elements: usize,
    seed: u64,
}

impl Naps {
    fn new(seed: u64, splits: u64, elements: usize) -> Self {
        Self { time: Arc::default(), splits, elements, seed }
    }

    fn all(&self) -> u64 {
        self.splits * self.elements as u64
    }
}

impl Source for Naps {
    type Out = i64;
    type Split = u64;
    type Reader = Napping;

    fn label(&self) -> String {
        "Naps".to_owned()
    }

    fn is_bounded(&self) -> bool {
        false
    }

    fn splits(&self, _: &SplitTarget) -> Result<Vec<u64>, BoxError> {
        Ok((0..self.splits).collect())
    }

    fn describe(&self, split: &u64) -> String {
        format!("split {split}")
    }

    fn open(&self, split: u64) -> Result<Napping, BoxError> {
        let chance = (self.seed * 31 + split + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Ok(Napping { time: self.time.clone(), left: self.elements, chance, last: Timestamp::MIN, is_idle: false })
    }
}

struct Napping {
    time: Arc<AtomicI64>,
    left: usize,
    chance: u64,
    last: Timestamp,
    is_idle: bool,
}

impl Napping {
    /// A number below `end` (xorshift64: Marsaglia, 2003).
    fn below(&mut self, end: u64) -> u64 {
        self.chance ^= self.chance << 13;
        self.chance ^= self.chance >> 7;
        self.chance ^= self.chance << 17;
        (self.chance >> 33) % end
    }
}

impl Reader for Napping {
    type Out = i64;
    type Split = u64;

    fn poll(&mut self, out: &mut SourceBatch<'_, i64>) -> Result<Next, BoxError> {
        if self.left == 0 {
            return Ok(Next::Done);
        }
        if self.below(8) > 0 {
            let step = 1 + self.below(20) as i64;
            let time = self.time.fetch_add(step, Ordering::SeqCst);
            self.last = Timestamp::from_millis(time);
            out.push_at(time, self.last);
            self.left -= 1;
        }
        self.is_idle = self.below(3) == 0;
        Ok(if self.is_idle { out.wake_after(Duration::from_millis(1 + self.below(4))) } else { Next::More })
    }

    fn watermark(&self) -> Timestamp {
        self.last
    }

    fn is_idle(&self) -> bool {
        self.is_idle
    }
}

/// Counts what comes in windows of its time, by a key that is another one each time.
type Count = fn(&PCollection<(u64, u64)>) -> PCollection<(u64, u64)>;

fn combined(counts: &PCollection<(u64, u64)>) -> PCollection<(u64, u64)> {
    counts.combine_per_key(Sum)
}

fn grouped(counts: &PCollection<(u64, u64)>) -> PCollection<(u64, u64)> {
    counts.group_by_key().map(|(key, counts)| (key, counts.iter().sum()))
}

fn dealt(counts: &PCollection<(u64, u64)>) -> PCollection<(u64, u64)> {
    counts.reshuffle().group_by_key().map(|(key, counts)| (key, counts.iter().sum()))
}

const COUNTS: [Count; 3] = [combined, grouped, dealt];

/// Counts in so many steps behind each other; what was late, and what came out.
fn counted(naps: &Naps, steps: &[Count], runner: &LocalRunner) -> (u64, u64) {
    let (p, seen) = (Pipeline::new(), Seen::new());
    let all = seen.clone();
    let mut counts =
        p.read(naps.clone()).map(|time| (time as u64 % 13, 1)).window(Windowing::fixed(Duration::from_millis(5)));
    for (i, count) in steps.iter().enumerate() {
        let modulus = [5, 3, 2][i];
        counts =
            count(&counts).map(move |(key, count)| (key.wrapping_mul(7) % modulus, count)).named(["A", "B", "C"][i]);
    }
    counts.combine_per_key(Sum).inspect(move |(_, count)| {
        all.add(count);
    });
    let late = run(&p, runner, &Control::default()).metrics.counter("dropped_late");
    (seen.take().into_iter().sum(), late)
}

fn steps(seed: u64, most: u64) -> Vec<Count> {
    (0..=seed % most).map(|i| COUNTS[(seed / 3 + i) as usize % 3]).collect()
}

#[test]
fn what_an_idle_split_has_read_is_never_late() {
    for_each_seed(600, |seed| {
        let clock = Arc::new(ManualClock::jumping());
        let runner = LocalRunner::new().parallelism(1 + seed as usize % 4).manual_clock(clock).replay(seed);
        let naps = Naps::new(seed, 1 + seed % 5, 12);
        assert_eq!(counted(&naps, &steps(seed, 3), &runner), (naps.all(), 0));
    });
}

#[test]
fn what_an_idle_split_has_read_is_never_late_on_threads() {
    for seed in 0..90 {
        let clock = Arc::new(ManualClock::jumping());
        let runner = LocalRunner::new().parallelism([2, 3, 6][seed as usize % 3]).manual_clock(clock);
        let naps = Naps::new(seed, 2 + seed % 5, 40);
        assert_eq!(counted(&naps, &steps(seed, 3), &runner), (naps.all(), 0), "seed {seed}");
    }
}
