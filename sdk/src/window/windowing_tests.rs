//! What may be built, what is refused, and what is inherited.

use super::*;
use crate::Error;

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn applied(windowing: Windowing) -> Result<WindowingStrategy, Error> {
    windowing.apply_to(&WindowingStrategy::default())
}

fn refusal(windowing: Windowing) -> String {
    applied(windowing).unwrap_err().to_string()
}

#[test]
fn defaults_are_those_of_beam() {
    let strategy = WindowingStrategy::default();
    assert!(strategy.window_fn().is_global());
    assert_eq!(*strategy.trigger(), Trigger::Default);
    assert_eq!(strategy.accumulation(), Accumulation::Discarding);
    assert_eq!(strategy.allowed_lateness(), Duration::ZERO);
    assert_eq!(strategy.timestamp_combiner(), TimestampCombiner::EndOfWindow);
    assert_eq!(strategy.on_time_behavior(), OnTimeBehavior::FireAlways);
    assert_eq!(strategy.closing_behavior(), ClosingBehavior::FireIfNonEmpty);
}

#[test]
fn what_is_not_said_is_inherited() {
    let first = Windowing::fixed(ms(10))
        .trigger(Trigger::repeatedly(Trigger::after_count(5)), Accumulation::Accumulating)
        .allowed_lateness(ms(100))
        .timestamp_combiner(TimestampCombiner::Latest)
        .closing_behavior(ClosingBehavior::FireAlways)
        .on_time_behavior(OnTimeBehavior::FireIfNonEmpty);
    let upstream = applied(first).unwrap();
    let strategy = Windowing::sessions(ms(7)).allowed_lateness(ms(50)).apply_to(&upstream).unwrap();
    assert_eq!(strategy.window_fn().to_string(), "sessions with a gap of 7ms");
    assert_eq!(strategy.trigger(), upstream.trigger());
    assert_eq!(strategy.accumulation(), Accumulation::Accumulating);
    assert_eq!(strategy.allowed_lateness(), ms(100), "a smaller lateness does not shrink it");
    assert_eq!(strategy.timestamp_combiner(), TimestampCombiner::Latest);
    assert_eq!(strategy.closing_behavior(), ClosingBehavior::FireAlways);
    assert_eq!(strategy.on_time_behavior(), OnTimeBehavior::FireIfNonEmpty);
    let more = Windowing::unchanged().allowed_lateness(ms(101)).apply_to(&strategy).unwrap();
    assert_eq!(more.allowed_lateness(), ms(101));
    assert!(more.needs_merging());
}

#[test]
fn nothing_is_guessed_where_windows_show_several_results() {
    let count = Trigger::repeatedly(Trigger::after_count(5));
    assert_eq!(
        refusal(Windowing::fixed(ms(10)).trigger(count.clone(), Accumulation::Discarding)),
        "the trigger repeatedly(after_count(5)) needs to know how long late elements are waited for\n  \
         help: say `.allowed_lateness(duration)`, zero if late elements shall be dropped"
    );
    assert!(applied(Windowing::global().trigger(count, Accumulation::Discarding)).is_ok());
    assert!(refusal(Windowing::fixed(ms(10)).allowed_lateness(ms(1))).contains("say `.accumulation("));
    assert!(applied(Windowing::fixed(ms(10)).allowed_lateness(ms(0))).is_ok());
    let said = Windowing::fixed(ms(10)).allowed_lateness(ms(1)).accumulation(Accumulation::Accumulating);
    assert!(applied(said).is_ok());
}

#[test]
fn a_trigger_that_can_finish_is_refused() {
    let windowing = |trigger: Trigger, lateness| {
        Windowing::fixed(ms(10)).trigger(trigger, Accumulation::Discarding).allowed_lateness(ms(lateness))
    };
    assert_eq!(
        refusal(windowing(Trigger::after_count(2), 0)),
        "the trigger after_count(2) can finish, and elements that come after that are lost\n  help: say \
         `Trigger::repeatedly(after_count(2))` to begin it anew each time; or `.allow_data_loss()` if that is what you \
         want"
    );
    assert!(applied(windowing(Trigger::after_count(2), 0).allow_data_loss()).is_ok());
    let once = Trigger::from(Trigger::after_watermark());
    assert!(applied(windowing(once.clone(), 0)).is_ok());
    assert!(refusal(windowing(once.clone(), 1)).contains("say what late elements do"));
    let upstream = applied(windowing(once, 0)).unwrap();
    let later = Windowing::unchanged().allowed_lateness(ms(5)).apply_to(&upstream);
    assert!(later.is_err(), "the lateness makes an inherited trigger unsafe");
}

#[test]
fn impossible_numbers_are_refused() {
    assert!(refusal(Windowing::fixed(ms(0))).contains("the size is zero"));
    let never_ready = Trigger::repeatedly(Trigger::after_count(0));
    assert!(
        refusal(Windowing::global().trigger(never_ready, Accumulation::Discarding)).contains("at least one element")
    );
}

#[test]
fn an_endless_window_of_unbounded_input_needs_a_trigger() {
    let global = WindowingStrategy::default();
    assert!(global.check_grouping(true).is_ok());
    let error = global.check_grouping(false).unwrap_err().to_string();
    assert!(error.contains("an unbounded collection in the global window cannot be grouped"), "{error}");
    assert!(applied(Windowing::fixed(ms(5))).unwrap().check_grouping(false).is_ok());
    let counting = Windowing::global().trigger(Trigger::always(), Accumulation::Discarding);
    assert!(applied(counting).unwrap().check_grouping(false).is_ok());
}

#[test]
fn a_grouping_passes_its_windows_on() {
    let windowing = Windowing::sessions(ms(10))
        .trigger(Trigger::repeatedly(Trigger::after_count(5)), Accumulation::Accumulating)
        .allowed_lateness(ms(100));
    let strategy = applied(windowing).unwrap();
    let grouped = strategy.after_grouping();
    assert!(strategy.needs_merging() && !grouped.needs_merging());
    assert_eq!(*grouped.trigger(), Trigger::repeatedly(Trigger::after_count(1)));
    assert_eq!(grouped.accumulation(), Accumulation::Accumulating);
    assert_eq!(grouped.allowed_lateness(), ms(100));
    let anew = Windowing::sessions(ms(10)).apply_to(&grouped).unwrap();
    assert!(anew.needs_merging());
}

#[test]
fn only_what_is_windowed_alike_flows_together() {
    let strategy = |windowing| applied(windowing).unwrap();
    let (a, b) = (strategy(Windowing::fixed(ms(10))), strategy(Windowing::fixed(ms(20))));
    assert_eq!(
        WindowingStrategy::flatten(&[&a, &b]).unwrap_err().to_string(),
        "collections of different windows cannot come together: fixed windows of 10ms, and fixed windows of 20ms\n  \
         help: window them alike before, with `.window(…)`"
    );
    let other = Windowing::fixed(ms(10)).trigger(Trigger::always(), Accumulation::Discarding).allowed_lateness(ms(0));
    let error = WindowingStrategy::flatten(&[&a, &strategy(other)]).unwrap_err().to_string();
    assert!(error.contains("different triggers cannot come together: default(), and always()"), "{error}");
    let late = strategy(Windowing::fixed(ms(10)).allowed_lateness(ms(5)).accumulation(Accumulation::Accumulating));
    assert_eq!(WindowingStrategy::flatten(&[&late, &a]).unwrap().allowed_lateness(), ms(5));
    assert_eq!(WindowingStrategy::flatten(&[&a, &late]).unwrap().allowed_lateness(), ms(0));
    let (short, long) = (strategy(Windowing::sessions(ms(5))), strategy(Windowing::sessions(ms(9))));
    assert!(WindowingStrategy::flatten(&[&short, &long]).is_ok());
    assert!(WindowingStrategy::flatten(&[&short.after_grouping(), &short]).unwrap().needs_merging());
}

fn retracting() -> Windowing {
    Windowing::fixed(ms(10))
        .trigger(Trigger::after_watermark().late(Trigger::after_count(1)), Accumulation::Retracting)
        .allowed_lateness(ms(5))
}

#[test]
fn who_may_be_taken_back() {
    let first = applied(retracting()).unwrap();
    assert!(!first.may_retract(), "not what is grouped for the first time");
    let second = first.after_grouping();
    assert!(second.may_retract() && second.after_grouping().may_retract());
    assert!(!second.without_retractions().may_retract());
    let accumulating = Windowing::unchanged().accumulation(Accumulation::Accumulating).apply_to(&second).unwrap();
    assert!(accumulating.may_retract() && !accumulating.after_grouping().may_retract());
    let once = Windowing::fixed(ms(10)).accumulation(Accumulation::Retracting);
    assert!(!applied(once).unwrap().after_grouping().may_retract(), "there is one result");
}

#[test]
fn a_flatten_may_retract_if_any_input_does() {
    let retracts = applied(retracting()).unwrap().after_grouping();
    let plain = applied(retracting().accumulation(Accumulation::Discarding)).unwrap().after_grouping();
    let both = WindowingStrategy::flatten(&[&plain, &retracts]).unwrap();
    assert!(both.may_retract());
    assert_eq!(both.accumulation(), Accumulation::Discarding);
    let error = both.check_grouping(true).unwrap_err().to_string();
    assert!(error.starts_with("elements of the collection may be taken back, and discarding windows"), "{error}");
    let corrected = Windowing::unchanged().accumulation(Accumulation::Retracting).apply_to(&both).unwrap();
    corrected.check_grouping(true).unwrap();
    let once = Windowing::unchanged().trigger(Trigger::never(), Accumulation::Discarding).apply_to(&both).unwrap();
    once.check_grouping(true).unwrap();
}

#[test]
fn punctuation_needs_marks() {
    let trigger = Trigger::repeatedly(Trigger::any([Trigger::after_punctuation(), Trigger::after_count(9)]));
    let strategy = applied(Windowing::global().trigger(trigger, Accumulation::Discarding)).unwrap();
    let error = strategy.check_grouping(false).unwrap_err().to_string();
    assert!(error.contains("waits for marked elements, and none are marked"), "{error}");
    assert!(error.contains("`.punctuated_by(|element| …)`"), "{error}");
    strategy.punctuated().check_grouping(false).unwrap();
    strategy.punctuated().after_grouping().check_grouping(false).unwrap();
    assert!(strategy.after_grouping().trigger().to_string().contains("after_count(1)"));
}
