//! Any pipeline gives the results of the reference interpreter, whatever the number of workers and the size of batches.

mod build;
mod dag;
mod functions;
mod interpret;
mod source;
#[path = "../support/mod.rs"]
mod support;

use beamline::LocalRunner;
use build::build;
use dag::{Dag, any_dag};
use proptest::prelude::*;

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

proptest! {
    #![proptest_config(config(48))]

    #[test]
    fn any_dag_gives_what_the_interpreter_says(dag in any_dag(24)) {
        for parallelism in [1, 2, 7] {
            for batch_size in [1, 3, 1024] {
                let runner = LocalRunner::new().parallelism(parallelism).batch_size(batch_size);
                check(&dag, &runner).map_err(TestCaseError::fail)?;
            }
        }
    }
}
