//! What is kept of a side input that goes on.

use crate::script::{at, ms};
use beamline::combine::{Count, Sum};
use beamline::prelude::*;
use beamline::testing::{TestPipeline, TestStream, assert_that};
use beamline::{Next, Reader, Source, SourceBatch, SplitTarget};

const MIN_MEMORY: usize = 16 << 20;

/// A text of a million bytes.
fn large(n: u64) -> String {
    "0".repeat(999_980) + &format!("{n:0>20}")
}

/// Windows whose values together are far larger than memory.
#[test]
fn values_of_windows_that_are_over_are_forgotten() {
    const WINDOWS: u64 = 64;
    let (mut main, mut side) = (TestStream::new(), TestStream::new());
    for n in 0..WINDOWS {
        let time = n as i64 * 10;
        main = main.element(at(time), n).advance_watermark_to(at(time + 9));
        side = side.element(at(time), n).advance_watermark_to(at(time + 10));
    }
    for workers in [1, 3] {
        let p = TestPipeline::new().with_parallelism(workers).with_memory(MIN_MEMORY);
        let (main, side) = (p.apply(main.clone()), p.apply(side.clone()));
        let texts = side.window(Windowing::fixed(ms(10))).map(large).as_singleton();
        let sizes = main.window(Windowing::fixed(ms(10))).with_side(texts);
        assert_that(&sizes.map(|n, text| (text.len(), text.ends_with(&n.to_string()))))
            .satisfies(|sizes| assert_eq!(sizes, [(1_000_000, true); WINDOWS as usize]));
        p.run();
    }
}

#[test]
fn values_that_are_needed_and_do_not_fit_are_an_error() {
    let (mut main, mut side) = (TestStream::new().element(at(0), 1u64), TestStream::new());
    for n in 0..64u64 {
        // It goes on, and may have elements for any window still.
        main = main.elements([]);
        let time = n as i64 * 10;
        side = side.element(at(time), n).advance_watermark_to(at(time + 10));
    }
    let p = TestPipeline::new().with_memory(MIN_MEMORY);
    let (main, side) = (p.apply(main), p.apply(side));
    let texts = side.window(Windowing::fixed(ms(10))).map(large).as_singleton();
    let _ = main.window(Windowing::fixed(ms(10))).with_side(texts).map(|n, text| n + text.len() as u64);
    let error = p.try_run().expect_err("64 MB are too much").to_string();
    assert!(error.contains("the side input does not fit into memory") && error.contains("AsSingleton"), "{error}");
}

/// Numbers that are their own timestamps in milliseconds, from a source that says it has no end.
#[derive(Clone)]
struct Ticks(u64);

impl Source for Ticks {
    type Out = u64;
    type Split = u64;
    type Reader = Ticking;

    fn label(&self) -> String {
        "Ticks".to_owned()
    }

    fn is_bounded(&self) -> bool {
        false
    }

    fn splits(&self, _: &SplitTarget) -> Result<Vec<u64>, BoxError> {
        Ok(vec![self.0])
    }

    fn describe(&self, _: &u64) -> String {
        "ticks".to_owned()
    }

    fn open(&self, end: u64) -> Result<Ticking, BoxError> {
        Ok(Ticking { next: 0, end })
    }
}

struct Ticking {
    next: u64,
    end: u64,
}

impl Reader for Ticking {
    type Out = u64;
    type Split = u64;

    fn poll(&mut self, out: &mut SourceBatch<'_, u64>) -> Result<Next, BoxError> {
        while self.next < self.end && !out.is_full() {
            out.push_at(self.next, at(self.next as i64));
            self.next += 1;
        }
        Ok(if self.next == self.end { Next::Done } else { Next::More })
    }

    fn watermark(&self) -> Timestamp {
        at(self.next as i64)
    }
}

/// One source is read far beyond the other, so that most of its elements wait, more than memory holds.
#[test]
fn every_element_sees_its_window_however_long_it_waits() {
    const TICKS: u64 = 300_000;
    for workers in [1, 2, 4] {
        let p = TestPipeline::new().with_parallelism(workers).with_batch_size(256).with_memory(MIN_MEMORY);
        let main = p.read(Ticks(TICKS)).named("Main").window(Windowing::fixed(ms(100)));
        let side = p.read(Ticks(TICKS)).named("Side").window(Windowing::fixed(ms(1000)));
        let count = side.combine(Count).as_singleton();
        let texts = main.map(|n| format!("{n:0>100}"));
        let right = texts.with_side(count).filter(|text, count| text.len() == 100 && *count == 1000);
        let counts = right.combine(Count).window(Windowing::fixed(ms(TICKS))).combine(Sum);
        assert_that(&counts).contains_in_any_order([TICKS]);
        p.run();
    }
}
