//! Sums by key by hand: `group_by_key` and a sum over a stream of pairs that exists nowhere but in registers.

use std::collections::HashMap as StdMap;
use std::ops::Range;
use std::thread;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use beamline_bench_data::pairs::{Keys, checksum_of};

/// The stream to sum.
#[derive(Clone, Copy, Debug)]
pub struct Stream {
    /// Which keys come how often.
    pub keys: Keys,
    /// How many distinct keys there can be.
    pub distinct: usize,
    /// How many pairs.
    pub pairs: u64,
}

type Sums = HashMap<u64, u64, FixedState>;

/// One table of sums, as large from the start as it will be.
pub fn sum(stream: Stream) -> u64 {
    checksum(&sums(stream, 0..stream.pairs))
}

/// The same on two threads: each sums half of the stream in a table of its own, and one takes over the other's sums.
/// Handing the pairs to the thread that owns their key was no faster, and is not as simple.
///
/// # Panics
///
/// When the other thread does.
pub fn sum_on_two_threads(stream: Stream) -> u64 {
    let middle = stream.pairs / 2;
    let (mut sums, other) = thread::scope(|scope| {
        let other = scope.spawn(move || sums(stream, middle..stream.pairs));
        (sums(stream, 0..middle), other.join().expect("the other thread sums"))
    });
    other.into_iter().for_each(|(key, sum)| add(&mut sums, key, sum));
    checksum(&sums)
}

/// What the words say: every value kept in the group of its key, then every group summed.
pub fn group_then_sum(stream: Stream) -> u64 {
    let mut groups: HashMap<u64, Vec<u64>, FixedState> =
        HashMap::with_capacity_and_hasher(stream.distinct, FixedState::default());
    for (key, value) in (0..stream.pairs).map(|index| stream.keys.pair(index)) {
        groups.entry(key).or_default().push(value);
    }
    checksum_of(
        groups.iter().map(|(key, values)| (*key, values.iter().fold(0, |sum: u64, value| sum.wrapping_add(*value)))),
    )
}

/// The sum as a newcomer writes it: the table of the standard library, growing as it goes.
pub fn sum_naively(stream: Stream) -> u64 {
    let mut sums: StdMap<u64, u64> = StdMap::new();
    for (key, value) in (0..stream.pairs).map(|index| stream.keys.pair(index)) {
        *sums.entry(key).or_insert(0) += value;
    }
    checksum_of(sums.into_iter())
}

fn checksum(sums: &Sums) -> u64 {
    checksum_of(sums.iter().map(|(key, sum)| (*key, *sum)))
}

fn sums(stream: Stream, part: Range<u64>) -> Sums {
    let mut sums = Sums::with_capacity_and_hasher(stream.distinct, FixedState::default());
    for (key, value) in part.map(|index| stream.keys.pair(index)) {
        add(&mut sums, key, value);
    }
    sums
}

#[inline]
fn add(sums: &mut Sums, key: u64, value: u64) {
    let sum = sums.entry(key).or_insert(0);
    *sum = sum.wrapping_add(value);
}
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_sum_alike() {
        for keys in [Keys::Uniform(1000), Keys::zipf(1000)] {
            let stream = Stream { keys, distinct: 1000, pairs: 100_001 };
            let expected = sum_naively(stream);
            assert_eq!(sum(stream), expected);
            assert_eq!(sum_on_two_threads(stream), expected);
            assert_eq!(group_then_sum(stream), expected);
        }
    }
}
