//! Any pipeline gives the results of the reference interpreter, whatever the number of workers and the size of batches.

mod build;
mod dag;
mod functions;
mod interpret;
mod source;
#[path = "../support/mod.rs"]
mod support;

use beamline::{ErrorKind, LocalRunner};
use build::{Written, build, build_failing};
use dag::{Dag, Op, any_dag};
use proptest::prelude::*;
use std::time::Duration;

/// As many cases as take some seconds; `PROPTEST_CASES` asks for more.
fn config(cases: u32) -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(cases);
    ProptestConfig { cases, failure_persistence: None, max_shrink_time: 120_000, ..ProptestConfig::default() }
}

fn check(dag: &Dag, runner: &LocalRunner) -> Result<(), String> {
    let (p, written) = build(dag);
    let what = format!("{runner:?}{dag:?}");
    let graph = p.graph().map_err(|e| e.to_string())?;
    support::run(runner, graph, &what).map_err(|e| format!("{runner:?}: {e}"))?;
    written.iter().try_for_each(|sink| sink.check(dag)).map_err(|e| format!("{runner:?}: {e}"))
}

/// Lets a step fail that all elements of one collection pass, and expects nothing to be left.
fn fail(dag: &Dag, runner: &LocalRunner, at: usize) -> Result<(), String> {
    let (p, written, will_fail) = build_failing(dag, at);
    let graph = p.graph().map_err(|e| e.to_string())?;
    match support::run(runner, graph, &format!("{runner:?}{dag:?}")) {
        Ok(_) if will_fail => return Err(format!("{runner:?}: the error of c{at} was lost")),
        Ok(_) => return written.iter().try_for_each(|sink| sink.check(dag)),
        Err(error) if !error.to_string().contains("on purpose") => return Err(format!("{runner:?}: {error}")),
        Err(_) => written.iter().for_each(Written::assert_nothing_is_left),
    }
    Ok(())
}

/// Cancels a run at some moment: either it has been too late, or nothing is left.
fn cancel(dag: &Dag, runner: &LocalRunner, after: Duration) -> Result<(), String> {
    let (p, written) = build(dag);
    let (graph, runner) = (p.graph().map_err(|e| e.to_string())?, runner.clone());
    let cancelled = move || {
        let handle = runner.start(&graph)?;
        std::thread::sleep(after);
        handle.control().cancel();
        handle.wait()
    };
    match support::finish(cancelled, &format!("{dag:?}")) {
        Ok(_) => written.iter().try_for_each(|sink| sink.check(dag)),
        Err(error) if error.kind() == ErrorKind::Cancelled => {
            written.iter().for_each(Written::assert_nothing_is_left);
            Ok(())
        }
        Err(error) => Err(error.to_string()),
    }
}

proptest! {
    #![proptest_config(config(48))]

    #[test]
    fn an_error_anywhere_stops_everything_and_leaves_nothing(dag in any_dag(16), at: prop::sample::Index) {
        let at = at.index(dag.collections.len());
        for parallelism in [1, 2, 7] {
            let runner = LocalRunner::new().parallelism(parallelism).batch_size(3);
            fail(&dag, &runner, at).map_err(TestCaseError::fail)?;
        }
    }

    #[test]
    fn a_run_can_be_cancelled_at_any_moment(dag in any_dag(16), micros in 0u64..3000) {
        let runner = LocalRunner::new().parallelism(3).batch_size(3);
        cancel(&dag, &runner, Duration::from_micros(micros)).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn any_dag_gives_what_the_interpreter_says(dag in any_dag(24), seed: u64) {
        for parallelism in [1, 2, 7] {
            for batch_size in [1, 3, 1024] {
                let runner = LocalRunner::new().parallelism(parallelism).batch_size(batch_size);
                check(&dag, &runner).map_err(TestCaseError::fail)?;
            }
            let crowded = LocalRunner::new().parallelism(parallelism).batch_size(3).queue_bytes(64);
            check(&dag, &crowded).map_err(TestCaseError::fail)?;
            let replay = LocalRunner::new().parallelism(parallelism).replay(seed);
            check(&dag, &replay).map_err(TestCaseError::fail)?;
        }
    }

    #[test]
    fn any_dag_does_so_without_memory(dag in any_dag(24), table_bytes in 0usize..2000) {
        // Batches are smaller when memory is short.
        prop_assume!(!dag.nodes.iter().any(|node| matches!(node.op, Op::BatchCounts(_))));
        for parallelism in [1, 2, 7] {
            for batch_size in [1, 3, 1024] {
                let runner = LocalRunner::new().parallelism(parallelism).batch_size(batch_size);
                check(&dag, &runner.table_bytes(table_bytes)).map_err(TestCaseError::fail)?;
            }
        }
    }
}
