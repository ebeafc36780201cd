//! More than fits into the memory budget, in windows.

use crate::times::{at, ms};
use beamline::prelude::*;
use beamline::testing::{TestPipeline, assert_that};

/// The least that a run can have.
const LITTLE: usize = 16 << 20;

fn pipelines() -> impl Iterator<Item = TestPipeline> {
    [1, 3]
        .into_iter()
        .map(|workers| TestPipeline::new().with_parallelism(workers).with_memory(LITTLE).with_batch_size(1024))
}

/// 60 MB of text: line `n` happens at `n`.
fn lines(p: &Pipeline) -> PCollection<(u64, String)> {
    p.sequence(0..60_000).map(|n| (n, format!("{n:0>1000}"))).with_timestamps(|(n, _)| at(*n as i64))
}

fn one_key(p: &Pipeline) -> PCollection<((), String)> {
    lines(p).map(|(_, line)| ((), line))
}

/// The number of the first line, how many there are, and their sum, if they are gone over twice.
fn digest(lines: Values<String>) -> (u64, usize, u64) {
    let numbers = || lines.iter().map(|line| line.parse::<u64>().unwrap());
    (numbers().min().unwrap(), lines.len(), numbers().sum())
}

fn run_of(first: u64, len: u64) -> (u64, usize, u64) {
    (first, len as usize, (first..first + len).sum())
}

#[test]
fn groups_of_many_windows() {
    for p in pipelines() {
        let groups = one_key(&p).window(Windowing::fixed(ms(100))).group_by_key().map_values(digest).values();
        assert_that(&groups).contains_in_any_order((0..600).map(|i| run_of(i * 100, 100)));
        p.run();
    }
}

#[test]
fn a_window_that_does_not_fit() {
    for p in pipelines() {
        let groups = one_key(&p).window(Windowing::fixed(ms(50_000))).group_by_key().map_values(digest).values();
        assert_that(&groups).contains_in_any_order([run_of(0, 50_000), run_of(50_000, 10_000)]);
        p.run();
    }
}

/// Lines with a gap after each run of `len`: with sessions that are shorter than the gap, each run is one.
fn with_gaps(p: &Pipeline, len: u64) -> PCollection<((), String)> {
    let times = lines(p).with_timestamps(move |(n, _)| at((n + n / len * 10) as i64));
    times.map(|(_, line)| ((), line)).window(Windowing::sessions(ms(5)))
}

#[test]
fn many_sessions_of_a_key_that_does_not_fit() {
    for p in pipelines() {
        let groups = with_gaps(&p, 6).group_by_key().map_values(digest).values();
        assert_that(&groups).contains_in_any_order((0..10_000).map(|i| run_of(i * 6, 6)));
        let longest = with_gaps(&p, 600).combine_per_key((Count, Max)).map(|((), (n, line))| (n, line.len()));
        assert_that(&longest).contains_in_any_order((0..100).map(|_| (600, 1000)));
        p.run();
    }
}

#[test]
fn parts_of_sessions_that_do_not_fit() {
    for p in pipelines() {
        let shuffled = p.sequence(0..60_000).map(|n| n * 7_919 % 60_000);
        let timed = shuffled.with_timestamps(|n| at((n + n / 6 * 10) as i64)).window(Windowing::sessions(ms(5)));
        let lines = timed.map(|n| (n / 6 % 50, format!("{n:0>1000}")));
        let last = lines.combine_per_key(Max).map(|(key, line)| (key, line.parse::<u64>().unwrap()));
        assert_that(&last).contains_in_any_order((0..10_000).map(|session| (session % 50, session * 6 + 5)));
        p.run();
    }
}

#[test]
fn a_session_that_does_not_fit() {
    for p in pipelines() {
        let session = with_gaps(&p, 50_000).group_by_key();
        assert_that(&session.map_values(digest).values())
            .contains_in_any_order([run_of(0, 50_000), run_of(50_000, 10_000)]);
        // It goes through another shuffle, and is gone over there.
        let sizes = session.reshuffle().map_values(|lines| lines.iter().map(|line| line.len()).sum::<usize>()).values();
        assert_that(&sizes).contains_in_any_order([50_000_000, 10_000_000]);
        p.run();
    }
}

#[test]
fn sessions_of_two_collections_that_do_not_fit() {
    for p in pipelines() {
        let left = with_gaps(&p, 20_000);
        let right = left.filter(|((), line)| line.ends_with("500")).map_values(|line| line.len());
        let pairs = left.co_group(&right).map_values(|(lines, lens)| (digest(lines), lens.iter().sum::<usize>()));
        let expected = (0..3).map(|i| (run_of(i * 20_000, 20_000), 20_000));
        assert_that(&pairs.values()).contains_in_any_order(expected);
        p.run();
    }
}

#[test]
fn tables_of_many_windows() {
    for p in pipelines() {
        let counts = lines(&p).window(Windowing::sliding(ms(4), ms(2))).combine_per_key(Max).values();
        assert_that(&counts).has_count(120_000);
        let distinct = lines(&p).values().window(Windowing::fixed(ms(7))).distinct();
        assert_that(&distinct).has_count(60_000);
        p.run();
    }
}

#[test]
fn slices_that_do_not_fit() {
    for p in pipelines() {
        let pairs = lines(&p).map(|(n, line)| (n / 2, line)).window(Windowing::sliding(ms(40), ms(10)));
        let last = pairs.combine_per_key(Max).map_values(|line| line.parse::<u64>().unwrap());
        assert_that(&last).contains_in_any_order((0..30_000).flat_map(|pair| [(pair, 2 * pair + 1); 4]));
        p.run();
    }
}
