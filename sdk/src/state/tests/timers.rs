//! What timers are set to, and when they come.

use super::{at, in_context};
use crate::state::{
    EventTimer, EventTimers, Pending, ProcessingTimer, ProcessingTimers, TimeDomainType, TimerField, TimerMap,
};
use crate::{Timestamp, coder};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::time::Duration;

const EXPIRY: i64 = 100;

#[test]
fn an_event_time_timer_comes_once_at_its_time_with_its_time() {
    let mut timer = EventTimer::default();
    in_context(5, EXPIRY, |cx| timer.set(at(20), cx));
    assert_eq!((timer.get(), timer.hold()), (Some(at(20)), None));
    assert_eq!(timer.take_due(at(19)), None);
    assert_eq!(timer.take_due(at(20)), Some(((), Pending { at: at(20), output: at(20) })));
    assert_eq!((timer.take_due(at(30)), timer.is_set()), (None, false));
}

#[test]
fn a_timer_that_is_set_again_is_replaced_and_one_that_is_cleared_is_none() {
    let mut timer = EventTimer::default();
    in_context(5, EXPIRY, |cx| {
        timer.set(at(20), cx);
        timer.set(at(50), cx);
        assert_eq!(timer.next(), Some(at(50)));
        timer.clear();
    });
    assert_eq!((timer.next(), timer.hold(), timer.take_due(at(99))), (None, None, None));
}

#[test]
fn an_event_time_timer_comes_before_its_window_is_gone() {
    let mut timer = EventTimer::default();
    in_context(5, EXPIRY, |cx| timer.set(at(5000), cx));
    assert_eq!(timer.get(), Some(at(EXPIRY)));
}

#[test]
fn a_processing_time_timer_holds_at_the_timestamp_of_what_sets_it() {
    let mut timer = ProcessingTimer::default();
    in_context(5, EXPIRY, |cx| timer.set_after(Duration::from_mins(1), cx));
    assert_eq!((timer.get(), timer.hold()), (Some(at(1_060_000)), Some(at(5))));
    assert_eq!(timer.take_due(at(1_060_000)), Some(((), Pending { at: at(1_060_000), output: at(5) })));
    // An element may have a timestamp behind its window.
    in_context(500, EXPIRY, |cx| timer.set(at(7), cx));
    assert_eq!(timer.hold(), Some(at(EXPIRY)));
}

#[test]
fn output_timestamps_lie_between_what_sets_the_timer_and_its_time() {
    let (mut event, mut processing) = (EventTimer::default(), ProcessingTimer::default());
    in_context(5, EXPIRY, |cx| {
        event.set_with_output(at(20), at(7), cx).unwrap();
        assert_eq!((event.get(), event.hold()), (Some(at(20)), Some(at(7))));
        for (output, why) in [(4, "before the timestamp 5ms"), (21, "after the timer's time, 20ms")] {
            let error = event.set_with_output(at(20), at(output), cx).unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
        assert_eq!(event.hold(), Some(at(7)), "as before");
        processing.set_with_output(at(2), at(EXPIRY), cx).unwrap();
        let error = processing.set_with_output(at(2), at(EXPIRY + 1), cx).unwrap_err().to_string();
        assert!(error.contains("after the end of its window, 100ms"), "{error}");
    });
}

#[test]
fn nothing_is_due_at_the_end_of_time() {
    let (mut timer, mut timers) = (ProcessingTimer::default(), ProcessingTimers::default());
    in_context(5, EXPIRY, |cx| {
        timer.set(Timestamp::MAX, cx);
        timers.set(1_u8, at(3), cx);
        timers.set(1_u8, Timestamp::MAX, cx);
    });
    assert!(timer.take_due(Timestamp::MAX).is_none() && timer.hold().is_none());
    assert!(timers.is_empty() && timers.hold().is_none());
}

#[derive(Clone, Debug)]
enum Change {
    Set { tag: u8, time: i64, output: Option<i64> },
    Clear(u8),
    ClearAll,
    Take(i64),
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    // More tags than are found without trees.
    let set = (0u8..40, 0i64..60, prop::option::of(0i64..60)).prop_map(|(tag, time, output)| Change::Set {
        tag,
        time,
        output,
    });
    let change = prop_oneof![
        12 => set,
        2 => (0u8..40).prop_map(Change::Clear),
        1 => Just(Change::ClearAll),
        3 => (0i64..60).prop_map(Change::Take),
    ];
    prop::collection::vec(change, 0..120)
}

/// Timers with tags do what a map does.
fn check<D: TimeDomainType>(changes: &[Change]) {
    let (mut timers, mut model) = (TimerMap::<u8, D>::default(), BTreeMap::<u8, Pending>::new());
    for change in changes {
        match *change {
            Change::Set { tag, time, output } => in_context(0, EXPIRY, |cx| {
                let rules = cx.timer_rules();
                let expected = match output {
                    Some(output) => rules.pending_with_output(D::DOMAIN, at(time), at(output)).ok(),
                    None => Some(rules.pending(D::DOMAIN, at(time))),
                };
                match output {
                    Some(output) => drop(timers.set_with_output(tag, at(time), at(output), cx)),
                    None => timers.set(tag, at(time), cx),
                }
                model.extend(expected.map(|pending| (tag, pending)));
            }),
            Change::Clear(tag) => {
                timers.clear(&tag);
                model.remove(&tag);
            }
            Change::ClearAll => {
                timers.clear_all();
                model.clear();
            }
            Change::Take(now) => {
                let first =
                    model.iter().map(|(tag, pending)| (pending.at, *tag)).min().filter(|(time, _)| *time <= at(now));
                let expected = first.map(|(_, tag)| (tag, model.remove(&tag).unwrap()));
                assert_eq!(timers.take_due(at(now)), expected);
            }
        }
        assert_eq!(timers.len(), model.len());
        assert_eq!(timers.next(), model.values().map(|pending| pending.at).min());
        assert_eq!(timers.hold(), model.values().filter_map(|pending| pending.hold(D::DOMAIN)).min());
    }
    let mut bytes = Vec::new();
    coder::encode(&timers, &mut bytes).unwrap();
    let loaded: TimerMap<u8, D> = coder::decode(&mut bytes.as_slice()).unwrap();
    assert!((0..40).all(|tag| loaded.get(&tag) == model.get(&tag).map(|pending| pending.at)));
    assert_eq!(loaded.hold(), timers.hold());
}

proptest! {
    #[test]
    fn timers_with_tags_are_a_map(changes in changes()) {
        check::<crate::state::EventTime>(&changes);
        check::<crate::state::ProcessingTime>(&changes);
    }
}

#[test]
fn timers_with_tags_are_apart() {
    let mut timers = EventTimers::default();
    in_context(0, EXPIRY, |cx| {
        timers.set("b".to_owned(), at(10), cx);
        timers.set("a".to_owned(), at(10), cx);
        timers.set("c".to_owned(), at(5), cx);
    });
    assert_eq!(timers.get(&"b".to_owned()), Some(at(10)));
    let order: Vec<_> = std::iter::from_fn(|| timers.take_due(at(50))).map(|(tag, _)| tag).collect();
    assert_eq!(order, ["c", "a", "b"]);
}
