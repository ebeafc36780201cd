//! Joins that cannot be are refused before anything runs.

use crate::sides::ms;
use beamline::Within;
use beamline::prelude::*;

fn pairs(p: &Pipeline) -> PCollection<(u8, u64)> {
    p.create([(1, 1)])
}

fn minutes(p: &Pipeline) -> PCollection<(u8, u64)> {
    pairs(p).window(Windowing::fixed(ms(60_000)))
}

#[track_caller]
fn assert_refused(build: impl FnOnce(&Pipeline), parts: &[&str]) {
    let p = Pipeline::new();
    build(&p);
    let text = p.graph().err().expect("it is refused").to_string();
    for part in parts {
        assert!(text.contains(part), "{part} is missing in:\n{text}");
    }
}

#[test]
fn collections_in_windows() {
    let help = "say `.window(Windowing::global())` before the join";
    let within = Within::after(ms(5));
    let step = "step 'IntervalJoin' (tests/joins_in_time/refusals.rs:";
    let windows = "one of these is in fixed windows of 60s";
    assert_refused(|p| drop(minutes(p).interval_join(&pairs(p), within)), &[step, windows, help]);
    assert_refused(|p| drop(pairs(p).interval_join(&minutes(p), within)), &[step, windows, help]);
    assert_refused(|p| drop(minutes(p).as_of_join(&minutes(p)).named("Price")), &["step 'Price' (", windows, help]);
}

#[test]
fn bounds_that_contain_nothing() {
    let parts = ["step 'Near' (", "no element is from 5 ms to -5 ms after another", "begin with the lesser number"];
    let (from, to) = (5, -5);
    assert_refused(|p| drop(pairs(p).full_interval_join(&pairs(p), Within::millis(from..=to)).named("Near")), &parts);
}

#[test]
fn collections_of_different_pipelines() {
    let other = Pipeline::new();
    let parts = ["step 'AsOfJoin' (", "its inputs belong to different pipelines"];
    assert_refused(|p| drop(pairs(p).as_of_join(&pairs(&other))), &parts);
}

#[test]
fn windows_that_are_global_again_are_none() {
    let p = Pipeline::new();
    let again = minutes(&p).window(Windowing::global());
    let _ = again.as_of_join(&pairs(&p));
    assert!(p.graph().is_ok());
}

#[test]
fn collections_that_may_be_taken_back() {
    let each = || Windowing::global().trigger(Trigger::repeatedly(Trigger::after_count(1)), Accumulation::Retracting);
    let totals = |p: &Pipeline| pairs(p).window(each()).combine_per_key(Sum);
    let parts = ["step 'Rate' (", "may be taken back, and a join by time cannot do that", "`.to_changelog()`"];
    assert_refused(|p| drop(pairs(p).as_of_join(&totals(p)).named("Rate")), &parts);
    assert_refused(|p| drop(totals(p).interval_join(&pairs(p), Within::after(ms(5))).named("Rate")), &parts);
}

#[test]
fn groupings_of_results_that_wait_for_marks_of_the_inputs() {
    let at_mark = || {
        let trigger = Trigger::repeatedly(Trigger::after_punctuation());
        Windowing::global().trigger(trigger, Accumulation::Accumulating)
    };
    let marked = |p: &Pipeline| pairs(p).punctuated_by(|_| true);
    let parts = ["waits for marked elements, and none are marked"];
    assert_refused(|p| drop(marked(p).as_of_join(&pairs(p)).window(at_mark()).group_by_key()), &parts);
    let near = |p: &Pipeline| marked(p).interval_join(&marked(p), Within::after(ms(5)));
    assert_refused(|p| drop(near(p).window(at_mark()).group_by_key()), &parts);
}
