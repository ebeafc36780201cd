//! Reads standard input as a stream, by a clock that is set by hand and in the order that follows from a seed, until a verb
//! ends it: the subject of tests.

#[path = "../live/control.rs"]
#[allow(dead_code, reason = "the tests that it is made for use the rest")]
mod control;
#[path = "../live/verb.rs"]
#[allow(dead_code, reason = "the tests that it is made for use the rest")]
mod verb;

use beamline::LocalRunner;
use beamline::prelude::*;
use beamline::testing::ManualClock;
use std::sync::Arc;
use std::time::Duration;
use verb::{Time, Verb};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [verb, seed] = args.as_slice() else { panic!("a verb and a seed are wanted") };
    let seed = seed.parse().expect("a seed is a number");
    match Verb::ALL.into_iter().find(|known| format!("{known:?}") == *verb) {
        Some(verb) => {
            verb.check(seed, Time::WhenRead, |p, verb| verb.read(p, text::stdin_stream()));
            println!("as it should");
        }
        None if verb == "Count" => count(seed),
        None => panic!("no such verb: {verb}"),
    }
}

/// Counts the lines of each second to the end.
fn count(seed: u64) {
    let p = Pipeline::new();
    let lines = p.read(text::stdin_stream()).window(Windowing::fixed(Duration::from_secs(1)));
    lines.count().for_each(|count| {
        println!("{count}");
        Ok(())
    });
    let runner = LocalRunner::new().manual_clock(Arc::new(ManualClock::default())).replay(seed);
    p.run_with(&runner).expect("it ends with its input");
}
