//! That the scripts of the property tests are about something.

use crate::drivers::{Driver, Model, Outcome, Produced, Script};
use crate::generate::any_script;
use crate::latitude::settled;
use beamline::Timestamp;
use beamline::window::{AnyWindowFn, Timing, Window};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use std::collections::BTreeMap;

type Corner = (&'static str, fn(&Produced) -> bool);

/// What a pane can be.
const PANES: [Corner; 13] = [
    ("early", |p| p.pane.timing == Timing::Early && !p.pane.last),
    ("the second early one", |p| p.pane.timing == Timing::Early && !p.pane.first),
    ("on time and neither first nor last", |p| p.pane.timing == Timing::OnTime && !p.pane.first && !p.pane.last),
    ("on time and empty", |p| p.pane.timing == Timing::OnTime && p.values.is_empty()),
    ("late without one before", |p| p.pane.timing == Timing::Late && p.pane.first),
    ("late after one on time", |p| p.pane.timing == Timing::Late && p.pane.on_time_index.is_some_and(|n| n > 0)),
    ("last and empty", |p| p.pane.last && p.values.is_empty()),
    ("of several values", |p| p.values.len() > 2),
    ("before the end of its window", |p| p.timestamp < p.window.max_timestamp()),
    ("taken back", |p| p.pane.is_retraction()),
    ("of the global window", |p| p.window == Window::GLOBAL),
    ("before the epoch", |p| p.window.end.millis() < 0 && p.window.start > Timestamp::MIN),
    ("at the beginning of time", |p| p.window.start == Timestamp::MIN && p.window != Window::GLOBAL),
];

fn is_merged(script: &Script, pane: &Produced) -> bool {
    let strategy = script.strategy().expect("it can be carried out");
    let length = pane.window.end.millis() - pane.window.start.millis();
    matches!(strategy.window_fn(), AnyWindowFn::Sessions(f) if length > f.gap_millis())
}

fn merges_by_function(script: &Script) -> bool {
    let strategy = script.strategy().expect("it can be carried out");
    matches!(strategy.window_fn(), AnyWindowFn::Custom(_)) && strategy.needs_merging()
}

/// Something is taken back in a window that shows nothing in its place.
fn takes_back_for_good(outcome: &Outcome) -> bool {
    let is_for = |a: &Produced, b: &Produced| a.key == b.key && a.window == b.window && a.step == b.step;
    let is_replaced =
        |gone: &Produced| outcome.panes.iter().any(|pane| is_for(pane, gone) && !pane.pane.is_retraction());
    outcome.panes.iter().any(|pane| pane.pane.is_retraction() && !is_replaced(pane))
}

fn waits_for_punctuation(script: &Script) -> bool {
    script.strategy().expect("it can be carried out").trigger().waits_for_punctuation()
}

fn corners(script: &Script, outcome: &Outcome) -> Vec<&'static str> {
    let of_panes = PANES.iter().filter(|(_, is)| outcome.panes.iter().any(is)).map(|(name, _)| *name);
    let others = [
        ("a merged session", outcome.panes.iter().any(|pane| is_merged(script, pane))),
        ("windows merged by a function of the user", merges_by_function(script) && outcome.panes.len() > 2),
        ("something taken back for good", takes_back_for_good(outcome)),
        ("a trigger that waits for punctuation", waits_for_punctuation(script) && !outcome.panes.is_empty()),
        ("results grouped once more", script.groupings > 1 && outcome.panes.len() > 2),
        ("results of retractions", script.groupings > 1 && outcome.panes.iter().any(|pane| pane.pane.is_retraction())),
        ("an element dropped because it is late", outcome.dropped_late > 0),
        ("an element dropped because its window is closed", outcome.dropped_closed > 0),
    ];
    of_panes.chain(others.into_iter().filter(|(_, is)| *is).map(|(name, _)| name)).collect()
}

#[test]
fn scripts_reach_every_corner() {
    let mut runner = TestRunner::deterministic();
    let mut seen: BTreeMap<&str, usize> = PANES.iter().map(|(name, _)| (*name, 0)).collect();
    for _ in 0..1000 {
        let script = any_script().new_tree(&mut runner).expect("there are scripts").current();
        let outcome = Model::usual().run(&script).expect("it can be carried out");
        corners(&script, &outcome).into_iter().for_each(|corner| *seen.entry(corner).or_default() += 1);
    }
    assert_eq!(seen.len(), PANES.len() + 8, "{seen:?}");
    assert!(seen.values().all(|times| *times >= 10), "{seen:?}");
}

/// The engine is held to these only.
#[test]
fn scripts_leave_enough_to_no_chance() {
    let mut runner = TestRunner::deterministic();
    let scripts = (0..150).map(|_| any_script().new_tree(&mut runner).expect("there are scripts").current());
    let is_settled = |script: &Script| settled(script).expect("it can be carried out").is_some();
    let settled: Vec<Script> = scripts.filter(is_settled).collect();
    let twice = settled.iter().filter(|script| script.groupings > 1).count();
    assert!(settled.len() > 50 && twice > 10, "{} of 150, {twice} of which are grouped twice", settled.len());
}
