//! More than fits into the memory budget.

use beamline::ErrorKind;
use beamline::prelude::*;
use beamline::testing::{TestPipeline, assert_that};

/// The least that a run can have.
const LITTLE: usize = 16 << 20;

fn pipelines() -> impl Iterator<Item = TestPipeline> {
    [1, 3]
        .into_iter()
        .map(|workers| TestPipeline::new().with_parallelism(workers).with_memory(LITTLE).with_batch_size(1024))
}

/// 60 MB of text, in as many lines as numbers.
fn lines(p: &Pipeline) -> PCollection<(u64, String)> {
    p.sequence(0..60_000).map(|n| (n, format!("{n:0>1000}")))
}

#[test]
fn groups_that_do_not_fit_together() {
    for p in pipelines() {
        let groups = lines(&p).map(|(n, line)| (n % 1000, line)).group_by_key();
        let checked = groups.map(|(key, lines)| {
            let twice = [lines.iter().count(), lines.iter().count()];
            assert!(lines.iter().all(|line| line.parse::<u64>().unwrap() % 1000 == key));
            (key, twice)
        });
        assert_that(&checked).contains_in_any_order((0..1000).map(|key| (key, [60, 60])));
        p.run();
    }
}

#[test]
fn a_group_that_does_not_fit() {
    for p in pipelines() {
        let group = lines(&p).map(|(_, line)| ("hot".to_owned(), line)).group_by_key();
        let sizes = group.map_values(|lines| (lines.len(), lines.iter().map(|line| line.len()).sum::<usize>()));
        assert_that(&sizes).contains_in_any_order([("hot".to_owned(), (60_000, 60_000_000))]);
        // It goes through another shuffle, and is gone over there.
        let least = group.reshuffle().map_values(|lines| lines.into_iter().min().map(|line| line.len()));
        assert_that(&least).contains_in_any_order([("hot".to_owned(), Some(1000))]);
        p.run();
    }
}

#[test]
fn tables_that_do_not_fit() {
    for p in pipelines() {
        let lines = lines(&p);
        assert_that(&lines.values().distinct().map(|line| line.len()).combine((Count, Sum)))
            .contains_in_any_order([(60_000, 60_000_000)]);
        let longest = lines.combine_per_key(Max).map(|(n, line)| n + line.len() as u64);
        assert_that(&longest.combine((Count, Sum))).contains_in_any_order([(60_000, 1_859_970_000)]);
        p.run();
    }
}

#[test]
fn joins_that_do_not_fit() {
    for p in pipelines() {
        let lines = lines(&p);
        let joined = lines.filter(|(n, _)| n % 2 == 0).full_join(&lines);
        let sides = joined.map_values(|(l, r)| (l.is_some(), r.is_some())).values().count_per_element();
        assert_that(&sides).contains_in_any_order([((true, true), 30_000), ((false, true), 30_000)]);
        p.run();
    }
}

#[test]
fn an_input_held_for_a_side_input() {
    for p in pipelines() {
        let lines = lines(&p);
        let count = lines.count().as_singleton();
        let held = lines.with_side(count).map(|(n, line), count| n + line.len() as u64 + count);
        assert_that(&held.combine((Count, Max))).contains_in_any_order([(60_000, 120_999)]);
        p.run();
    }
}

#[test]
fn a_side_input_that_does_not_fit() {
    for p in pipelines() {
        let lines = lines(&p).as_list();
        let _ = p.create([1]).with_side(lines).map(|n, lines| n + lines.len());
        let error = p.try_run().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Memory, "{error}");
        assert_eq!(error.step().map(|s| s.name.as_str()), Some("AsList"));
    }
}

#[test]
fn batches_that_do_not_fit_are_let_go_early() {
    for p in pipelines() {
        let batches = lines(&p).map(|(n, line)| (n % 3, line)).group_into_batches(15_000);
        let sizes = batches.map(|(_, batch)| batch.len() as u64);
        assert_that(&sizes.combine(Sum)).contains_in_any_order([60_000]);
        assert_that(&sizes.filter(|n| *n > 15_000)).is_empty();
        p.run();
    }
}
