//! Sinks that are tried again in runs that are ended.

use super::runner;
use super::store::{Faults, Store};
use beamline::prelude::*;
use beamline::testing::for_each_seed;
use beamline::{ErrorKind, JobControl, JobResult, Retry};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Reads without an end; the run is ended in some way when so many elements have been read. Returns how many were read.
fn end_by(seed: u64, store: &Store, end: fn(&JobControl)) -> (Result<JobResult, ErrorKind>, usize) {
    let (p, (runner, _)) = (Pipeline::new(), runner(seed));
    let (read, control) = (Arc::new(Mutex::new(0)), Arc::new(Mutex::new(None::<JobControl>)));
    let (count, stop) = (read.clone(), control.clone());
    let numbers = p.read(generate(100.0, |n| n)).inspect(move |_| {
        let mut count = count.lock().unwrap();
        *count += 1;
        if *count >= 40 {
            stop.lock().unwrap().iter().for_each(end);
        }
    });
    let retry = Retry::attempts(20).backoff(Duration::from_secs(1), Duration::from_secs(5));
    numbers.try_write(store.clone(), retry).failed.inspect(|_| panic!("all are written in the end"));
    let handle = runner.start(&p.graph().unwrap()).unwrap();
    *control.lock().unwrap() = Some(handle.control());
    let result = handle.wait().map_err(|error| error.kind());
    let read = *read.lock().unwrap();
    (result, read)
}

fn away(shards: Option<u32>) -> Store {
    Store::with(Faults { away: Some(3), ..Faults::default() }, shards)
}

#[test]
fn drained_and_stopped_runs_write_all_that_was_read() {
    for end in [JobControl::drain as fn(&JobControl), JobControl::stop] {
        for_each_seed(18, |seed| {
            let store = away([None, Some(1), Some(4)][seed as usize % 3]);
            let (result, read) = end_by(seed, &store, end);
            assert!(result.unwrap().ending.left_behind().is_empty());
            assert_eq!(store.rows(), (0..read as u64).collect::<Vec<_>>());
            assert_eq!(store.committed().len() as u32, store.left_to_step());
        });
    }
}

#[test]
fn a_cancelled_run_ends_while_a_sink_is_tried() {
    for_each_seed(18, |seed| {
        let never = Faults { away: Some(u64::MAX), ..Faults::default() };
        let store = Store::with(never, [None, Some(4)][seed as usize % 2]);
        let (result, _) = end_by(seed, &store, JobControl::cancel);
        assert_eq!(result.err(), Some(ErrorKind::Cancelled));
        assert!(store.committed().is_empty());
    });
}
