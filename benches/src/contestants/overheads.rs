//! By hand, what is small by itself and comes in numbers.

use std::collections::HashMap;
use std::thread;

use beamline_bench_data::overheads::{ELEMENTS, STEPS, digest, pair, step};

const BATCH: u64 = 1024;

/// Small tasks, one after the other: sums by key.
pub fn tasks(count: u64) -> u64 {
    (0..count).map(|n| finish(sums(n, 0..ELEMENTS))).fold(0, u64::wrapping_add)
}

/// The same on two threads for each task, started for it and ended with it.
///
/// # Panics
///
/// When one of the threads does.
pub fn tasks_on_two_threads(count: u64) -> u64 {
    (0..count).map(on_two_threads).fold(0, u64::wrapping_add)
}

fn on_two_threads(n: u64) -> u64 {
    let (mut sums, other) = thread::scope(|scope| {
        let first = scope.spawn(move || sums(n, 0..ELEMENTS / 2));
        let second = scope.spawn(move || sums(n, ELEMENTS / 2..ELEMENTS));
        (first.join().expect("the first thread sums"), second.join().expect("the second thread sums"))
    });
    other.into_iter().for_each(|(key, sum)| *sums.entry(key).or_default() += sum);
    finish(sums)
}

fn sums(n: u64, part: std::ops::Range<u64>) -> HashMap<u64, u64> {
    let mut sums = HashMap::new();
    part.map(|index| pair(n, index)).for_each(|(key, value)| *sums.entry(key).or_default() += value);
    sums
}

fn finish(sums: HashMap<u64, u64>) -> u64 {
    sums.into_iter().map(|(key, sum)| digest(key, sum)).fold(0, u64::wrapping_add)
}

/// Batches of 1,024 through steps behind pointers.
pub fn long_chain(elements: u64) -> u64 {
    let steps: Vec<Box<dyn Fn(&mut [u64])>> = (0..STEPS).map(in_batches).collect();
    let mut sum = 0_u64;
    for start in (0..elements).step_by(BATCH as usize) {
        let mut batch: Vec<u64> = (start..elements.min(start + BATCH)).collect();
        steps.iter().for_each(|step| step(&mut batch));
        sum = batch.iter().fold(sum, |sum, number| sum.wrapping_add(*number));
    }
    sum
}

fn in_batches(n: u64) -> Box<dyn Fn(&mut [u64])> {
    Box::new(move |batch| batch.iter_mut().for_each(|number| *number = step(n, *number)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_change_nothing() {
        assert_eq!(tasks(20), tasks_on_two_threads(20));
        assert_ne!(tasks(20), tasks(19));
    }

    #[test]
    fn every_step_is_applied() {
        let expected = (0..3).map(|number| (0..STEPS).fold(number, |number, n| step(n, number)));
        assert_eq!(long_chain(3), expected.fold(0, u64::wrapping_add));
    }
}
