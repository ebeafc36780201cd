//! Whatever happens to a grouping, it gives the panes that the reference model gives (`drivers/model`).
//!
//! `PROPTEST_CASES=200000 cargo test -p beamline-tests --release --test event_time` for more cases. A failure prints the script that it
//! has shrunk to, and both lists of panes.

mod agree;
mod coverage;
mod custom;
mod drivers;
mod generate;
mod latitude;

use agree::assert_agree;
use beamline::Timestamp;
use beamline::window::{Accumulation, Trigger, Windowing};
use drivers::{Element, Event, Model, Script, engines, rules};
use generate::any_script;
use latitude::settled;
use proptest::prelude::*;
use std::time::Duration;

/// As many cases as take some seconds; `PROPTEST_CASES` asks for more.
fn config(cases: u32) -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(cases);
    ProptestConfig {
        cases,
        failure_persistence: None,
        max_shrink_time: 120_000,
        // As many as it takes: which scripts are left out is counted elsewhere.
        max_global_rejects: u32::MAX,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config(6000))]

    #[test]
    fn the_rules_give_the_panes_of_the_model(script in any_script()) {
        for driver in rules() {
            assert_agree(&script, &Model::usual(), &*driver)?;
        }
    }
}

proptest! {
    #![proptest_config(config(250))]

    #[test]
    fn the_engine_gives_the_panes_of_the_model(script in any_script(), seed: u64) {
        let strategy = script.strategy().map_err(TestCaseError::fail)?;
        prop_assume!(strategy.check_grouping(false).is_ok(), "a stream is unbounded");
        let settled = settled(&script).map_err(TestCaseError::fail)?;
        prop_assume!(settled.is_some(), "runners may differ");
        for driver in engines(seed) {
            assert_agree(&script, &Model::usual(), &*driver)?;
        }
    }
}

#[test]
fn a_mark_on_a_late_element_is_seen() {
    let trigger = Trigger::after_watermark().late(Trigger::after_punctuation());
    let windowing = Windowing::fixed(Duration::from_millis(10)).allowed_lateness(Duration::from_millis(10));
    let time = Timestamp::from_millis(2);
    let element = |value, punctuates| Element { key: "a".to_owned(), value, time, punctuates };
    let script = Script {
        windowing: windowing.trigger(trigger, Accumulation::Discarding),
        groupings: 1,
        events: vec![
            Event::Watermark(Timestamp::from_millis(10)),
            Event::Elements(vec![element(1, false), element(2, false), element(3, true)]),
            Event::Watermark(Timestamp::MAX),
        ],
    };
    engines(0).iter().for_each(|driver| assert_agree(&script, &Model::usual(), &**driver).unwrap());
}
