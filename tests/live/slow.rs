//! Steps that take their time.

use crate::{Control, Seen, run, runner};
use beamline::prelude::*;
use beamline::testing::for_each_seed;
use std::time::Duration;

/// By the clock of the run a call takes a second. Nobody waits for more results than those of a batch, and batches are
/// small where they take so long.
#[test]
fn results_of_a_slow_step_leave_soon() {
    for_each_seed(20, |seed| {
        let (runner, clock) = runner(seed);
        let (p, control, begun, ended) = (Pipeline::new(), Control::default(), Seen::new(), Seen::new());
        let (stop, begin, longest) = (control.clone(), begun.clone(), Seen::new());
        let all = p.read(generate(100_000.0, |n| n)).flat_map(move |n| {
            clock.advance(Duration::from_secs(1));
            begin.add(&n);
            [n]
        });
        let waits = longest.clone();
        all.inspect(move |n| {
            let seen = ended.add(n);
            waits.add(&(begun.len() - seen));
            if seen == 300 {
                stop.drain();
            }
        });
        run(&p, &runner.batch_size(64), &control);
        let waits = longest.take();
        assert!(waits[20..].iter().all(|wait| *wait <= 8), "{:?} wait", waits[20..].iter().max());
    });
}
