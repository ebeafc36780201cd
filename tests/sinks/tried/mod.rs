//! Sinks whose elements are tried again, and then given up: what goes where.

mod files;
mod life;
mod net;
mod store;
mod tables;
mod writers;

use beamline::prelude::*;
use beamline::testing::ManualClock;
use beamline::{Json, LocalRunner};
use std::path::Path;
use std::sync::Arc;

/// A runner whose clock jumps to the next attempt: on threads at first, then in an order that follows from the seed.
fn runner(seed: u64) -> (LocalRunner, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::jumping());
    let runner = LocalRunner::new().parallelism(1 + seed as usize % 3).batch_size(8).manual_clock(clock.clone());
    (if seed < 3 { runner } else { runner.replay(seed) }, clock)
}

/// The letters that a run has written to a file.
fn letters_in(p: &Pipeline, file: &Path) -> PCollection<DeadLetter<Json>> {
    p.apply(dead_letters::read(file))
}

fn sorted<T: Ord>(mut values: Vec<T>) -> Vec<T> {
    values.sort();
    values
}
