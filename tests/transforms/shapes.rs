//! Graphs of every shape.

use crate::support::{everywhere, everywhere_with, nothing, owned, sorted, spread};
use beamline::prelude::*;
use beamline::testing::{TestPipeline, assert_that};
use std::sync::{Arc, Mutex};

#[test]
fn a_collection_read_many_times() {
    everywhere(|p| {
        let numbers = p.sequence(0..3000).map(|n| n + 1);
        for factor in 1..5 {
            assert_that(&numbers.map(move |n| n * factor).combine(Sum)).contains_in_any_order([4_501_500 * factor]);
        }
        assert_that(&numbers).has_count(3000);
        assert_that(&numbers.distinct()).has_count(3000);
    });
}

#[test]
fn diamonds() {
    everywhere(|p| {
        let top = p.sequence(0..2000);
        let (left, right) = (top.map(|n| (n, 'l')), top.reshuffle().map(|n| (n, 'r')));
        let bottom = left.flatten_with(&right);
        assert_that(&bottom.keys().count_per_element().filter(|(_, n)| *n == 2)).has_count(2000);
        // A diamond on a diamond, through shuffles on both sides.
        let joined = left.join(&right).map(|(n, _)| n);
        let again = joined.distinct().flatten_with(&bottom.keys().distinct()).count_per_element();
        assert_that(&again.filter(|(_, n)| *n != 2)).is_empty();
        assert_that(&again).has_count(2000);
    });
}

#[test]
fn a_chain_of_shuffles() {
    everywhere(|p| {
        let mut pairs = p.sequence(0..1000).map(|n| (n, 1));
        for _ in 0..10 {
            pairs = pairs.combine_per_key(Sum).map(|(key, n)| ((key + 1) % 1000, n)).reshuffle();
        }
        assert_that(&pairs).contains_in_any_order((0..1000).map(|n| (n, 1)));
    });
}

#[test]
fn a_long_chain_of_steps() {
    everywhere(|p| {
        let numbers = (0..200).fold(p.sequence(0..100), |numbers, _| numbers.map(|n| n + 1));
        assert_that(&numbers).contains_in_any_order(200..300);
    });
}

#[test]
fn a_ladder_of_flattens_doubles_each_time() {
    everywhere(|p| {
        let numbers = (0..8).fold(p.sequence(0..10), |numbers, _| numbers.flatten_with(&numbers.map(|n| n)));
        assert_that(&numbers.count_per_element()).contains_in_any_order((0..10).map(|n| (n, 256)));
    });
}

#[test]
fn several_sources() {
    everywhere(|p| {
        let parts: Vec<_> = (0..6).map(|i| p.sequence(i * 1000..(i + 1) * 1000)).collect();
        assert_that(&p.flatten(&parts)).contains_in_any_order(0..6000);
        let counts: Vec<_> = parts.iter().map(PCollection::count).collect();
        assert_that(&p.flatten(&counts)).contains_in_any_order([1000; 6]);
    });
}

#[test]
fn pipelines_that_do_not_touch_each_other_run_together() {
    everywhere(|p| {
        assert_that(&p.sequence(0..10).distinct()).contains_in_any_order(0..10);
        assert_that(&spread(p, owned(["a"])).count_per_element()).has_count(1);
        assert_that(&nothing::<u8>(p)).is_empty();
    });
}

#[test]
fn a_pipeline_without_steps_runs() {
    everywhere_with(|_| (), |result| assert!(result.metrics.steps.is_empty()));
}

#[test]
fn empty_collections_everywhere() {
    everywhere(|p| {
        let none = nothing::<(u32, String)>(p);
        let lists = none.group_by_key().map_values(|values| sorted(values).len());
        let joined = none.join(&none.full_join(&lists));
        let shuffled = joined.keys().distinct().reshuffle().key_by(|n| *n).group_into_batches(3);
        assert_that(&shuffled).is_empty();
        let view = none.as_map();
        assert_that(&none.keys().with_side(view.clone()).map(|n, map| n + map.len() as u32)).is_empty();
        assert_that(&p.create([1]).with_side(view).map(|n, map| n + map.len())).contains_in_any_order([1]);
        let parts = none.partition(2, |_| 0);
        assert_that(&parts[0].flatten_with(&parts[1]).values().combine(ToList)).contains_in_any_order([vec![]]);
    });
}

/// Writes into a vector, once everything has been written.
#[derive(Clone, Default)]
struct Shelf {
    shards: Option<u32>,
    visible: Arc<Mutex<Vec<Vec<u64>>>>,
}

struct ShelfWriter(Vec<u64>);

impl beamline::Sink<u64> for Shelf {
    type Writer = ShelfWriter;
    type Commit = Vec<u64>;
    fn label(&self) -> String {
        "Shelf".to_owned()
    }
    fn shards(&self) -> Option<u32> {
        self.shards
    }
    fn open(&self, _shard: beamline::Shard) -> Result<ShelfWriter, BoxError> {
        Ok(ShelfWriter(Vec::new()))
    }
    fn commit(&self, prepared: Vec<Vec<u64>>) -> Result<(), BoxError> {
        *self.visible.lock().unwrap() = prepared;
        Ok(())
    }
    fn abort(&self, _prepared: Vec<Vec<u64>>) {}
}

impl beamline::Writer<u64> for ShelfWriter {
    type Commit = Vec<u64>;
    fn write(&mut self, n: u64) -> Result<(), BoxError> {
        self.0.push(n);
        Ok(())
    }
    fn prepare(self) -> Result<Vec<u64>, BoxError> {
        Ok(self.0)
    }
}

impl Shelf {
    fn with_shards(shards: u32) -> Self {
        Self { shards: Some(shards), ..Self::default() }
    }

    fn contents(&self) -> Vec<u64> {
        sorted(self.visible.lock().unwrap().concat())
    }
}

#[test]
fn several_sinks() {
    for parallelism in [1, 2, 7] {
        let p = TestPipeline::new().with_parallelism(parallelism);
        let (all, three, sums) = (Shelf::default(), Shelf::with_shards(3), Shelf::with_shards(1));
        let numbers = p.sequence(0..3000);
        numbers.write(all.clone()).named("All");
        numbers.map(|n| n + 1).write(three.clone());
        numbers.combine(Sum).write(sums.clone());
        p.run();
        assert_eq!(all.contents(), (0..3000).collect::<Vec<_>>());
        assert_eq!(all.visible.lock().unwrap().len(), parallelism);
        assert_eq!(three.contents(), (1..3001).collect::<Vec<_>>());
        assert_eq!(three.visible.lock().unwrap().len(), 3);
        assert_eq!(sums.contents(), [4_498_500]);
    }
}

#[test]
fn every_shard_is_written_also_if_it_is_empty() {
    let p = TestPipeline::new();
    let shelf = Shelf::with_shards(4);
    nothing::<u64>(&p).write(shelf.clone());
    p.run();
    assert_eq!(*shelf.visible.lock().unwrap(), vec![Vec::<u64>::new(); 4]);
}

#[test]
fn nothing_is_visible_after_a_failure() {
    for parallelism in [1, 2, 7] {
        let p = TestPipeline::new().with_parallelism(parallelism);
        let shelf = Shelf::default();
        let numbers = p.sequence(0..3000);
        numbers.write(shelf.clone());
        let _ = numbers.combine(Sum).map(|n| assert!(n == 0, "not zero"));
        assert!(p.try_run().is_err());
        assert!(shelf.contents().is_empty());
    }
}

#[test]
fn a_pipeline_can_be_run_again() {
    let p = TestPipeline::new();
    let numbers = p.sequence(0..100).distinct();
    assert_that(&numbers).has_count(100);
    p.run();
    assert_that(&numbers.map(|n| n % 2).distinct()).contains_in_any_order([0, 1]);
    p.run();
}

#[test]
fn collections_of_another_pipeline_are_refused() {
    let refused = |build: fn(&TestPipeline, &TestPipeline), step: &str| {
        let (p, q) = (TestPipeline::new(), TestPipeline::new());
        build(&p, &q);
        let error = p.try_run().unwrap_err();
        assert_eq!(error.kind(), beamline::ErrorKind::Graph);
        assert_eq!(error.step().map(|s| s.name.as_str()), Some(step));
        assert_eq!(error.step().map(|s| s.location.file()), Some(file!()));
        assert!(error.to_string().contains("pipeline"), "{error}");
    };
    refused(|p, q| drop(p.create([1]).flatten_with(&q.create([1]))), "Flatten");
    refused(|p, q| drop(p.create([(1, 2)]).co_group(&q.create([(1, 2)]))), "CoGroup");
    refused(|p, q| drop(p.create([(1, 2)]).join(&q.create([(1, 2)]))), "Join/CoGroup");
    refused(|p, q| drop(p.create([1]).with_side(q.create([1]).as_singleton()).map(|a, b| a + b)), "MapWithSide");
}
