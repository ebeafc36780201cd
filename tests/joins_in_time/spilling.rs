//! More than fits into the memory budget.

use crate::sides::{at, ms};
use beamline::Within;
use beamline::prelude::*;
use beamline::testing::{TestPipeline, assert_that};

/// The least that a run can have.
const LITTLE: usize = 16 << 20;
const KEYS: u64 = 500;

/// 40 MB of text: line `n` happens at `n`, and has the key `n % KEYS`.
fn lines(p: &Pipeline) -> PCollection<(u64, String)> {
    let lines = p.sequence(0..40_000).with_timestamps(|n| at(*n as i64));
    lines.map(|n| (n % KEYS, format!("{n:0>1000}")))
}

/// Versions of each key, at the multiples of 4,000.
fn versions(p: &Pipeline) -> PCollection<(u64, u64)> {
    p.sequence(0..10 * KEYS).with_timestamps(|n| at((n / KEYS * 4_000) as i64)).map(|n| (n % KEYS, n / KEYS))
}

#[test]
fn joins_of_collections_that_end_go_to_disk() {
    for workers in [1, 3] {
        let p = TestPipeline::new().with_parallelism(workers).with_memory(LITTLE).with_batch_size(1024);
        let joined = lines(&p).as_of_join(&versions(&p)).map(|(_, (line, version))| {
            let n: u64 = line.parse().unwrap();
            u64::from(version == Some(n / 4_000))
        });
        assert_that(&joined.combine(Sum)).contains_in_any_order([40_000]);
        // Each version has the 8 lines of its key that come within the next 4,000 instants.
        let near = versions(&p).interval_join(&lines(&p), Within::after(ms(3_999)));
        assert_that(&near).has_count(10 * KEYS * 8);
        p.run();
    }
}
