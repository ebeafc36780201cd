//! More data than memory: groupings go to disk, and their results are the same.

mod collisions;
mod combining;
mod grouping;
mod resident;
mod side_inputs;
#[path = "../support/mod.rs"]
mod support;

use beamline::{Element, LocalRunner, PCollection};
use beamline_local::MIN_MEMORY;
use support::Collect;

/// The least memory, on two workers.
fn runner() -> LocalRunner {
    LocalRunner::new().parallelism(2).memory(MIN_MEMORY)
}

/// Runs the pipeline of a collection and gives its elements.
fn elements<T: Element>(collection: &PCollection<T>, runner: &LocalRunner, what: &str) -> Vec<T> {
    let sink = Collect::new();
    collection.write(sink.clone());
    let graph = collection.pipeline().graph().unwrap();
    support::run(runner, graph, what).unwrap();
    sink.take()
}

/// The one element of a collection.
fn only<T: Element>(collection: &PCollection<T>, what: &str) -> T {
    let mut all = elements(collection, &runner(), what);
    assert_eq!(all.len(), 1);
    all.pop().unwrap()
}

/// A string of 40 bytes or so.
fn text(i: u64) -> String {
    format!("{i:08} and some more of the text")
}

/// The sum of `0..n`.
fn sum_to(n: u64) -> u64 {
    n * (n - 1) / 2
}
