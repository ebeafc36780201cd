//! Long and wide pipelines whose edges are full all the time.

use crate::support::{Collect, run};
use beamline::combine::{Count, Sum};
use beamline::{LocalRunner, PCollection, Pipeline};

/// Runs with edges that are full at once, on few and on many workers.
fn crowded(build: impl Fn(&Pipeline) -> PCollection<u64>, expected: (u64, u64)) {
    for workers in [1, 2, 7] {
        for queue in [0, 1000] {
            let p = Pipeline::new();
            let sink = Collect::new();
            build(&p).combine((Count, Sum)).write(sink.clone());
            let runner = LocalRunner::new().parallelism(workers).batch_size(10).queue_bytes(queue);
            run(&runner, p.graph().unwrap(), &format!("{workers} workers, {queue} bytes")).unwrap();
            assert_eq!(sink.take(), [expected]);
        }
    }
}

#[test]
fn a_long_chain_of_shuffles() {
    let build = |p: &Pipeline| {
        let mut numbers = p.sequence(0..3000);
        for i in 0..60 {
            numbers = match i % 3 {
                0 => numbers.reshuffle(),
                1 => numbers.key_by(|x| x % 100).group_by_key().flat_map(|(_, values)| values),
                _ => numbers.map(move |x| (x + 1) % 3000).distinct(),
            };
        }
        numbers
    };
    crowded(build, (3000, 2999 * 3000 / 2));
}

#[test]
fn a_ladder_of_joins() {
    let build = |p: &Pipeline| {
        let pairs = p.sequence(0..500).map(|x| (x, 1u64));
        let mut left = pairs.clone();
        for _ in 0..12 {
            let right = left.reshuffle();
            left = left.join(&right).map(|(key, (l, r))| ((key + 1) % 500, l.max(r)));
            left = left.flatten_with(&pairs.filter(|_| false));
        }
        left.map(|(key, one)| key + one)
    };
    crowded(build, (500, 499 * 500 / 2 + 500));
}

#[test]
fn many_side_inputs_one_after_the_other() {
    let build = |p: &Pipeline| {
        let source = p.sequence(0..1000);
        let mut numbers = source.clone();
        for i in 0..20 {
            let count = match i % 4 {
                0 => numbers.count().as_singleton(),
                1 => source.count().as_singleton(),
                2 => numbers.reshuffle().count().as_singleton(),
                _ => p.sequence(0..1000).count().as_singleton(),
            };
            numbers = numbers.with_side(count).map(|x, count| x + count - 1000);
        }
        numbers
    };
    crowded(build, (1000, 999 * 1000 / 2));
}

#[test]
fn many_side_inputs_at_once() {
    let build = |p: &Pipeline| {
        let source = p.sequence(0..600);
        let parts = source.partition(6, |x| (*x % 6) as usize);
        let sums: Vec<_> = parts
            .iter()
            .zip(parts.iter().rev())
            .map(|(part, other)| {
                let (list, count) = (other.reshuffle().as_list(), source.count().as_singleton());
                let map = source.map(|x| (x, x)).as_map();
                part.with_side((list, count, map)).map(|x, (list, count, map)| map[&x] + list.len() as u64 + count)
            })
            .collect();
        p.flatten(&sums)
    };
    crowded(build, (600, 599 * 300 + 600 * 700));
}

#[test]
fn an_explosion_through_a_diamond() {
    let build = |p: &Pipeline| {
        let many = p.create([20_000u64]).flat_map(|n| 0..n);
        let left = many.reshuffle().key_by(|x| *x);
        let right = many.key_by(|x| *x).combine_per_key(Sum);
        let count = many.count().as_singleton();
        left.join(&right).with_side(count).map(|(key, (l, r)), count| key + l - r + count - 20_000)
    };
    crowded(build, (20_000, 19_999 * 10_000));
}
