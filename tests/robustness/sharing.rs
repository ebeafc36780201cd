//! Slow elements are work for all workers.

use crate::support::{Collect, run};
use beamline::{BoxError, LocalRunner, Next, PCollection, Pipeline, Reader, Source, SourceBatch, SplitTarget};
use std::collections::BTreeMap;
use std::ops::Range;
use std::thread;
use std::time::Duration;

const WORKERS: usize = 4;

/// How many elements each thread gets that takes its time over each of them.
fn shares(elements: &PCollection<u64>) -> Vec<usize> {
    let sink = Collect::new();
    let slow = |_| {
        thread::sleep(Duration::from_millis(5));
        thread::current().name().unwrap().to_owned()
    };
    elements.map(slow).write(sink.clone());
    let graph = elements.pipeline().graph().unwrap();
    run(&LocalRunner::new().parallelism(WORKERS), graph, "slow elements").unwrap();
    let mut shares = BTreeMap::new();
    sink.take().into_iter().for_each(|name| *shares.entry(name).or_insert(0) += 1);
    shares.into_values().collect()
}

fn assert_fair(shares: &[usize]) {
    let all: usize = shares.iter().sum();
    assert_eq!(shares.len(), WORKERS, "{shares:?}");
    assert!(shares.iter().all(|share| share * WORKERS * 3 >= all), "{shares:?}");
}

/// A source of one split that can be divided.
#[derive(Clone)]
struct OneSplit(u64);

impl Source for OneSplit {
    type Out = u64;
    type Split = Range<u64>;
    type Reader = RangeReader;

    fn label(&self) -> String {
        "OneSplit".into()
    }
    fn splits(&self, _target: &SplitTarget) -> Result<Vec<Range<u64>>, BoxError> {
        let all = 0..self.0;
        Ok(vec![all])
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

#[test]
fn one_split_is_read_by_all_workers() {
    assert_fair(&shares(&Pipeline::new().read(OneSplit(400))));
}

#[test]
fn few_elements_are_dealt_out_to_all_workers() {
    assert_fair(&shares(&Pipeline::new().create(0..40u64).reshuffle()));
}

#[test]
fn many_elements_are_dealt_out_to_all_workers() {
    assert_fair(&shares(&Pipeline::new().create(0..400u64).reshuffle()));
}
