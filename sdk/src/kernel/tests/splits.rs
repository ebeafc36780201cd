//! Splits of a source on several workers: nothing is read twice or not at all, and nobody starves.

use super::{Rig, env, step};
use crate::kernel::Stamp;
use crate::kernel::{Polled, ReadFactory, SourceFactory, SourceHead, SourceRun};
use crate::{BoxError, Next, Reader, Source, SourceBatch, SplitTarget};
use proptest::prelude::*;
use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

/// Some ranges of numbers, each of which can be divided.
#[derive(Clone)]
struct Ranges(Vec<Range<u64>>);

impl Source for Ranges {
    type Out = u64;
    type Split = Range<u64>;
    type Reader = RangeReader;

    fn label(&self) -> String {
        "Ranges".into()
    }
    fn splits(&self, _target: &SplitTarget) -> Result<Vec<Range<u64>>, BoxError> {
        Ok(self.0.clone())
    }
    fn describe(&self, split: &Range<u64>) -> String {
        format!("{split:?}")
    }
    fn open(&self, split: Range<u64>) -> Result<RangeReader, BoxError> {
        Ok(RangeReader(split))
    }
}

struct RangeReader(Range<u64>);

impl Reader for RangeReader {
    type Out = u64;
    type Split = Range<u64>;

    fn poll(&mut self, out: &mut SourceBatch<'_, u64>) -> Result<Next, BoxError> {
        while !out.is_full() {
            match self.0.next() {
                Some(x) => out.push(x),
                None => return Ok(Next::Done),
            }
        }
        Ok(Next::More)
    }

    fn try_split(&mut self, fraction: f64) -> Option<Range<u64>> {
        let share = ((self.0.end - self.0.start) as f64 * fraction) as u64;
        let middle = self.0.end - share;
        let given = middle..self.0.end;
        self.0.end = middle;
        (share > 0).then_some(given)
    }
}

/// The part of one worker, and what it has read.
type Part = (Rc<RefCell<dyn SourceHead>>, Rc<RefCell<Vec<(u64, Stamp)>>>);

fn heads(splits: &[u64], workers: usize) -> Vec<Part> {
    let bounds = splits.iter().scan(0, |end, len| {
        *end += len;
        Some(*end - len..*end)
    });
    let source = Ranges(bounds.collect());
    let run: Arc<dyn SourceRun> = ReadFactory(source).start(&step(), &SplitTarget { parallelism: workers }).unwrap();
    (0..workers)
        .map(|worker| {
            let env = env(worker, workers, 8, 0);
            let rig = Rig::new(&env);
            (run.clone().head(&rig.wiring), rig.rows)
        })
        .collect()
}

/// Lets every worker poll once, and gives the answers.
fn round(heads: &[Part]) -> Vec<Polled> {
    heads.iter().map(|(head, _)| head.borrow_mut().poll().unwrap()).collect()
}

fn take_turns(heads: &[Part], turns: &[usize]) {
    for turn in turns {
        heads[turn % heads.len()].0.borrow_mut().poll().unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn everything_is_read_once(
        splits in prop::collection::vec(0u64..100, 0..5),
        workers in 1usize..5,
        turns in prop::collection::vec(0usize..5, 0..100),
    ) {
        let heads = heads(&splits, workers);
        take_turns(&heads, &turns);
        let mut rounds = 0;
        while round(&heads).iter().any(|polled| *polled != Polled::Done) {
            rounds += 1;
            prop_assert!(rounds < 2000, "it ends");
        }
        let mut all: Vec<u64> = heads.iter().flat_map(|(_, rows)| rows.take()).map(|(x, _)| x).collect();
        all.sort_unstable();
        prop_assert!(all.into_iter().eq(0..splits.iter().sum()));
    }

    #[test]
    fn whoever_is_idle_gets_a_share_soon(
        small in prop::collection::vec(1u64..20, 0..5),
        workers in 2usize..6,
        turns in prop::collection::vec(0usize..5, 0..60),
    ) {
        let heads = heads(&[&[100_000], &*small].concat(), workers);
        take_turns(&heads, &turns);
        let rounds: Vec<_> = (0..10).map(|_| round(&heads)).collect();
        for worker in 0..workers {
            prop_assert!(rounds.iter().any(|polled| polled[worker] == Polled::Worked), "{worker}: {rounds:?}");
        }
    }
}
