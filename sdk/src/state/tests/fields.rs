//! Declared states: their facts, time to live, what they ask for, and how they are saved.

use super::{at, in_context};
use crate::Timestamp;
use crate::state::{
    BagState, Due, EventTimer, EventTimers, FieldKind, ProcessingTimer, SavedState, Settled, StateField, StateSpec,
    TimeDomain, TimeToLive, ValueState, expire, settle, take_due,
};
use beamline_macros::StateSpec;
use std::time::Duration;

#[derive(StateSpec)]
#[state(ttl = "1s")]
struct Visits {
    last: ValueState<u64>,
    #[state(ttl = "500ms", name = "pages")]
    urls: BagState<String>,
    #[state(ttl = "forever")]
    total: ValueState<u64>,
    pause: EventTimer,
    retry: EventTimers<u8>,
    flush: ProcessingTimer,
}

#[derive(StateSpec)]
struct Plain {
    seen: ValueState<bool>,
}

type Written = <Visits as StateSpec>::WrittenAt;

fn new() -> (Visits, Written) {
    (Visits::empty(), Visits::UNWRITTEN)
}

#[test]
fn a_declaration_is_facts() {
    let ttl = |millis| TimeToLive::For(Duration::from_millis(millis));
    let field = |name, kind, ttl| StateField { name, kind, ttl };
    let expected = [
        field("last", FieldKind::Value, ttl(1000)),
        field("pages", FieldKind::Bag, ttl(500)),
        field("total", FieldKind::Value, TimeToLive::Forever),
        field("pause", FieldKind::Timer(TimeDomain::EventTime), TimeToLive::Unsaid),
        field("retry", FieldKind::TimerMap(TimeDomain::EventTime), TimeToLive::Unsaid),
        field("flush", FieldKind::Timer(TimeDomain::ProcessingTime), TimeToLive::Unsaid),
    ];
    assert_eq!(Visits::FIELDS, expected);
    assert_eq!(Plain::FIELDS, [field("seen", FieldKind::Value, TimeToLive::Unsaid)]);
    assert_eq!(size_of::<<Plain as StateSpec>::WrittenAt>(), 0);
}

#[test]
fn a_new_state_asks_for_nothing() {
    let (mut state, mut written) = new();
    assert_eq!(settle(&mut state, &mut written, at(7)), Settled::NOTHING);
}

#[test]
fn a_cell_lives_from_its_last_write() {
    let (mut state, mut written) = new();
    state.last.set(1);
    assert_eq!(settle(&mut state, &mut written, at(100)).event, at(1100));
    state.urls.add("a".to_owned());
    assert_eq!(settle(&mut state, &mut written, at(300)).event, at(800), "the first to end");
    expire(&mut state, &mut written, at(799));
    assert!(!state.urls.is_empty());
    expire(&mut state, &mut written, at(800));
    assert!(state.urls.is_empty() && !state.last.is_empty());
    state.last.touch();
    assert_eq!(settle(&mut state, &mut written, at(900)).event, at(1900));
    expire(&mut state, &mut written, at(1900));
    assert!(settle(&mut state, &mut written, at(1900)).is_empty);
    // What ended does not shorten what begins.
    state.last.set(2);
    assert_eq!(settle(&mut state, &mut written, at(50)).event, at(1050));
}

#[test]
fn a_late_write_does_not_shorten_a_life_and_reading_does_not_prolong_it() {
    let (mut state, mut written) = new();
    state.last.set(1);
    settle(&mut state, &mut written, at(500));
    state.last.set(2);
    assert_eq!(settle(&mut state, &mut written, at(100)).event, at(1500));
    assert_eq!(state.last.get(), Some(&2));
    assert_eq!(settle(&mut state, &mut written, at(900)).event, at(1500));
}

#[test]
fn what_is_to_stay_stays() {
    let (mut state, mut written) = new();
    state.total.set(1);
    let settled = settle(&mut state, &mut written, at(0));
    assert_eq!(settled, Settled { is_empty: false, ..Settled::NOTHING });
    expire(&mut state, &mut written, Timestamp::MAX);
    assert_eq!(state.total.get(), Some(&1));
}

#[test]
fn timers_come_in_the_order_of_their_times_and_of_their_declaration() {
    let (mut state, mut written) = new();
    in_context(0, 100, |cx| {
        state.retry.set(3, at(10), cx);
        state.retry.set(4, at(30), cx);
        state.pause.set(at(10), cx);
        state.flush.set_with_output(at(5), at(2), cx).unwrap();
    });
    let settled = settle(&mut state, &mut written, at(0));
    assert_eq!(settled, Settled { is_empty: false, event: at(10), clock: at(5), hold: at(2) });
    let mut next =
        |domain, now| take_due(&mut state, domain, at(now)).map(|Due { timer, field, .. }| (timer, field.name));
    assert!(next(TimeDomain::EventTime, 9).is_none());
    assert!(next(TimeDomain::EventTime, 99) == Some((VisitsTimer::Pause, "pause")));
    assert!(next(TimeDomain::EventTime, 10) == Some((VisitsTimer::Retry(3), "retry")));
    assert!(next(TimeDomain::EventTime, 10).is_none());
    assert!(next(TimeDomain::ProcessingTime, 5) == Some((VisitsTimer::Flush, "flush")));
    assert!(next(TimeDomain::EventTime, 30) == Some((VisitsTimer::Retry(4), "retry")));
    assert!(settle(&mut state, &mut written, at(0)).is_empty);
}

#[test]
fn a_state_is_saved_and_loaded_with_its_timers_and_times() {
    let (mut state, mut written) = new();
    state.last.set(7);
    state.urls.add("a".to_owned());
    in_context(0, 100, |cx| state.retry.set(9, at(40), cx));
    let before = settle(&mut state, &mut written, at(20));
    let saved = SavedState::save(&mut state, &mut written).unwrap();

    let json = serde_json::to_string(&saved).unwrap();
    assert!(json.contains("pages") && !json.contains("urls") && !json.contains("total"), "{json}");
    let saved: SavedState = serde_json::from_str(&json).unwrap();
    let (mut loaded, mut loaded_written) = saved.load::<Visits>().unwrap();
    assert_eq!(loaded.last.get(), Some(&7));
    assert_eq!(loaded.retry.get(&9), Some(at(40)));
    assert_eq!(settle(&mut loaded, &mut loaded_written, at(60)), before, "loading is no write");
}

#[test]
fn a_field_of_another_type_is_named_when_it_cannot_be_loaded() {
    #[derive(StateSpec)]
    struct Changed {
        #[state(name = "pages")]
        pages: ValueState<(u64, u64, u64, String)>,
    }
    let (mut state, mut written) = new();
    state.urls.add("a".to_owned());
    let saved = SavedState::save(&mut state, &mut written).unwrap();
    let error = saved.load::<Changed>().err().expect("a list is no tuple");
    assert_eq!(error.element(), Some("state 'pages'"));
    assert!(saved.load::<Plain>().unwrap().0.seen.is_empty(), "what is not declared any more is left out");
}

#[test]
fn a_state_may_be_generic() {
    #[derive(StateSpec)]
    struct Latest<T: crate::Element> {
        value: ValueState<T>,
        timeout: EventTimer,
    }
    let mut state = Latest::<String>::empty();
    state.value.set("a".to_owned());
    assert!(!settle(&mut state, &mut Latest::<String>::UNWRITTEN.clone(), at(0)).is_empty);
    assert_eq!(Latest::<u8>::FIELDS[1].name, "timeout");
    assert_eq!(LatestTimer::Timeout, LatestTimer::Timeout);
}
