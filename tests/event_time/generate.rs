//! Any script: numbers are small, so that ends, expiries and deadlines are often met exactly.

use crate::custom::{Gathering, SessionsOfADay};
use crate::drivers::{Element, Event, Script};
use beamline::Timestamp;
use beamline::window::{
    Accumulation, AnyWindowFn, ClosingBehavior, FixedWindows, OnTimeBehavior, Sessions, SlidingWindows,
    TimestampCombiner, Trigger, Windowing,
};
use proptest::prelude::*;
use proptest::sample::select;
use std::ops::Range;
use std::time::Duration;

/// Any windowing, and any course of events.
pub(crate) fn any_script() -> impl Strategy<Value = Script> {
    let groupings = prop_oneof![2 => Just(1usize), 1 => Just(2)];
    (any_windowing(), groupings, any_events()).prop_map(|(windowing, groupings, events)| Script {
        windowing,
        groupings,
        events,
    })
}

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn any_windowing() -> impl Strategy<Value = Windowing> {
    let behaviors = (
        select(vec![TimestampCombiner::EndOfWindow, TimestampCombiner::Earliest, TimestampCombiner::Latest]),
        select(vec![ClosingBehavior::FireAlways, ClosingBehavior::FireIfNonEmpty]),
        select(vec![OnTimeBehavior::FireAlways, OnTimeBehavior::FireIfNonEmpty]),
    );
    let accumulation = select(vec![Accumulation::Discarding, Accumulation::Accumulating, Accumulation::Retracting]);
    (any_windows(), any_trigger(), accumulation, any_lateness(), behaviors).prop_map(
        |(windowing, trigger, accumulation, lateness, (combiner, closing, on_time))| {
            windowing
                .trigger(trigger, accumulation)
                .allowed_lateness(lateness)
                .timestamp_combiner(combiner)
                .closing_behavior(closing)
                .on_time_behavior(on_time)
                .allow_data_loss()
        },
    )
}

/// Sliding windows have gaps where the period is longer than the size.
fn any_windows() -> impl Strategy<Value = Windowing> {
    prop_oneof![
        1 => Just(Windowing::global()),
        2 => (1..100u64, 0..120u64).prop_map(|(size, offset)| Windowing::new(FixedWindows::new(ms(size)).offset(ms(offset)))),
        2 => (1..80u64, 9..80u64, 0..100u64).prop_map(|(size, period, offset)| {
            Windowing::new(SlidingWindows::new(ms(size), ms(period)).offset(ms(offset)))
        }),
        3 => (1..40u64).prop_map(|gap| Windowing::new(Sessions::new(ms(gap)))),
        1 => (1..40i64, 10..60i64).prop_map(|(gap, day)| Windowing::new(AnyWindowFn::custom(SessionsOfADay { gap, day }))),
        1 => (10..60i64).prop_map(|size| Windowing::new(AnyWindowFn::custom(Gathering { size }))),
    ]
}

fn any_lateness() -> impl Strategy<Value = Duration> {
    prop_oneof![
        4 => Just(Duration::ZERO),
        10 => (1..100u64).prop_map(ms),
        1 => Just(Duration::MAX),
    ]
}

/// Any tree of triggers, and often one of the kind that people write.
fn any_trigger() -> impl Strategy<Value = Trigger> {
    let around_the_end = (any_simple_trigger(), any_simple_trigger())
        .prop_map(|(early, late)| Trigger::after_watermark().early(early).late(late).into());
    prop_oneof![1 => Just(Trigger::Default), 1 => around_the_end, 4 => any_tree()]
}

fn any_tree() -> impl Strategy<Value = Trigger> {
    any_simple_trigger().prop_recursive(3, 12, 3, |part| {
        let parts = prop::collection::vec(part.clone(), 1..4);
        let two = (part.clone(), part.clone());
        prop_oneof![
            3 => part.clone().prop_map(Trigger::repeatedly),
            2 => parts.clone().prop_map(Trigger::all),
            2 => parts.clone().prop_map(Trigger::any),
            2 => parts.prop_map(Trigger::sequence),
            2 => two.clone().prop_map(|(main, last)| main.or_finally(last)),
            2 => two.prop_map(|(early, late)| Trigger::after_watermark().early(early).late(late).into()),
            1 => part.clone().prop_map(|early| Trigger::after_watermark().early(early).into()),
            1 => part.prop_map(|late| Trigger::after_watermark().late(late).into()),
        ]
    })
}

fn any_simple_trigger() -> impl Strategy<Value = Trigger> {
    prop_oneof![
        2 => Just(Trigger::Default),
        1 => Just(Trigger::Never),
        1 => Just(Trigger::Always),
        4 => (1..4u64).prop_map(Trigger::after_count),
        2 => Just(Trigger::after_punctuation()),
        4 => (0..40u64).prop_map(|delay| Trigger::after_processing_time(ms(delay)).into()),
        2 => (0..20u64, 1..30u64, 0..40u64).prop_map(|(delay, period, offset)| {
            Trigger::after_processing_time(ms(delay)).aligned_to(ms(period), ms(offset)).into()
        }),
        1 => Just(Trigger::AfterSynchronizedProcessingTime),
        3 => Just(Trigger::after_watermark().into()),
    ]
}

fn any_events() -> impl Strategy<Value = Vec<Event>> {
    let element = (select(vec!["a", "a", "b", "c"]), any_time(-60..200), prop::bool::weighted(0.3));
    let event = prop_oneof![
        6 => prop::collection::vec(element, 1..4).prop_map(|elements| Event::Elements(elements.into_iter().map(named).collect())),
        3 => any_time(-80..260).prop_map(Event::Watermark),
        2 => (1..50u64).prop_map(|by| Event::Clock(ms(by))),
    ];
    prop::collection::vec(event, 0..30).prop_map(in_order)
}

fn named((key, time, punctuates): (&str, Timestamp, bool)) -> Element {
    Element { key: key.to_owned(), value: 0, time, punctuates }
}

/// Often one of a few times, so that windows are met again; seldom one near the ends of time.
fn any_time(usual: Range<i64>) -> impl Strategy<Value = Timestamp> {
    let end = Timestamp::END_OF_GLOBAL_WINDOW.millis();
    let millis = prop_oneof![
        40 => usual,
        20 => (0..10i64).prop_map(|n| 6 * n),
        2 => (0..90i64).prop_map(|after| Timestamp::MIN.millis() + after),
        1 => (-90..3i64).prop_map(move |after| end + after),
        1 => Just(Timestamp::MAX.millis()),
    ];
    millis.prop_map(Timestamp::from_millis)
}

/// Numbers all elements, leaves out watermarks that would not move forward, and ends when time does.
fn in_order(mut events: Vec<Event>) -> Vec<Event> {
    let (mut watermark, mut number) = (Timestamp::MIN, 0);
    events.push(Event::Watermark(Timestamp::MAX));
    events.retain_mut(|event| match event {
        _ if watermark == Timestamp::MAX => false,
        Event::Watermark(to) if *to <= watermark => false,
        Event::Watermark(to) => {
            watermark = *to;
            true
        }
        Event::Elements(elements) => {
            for element in elements {
                number += 1;
                element.value = number;
            }
            true
        }
        Event::Clock(_) => true,
    });
    events
}
