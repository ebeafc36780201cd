//! Side inputs that cannot be, known while the pipeline is built.

use crate::script::{ms, play};
use beamline::prelude::*;

fn refusal(build: impl Fn(&PCollection<u64>, &PCollection<u64>)) -> String {
    let p = Pipeline::new();
    let (main, side) = play(&p, &[]);
    build(&main, &side);
    p.graph().map(|_| ()).expect_err("it cannot be").to_string()
}

#[test]
fn a_window_without_an_end_needs_a_trigger() {
    let error = refusal(|main, side| drop(main.with_side(side.as_list()).map(|n, list| n + list.len() as u64)));
    assert!(error.contains("AsList") && error.contains("its window never ends"), "{error}");
}

#[test]
fn windows_that_do_not_fit() {
    let tens = || Windowing::fixed(ms(10));
    let error = refusal(|main, side| drop(main.with_side(side.window(tens()).as_list()).map(|n, _| n)));
    assert!(error.contains("elements in the global window cannot read a side input in fixed windows"), "{error}");
    let sessions = || Windowing::sessions(ms(10));
    let error =
        refusal(|main, side| drop(main.window(tens()).with_side(side.window(sessions()).as_list()).map(|n, _| n)));
    assert!(error.contains("a side input cannot be in sessions"), "{error}");
}
