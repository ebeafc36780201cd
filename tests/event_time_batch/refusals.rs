//! Windowings and groupings that cannot be are refused before anything runs.

use crate::times::ms;
use beamline::prelude::*;
use beamline::window::TimestampCombiner;
use beamline::{Next, Reader, Source, SourceBatch, SplitTarget};

/// Without the numbers of lines, which change whenever this file does.
fn stable(text: &str) -> String {
    let mut parts = text.split("refusals.rs:");
    let mut stable = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        stable.push_str("refusals.rs:LINE");
        stable.push_str(part.trim_start_matches(|c: char| c.is_ascii_digit()));
    }
    stable
}

fn refusal(build: impl FnOnce(&Pipeline)) -> String {
    let p = Pipeline::new();
    build(&p);
    stable(&p.graph().err().expect("it is refused").to_string())
}

/// A source without an end, which is never read here.
#[derive(Clone)]
struct Endless;

impl Source for Endless {
    type Out = (u8, u64);
    type Split = ();
    type Reader = Endless;
    fn label(&self) -> String {
        "Endless".to_owned()
    }
    fn is_bounded(&self) -> bool {
        false
    }
    fn splits(&self, _target: &SplitTarget) -> Result<Vec<()>, BoxError> {
        Ok(vec![()])
    }
    fn describe(&self, (): &()) -> String {
        "all".to_owned()
    }
    fn open(&self, (): ()) -> Result<Self, BoxError> {
        Ok(self.clone())
    }
}

impl Reader for Endless {
    type Out = (u8, u64);
    type Split = ();
    fn poll(&mut self, _out: &mut SourceBatch<'_, (u8, u64)>) -> Result<Next, BoxError> {
        Ok(Next::More)
    }
}

fn pairs(p: &Pipeline) -> PCollection<(u8, u64)> {
    p.create([(1, 1)])
}

fn fixed() -> Windowing {
    Windowing::fixed(ms(10))
}

#[test]
fn windowings_that_cannot_be() {
    insta::assert_snapshot!(refusal(|p| drop(pairs(p).window(Windowing::fixed(ms(0))).named("Hourly"))), @r"
    step 'Hourly' (tests/event_time_batch/refusals.rs:LINE): fixed windows of 0ns cannot be: the size is zero
      help: lengths of windows are whole milliseconds, at least one
    ");
    let incomplete = || fixed().trigger(Trigger::always(), Accumulation::Discarding);
    insta::assert_snapshot!(refusal(|p| drop(pairs(p).window(incomplete()))), @r"
    step 'Window' (tests/event_time_batch/refusals.rs:LINE): the trigger always() needs to know how long late elements are waited for
      help: say `.allowed_lateness(duration)`, zero if late elements shall be dropped
    ");
    let finishing = || fixed().trigger(Trigger::after_count(3), Accumulation::Discarding).allowed_lateness(ms(0));
    insta::assert_snapshot!(refusal(|p| drop(pairs(p).window(finishing()).combine_per_key(Sum))), @r"
    step 'Window' (tests/event_time_batch/refusals.rs:LINE): the trigger after_count(3) can finish, and elements that come after that are lost
      help: say `Trigger::repeatedly(after_count(3))` to begin it anew each time; or `.allow_data_loss()` if that is what you want
    ");
}

#[test]
fn groupings_that_would_never_end() {
    insta::assert_snapshot!(refusal(|p| drop(p.read(Endless).group_by_key())), @r"
    step 'GroupByKey' (tests/event_time_batch/refusals.rs:LINE): an unbounded collection in the global window cannot be grouped: its window never ends
      help: divide it into windows, such as `.window(Windowing::fixed(size))`, or give it a trigger, such as `Trigger::repeatedly(Trigger::after_processing_time(delay))`
    ");
    insta::assert_snapshot!(refusal(|p| drop(p.read(Endless).values().count().named("How many"))), @r"
    step 'How many' (tests/event_time_batch/refusals.rs:LINE): an unbounded collection in the global window cannot be grouped: its window never ends
      help: divide it into windows, such as `.window(Windowing::fixed(size))`, or give it a trigger, such as `Trigger::repeatedly(Trigger::after_processing_time(delay))`
    ");
    let joined = |p: &Pipeline| pairs(p).join(&p.read(Endless));
    insta::assert_snapshot!(refusal(|p| drop(joined(p).named("Both"))), @r"
    step 'Both/CoGroup' (tests/event_time_batch/refusals.rs:LINE): an unbounded collection in the global window cannot be grouped: its window never ends
      help: divide it into windows, such as `.window(Windowing::fixed(size))`, or give it a trigger, such as `Trigger::repeatedly(Trigger::after_processing_time(delay))`
    ");
}

#[test]
fn collections_of_different_windows() {
    let minutes = |p: &Pipeline| pairs(p).window(Windowing::fixed(ms(60_000)));
    insta::assert_snapshot!(refusal(|p| drop(pairs(p).window(fixed()).co_group(&minutes(p)))), @r"
    step 'CoGroup' (tests/event_time_batch/refusals.rs:LINE): collections of different windows cannot come together: fixed windows of 10ms, and fixed windows of 60s
      help: window them alike before, with `.window(…)`
    ");
    insta::assert_snapshot!(refusal(|p| drop(pairs(p).join(&minutes(p)))), @r"
    step 'Join/CoGroup' (tests/event_time_batch/refusals.rs:LINE): collections of different windows cannot come together: the global window, and fixed windows of 60s
      help: window them alike before, with `.window(…)`
    ");
    insta::assert_snapshot!(refusal(|p| drop(pairs(p).window(fixed()).flatten_with(&minutes(p)))), @r"
    step 'Flatten' (tests/event_time_batch/refusals.rs:LINE): collections of different windows cannot come together: fixed windows of 10ms, and fixed windows of 60s
      help: window them alike before, with `.window(…)`
    ");
    let always = |p: &Pipeline| {
        pairs(p).window(fixed().trigger(Trigger::always(), Accumulation::Discarding).allowed_lateness(ms(0)))
    };
    insta::assert_snapshot!(refusal(|p| drop(always(p).flatten_with(&pairs(p).window(fixed())))), @r"
    step 'Flatten' (tests/event_time_batch/refusals.rs:LINE): collections of different triggers cannot come together: always(), and default()
      help: window them alike before, with `.window(…)`
    ");
}

#[test]
fn side_inputs_that_nobody_can_read() {
    let sessions = |p: &Pipeline| pairs(p).window(Windowing::sessions(ms(10))).as_list();
    let read = |main: &PCollection<(u8, u64)>, view| {
        drop(main.with_side(view).map(|(_, n), list: &Vec<_>| n + list.len() as u64).named("Look up"));
    };
    insta::assert_snapshot!(refusal(|p| read(&pairs(p).window(fixed()), sessions(p))), @r"
    step 'Look up' (tests/event_time_batch/refusals.rs:LINE): a side input cannot be in sessions with a gap of 10ms: nobody can tell which one an element would read
      help: give the side input fixed or sliding windows, or the global window
    ");
    insta::assert_snapshot!(refusal(|p| read(&pairs(p), pairs(p).window(fixed()).as_list())), @r"
    step 'Look up' (tests/event_time_batch/refusals.rs:LINE): elements in the global window cannot read a side input in fixed windows of 10ms
      help: window the main input as well, or put the side input into the global window
    ");
}

#[test]
fn the_first_refusal_is_told_and_named_as_the_step_is_in_the_end() {
    let text = refusal(|p| {
        let _ = pairs(p).window(Windowing::fixed(ms(0))).named("First");
        let _ = pairs(p).window(Windowing::sessions(ms(0))).named("Second");
    });
    assert!(text.starts_with("step 'First' (tests/event_time_batch/refusals.rs:LINE): "), "{text}");
}

#[test]
fn explain_shows_what_is_unusual() {
    let p = Pipeline::new();
    let windowing = Windowing::sessions(ms(1000))
        .trigger(Trigger::after_watermark().late(Trigger::after_count(1)), Accumulation::Accumulating)
        .allowed_lateness(ms(500))
        .timestamp_combiner(TimestampCombiner::Earliest);
    let _ = p.read(Endless).window(windowing).map(|(key, _)| key);
    let _ = pairs(&p).window(fixed()).group_by_key().window(Windowing::global());
    insta::assert_snapshot!(stable(&p.graph().unwrap().explain().to_string()), @r"
    Endless  [read]  refusals.rs:LINE
        makes (u8, u64), unbounded
    Window  [window_into]  refusals.rs:LINE
        reads Endless
        makes (u8, u64), in sessions with a gap of 1s, trigger after_watermark().late(after_count(1)), accumulating, 500ms late, at the earliest timestamp, unbounded
    Map  [pardo]  refusals.rs:LINE
        reads Window
        makes u8, in sessions with a gap of 1s, trigger after_watermark().late(after_count(1)), accumulating, 500ms late, at the earliest timestamp, unbounded
    Create  [read]  refusals.rs:LINE
        makes (u8, u64)
    Window#2  [window_into]  refusals.rs:LINE
        reads Create
        makes (u8, u64), in fixed windows of 10ms
    GroupByKey/WithWindow  [pardo]  refusals.rs:LINE
        reads Window#2
        makes ((u8, Window), u64)
    GroupByKey/GroupByKey  [group_by_key]  refusals.rs:LINE
        reads GroupByKey/WithWindow
        makes ((u8, Window), Values<u64>)
    GroupByKey/IntoWindow  [pardo]  refusals.rs:LINE
        reads GroupByKey/GroupByKey
        makes (u8, Values<u64>), in fixed windows of 10ms
    Window#3  [window_into]  refusals.rs:LINE
        reads GroupByKey/IntoWindow
        makes (u8, Values<u64>)
    ");
}

#[test]
fn what_is_made_of_something_without_an_end_has_none() {
    let p = Pipeline::new();
    let (bounded, endless) = (pairs(&p), p.read(Endless));
    assert!(bounded.is_bounded() && bounded.map(|x| x).is_bounded());
    assert!(!endless.is_bounded() && !endless.map(|x| x).reshuffle().is_bounded());
    assert!(!bounded.flatten_with(&endless).is_bounded() && !endless.flatten_with(&bounded).is_bounded());
}
