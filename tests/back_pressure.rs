//! Full queues.

use beamline::LocalRunner;
use beamline::prelude::*;
use beamline::testing::assert_that;

/// Two stages behind each other that send while they receive: each worker may have to wait in the later one while others
/// wait for it, and must not begin with the earlier one then.
#[test]
fn streaming_shuffles_do_not_wait_for_each_other() {
    for workers in [2, 3, 7] {
        let p = Pipeline::new();
        let pairs = p.sequence(0..30_000).reshuffle().map(|n| n + 1).reshuffle().map(|n| (n % 100, n));
        assert_that(&pairs.group_by_key().map(|(_, rows)| rows.len())).contains_in_any_order([300; 100]);
        p.run_with(&LocalRunner::new().parallelism(workers).batch_size(16).queue_bytes(64)).unwrap();
    }
}
