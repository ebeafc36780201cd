//! Grouping window by window shows what grouping key by key does.

use super::{Rig, env, env_with};
use crate::combine::ToList;
use crate::kernel::MemoryBudget;
use crate::kernel::hash::hash_key;
use crate::kernel::keyed::windowed::{ByKey, BySession, BySlice, ByWindow, Gathered, Late, Pairs, Takes};
use crate::kernel::shuffle::HashedRows;
use crate::kernel::{Batch, Operator, Stamp};
use crate::window::reduce::Combined;
use crate::window::{Accumulation, Pane, Windowing, WindowingStrategy};
use crate::{Element, Timestamp, Values};
use proptest::prelude::*;
use std::time::Duration;

#[derive(Clone, Debug)]
enum Event {
    Rows(Vec<(u8, i64)>),
    Watermark(i64),
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    // Some are so late that windows are cut, and end together.
    let end = Timestamp::END_OF_GLOBAL_WINDOW.millis();
    let time = prop_oneof![9 => -30i64..80, 1 => end - 12..=end];
    let rows = prop::collection::vec((0u8..4, time), 0..12).prop_map(Event::Rows);
    let watermark = (1i64..25).prop_map(Event::Watermark);
    prop::collection::vec(prop_oneof![2 => rows, 1 => watermark], 0..20)
}

fn strategies() -> impl Strategy<Value = WindowingStrategy> {
    let millis = Duration::from_millis;
    let windowing = prop_oneof![
        Just(Windowing::fixed(millis(10))),
        Just(Windowing::sliding(millis(20), millis(5))),
        Just(Windowing::sliding(millis(5), millis(8))),
        Just(Windowing::global()),
    ];
    in_some_mode(windowing)
}

fn sessions() -> impl Strategy<Value = WindowingStrategy> {
    in_some_mode((1u64..20).prop_map(|gap| Windowing::sessions(Duration::from_millis(gap))))
}

fn in_some_mode(windowing: impl Strategy<Value = Windowing>) -> impl Strategy<Value = WindowingStrategy> {
    let millis = Duration::from_millis;
    let accumulation = prop_oneof![Just(Accumulation::Discarding), Just(Accumulation::Accumulating)];
    (windowing, accumulation, 0u64..30).prop_map(move |(windowing, accumulation, lateness)| {
        let windowing = windowing.allowed_lateness(millis(lateness)).accumulation(accumulation);
        windowing.apply_to(&WindowingStrategy::default()).expect("it makes sense")
    })
}

/// A result: when it came, what it shows, and its stamp.
type Shown = (usize, u8, Vec<u64>, Stamp);

/// What comes out, in an order that does not depend on that of keys, and how far the output has come after each event.
fn run<V, Out: Element + IntoIterator<Item = u64>>(
    rig: &Rig<'_, (u8, Out)>,
    mut grouping: impl Takes<u8, V> + Operator,
    value: impl Fn(u64) -> V,
    strategy: &WindowingStrategy,
    events: &[Event],
) -> (Vec<Shown>, Vec<Timestamp>) {
    let (mut shown, mut outputs, mut number) = (Vec::new(), Vec::new(), 0..);
    let mut watermark = Timestamp::MIN;
    for (step, event) in events.iter().chain([&Event::Watermark(i64::MAX)]).enumerate() {
        match event {
            Event::Rows(rows) => grouping.take(hashed(rows, strategy, number.by_ref().map(&value))).unwrap(),
            Event::Watermark(by) => {
                let from = watermark.max(Timestamp::from_millis(-20));
                watermark = from + Duration::from_millis(*by as u64);
                grouping.watermark(watermark).unwrap();
            }
        }
        grouping.finish_bundle().unwrap();
        outputs.push(grouping.output_watermark(watermark));
        let shown_now = |((key, values), stamp): ((u8, Out), Stamp)| (step, key, sorted(values), stamp);
        let mut rows: Vec<Shown> = rig.rows.take().into_iter().map(shown_now).collect();
        rows.sort_by_key(|(_, key, _, stamp)| (*key, stamp.windows[0], stamp.pane.index));
        shown.extend(rows);
    }
    (shown, outputs)
}

fn sorted(values: impl IntoIterator<Item = u64>) -> Vec<u64> {
    let mut values: Vec<u64> = values.into_iter().collect();
    values.sort_unstable();
    values
}

fn hashed<V>(rows: &[(u8, i64)], strategy: &WindowingStrategy, values: impl Iterator<Item = V>) -> HashedRows<(u8, V)> {
    let mut batch = Batch::new();
    for ((key, millis), value) in rows.iter().zip(values) {
        let mut stamp = Stamp {
            time: Timestamp::from_millis(*millis),
            windows: crate::window::WindowSet::new(),
            pane: Pane::UNKNOWN,
        };
        strategy.window_fn().assign(stamp.time, &mut stamp.windows);
        batch.push((*key, value), &stamp);
    }
    HashedRows { hashes: rows.iter().map(|(key, _)| hash_key(key)).collect(), batch }
}

proptest! {
    #[test]
    fn by_window_is_by_key(strategy in strategies(), events in events()) {
        let env = env(0, 1, 3, 1 << 20);
        let (one, other) = (Rig::<(u8, Values<u64>)>::new(&env), Rig::<(u8, Values<u64>)>::new(&env));
        let by_key = ByKey::<_, _, _, Pairs>::new(&strategy, Gathered, Late::dropped(), &one.wiring);
        let by_window = ByWindow::<_, _, _, Pairs>::new(&strategy, Gathered, Late::dropped(), &other.wiring);
        let (expected, expected_outputs) = run(&one, by_key, |v| v, &strategy, &events);
        let (actual, outputs) = run(&other, by_window, |v| v, &strategy, &events);
        prop_assert_eq!(actual, expected);
        prop_assert_eq!(outputs, expected_outputs);
    }
    #[test]
    fn by_session_is_by_key(strategy in sessions(), events in events()) {
        let env = env(0, 1, 3, 1 << 20);
        let (one, other) = (Rig::<(u8, Values<u64>)>::new(&env), Rig::<(u8, Values<u64>)>::new(&env));
        let by_key = ByKey::<_, _, _, Pairs>::new(&strategy, Gathered, Late::dropped(), &one.wiring);
        let by_session = BySession::<_, _, _, Pairs>::new(&strategy, Gathered, Late::dropped(), &other.wiring);
        let (expected, expected_outputs) = run(&one, by_key, |v| v, &strategy, &events);
        let (actual, outputs) = run(&other, by_session, |v| v, &strategy, &events);
        prop_assert_eq!(actual, expected);
        prop_assert_eq!(outputs, expected_outputs);
    }
    #[test]
    fn by_slice_is_by_key(strategy in strategies(), events in events()) {
        let env = env(0, 1, 3, 1 << 20);
        let (one, other) = (Rig::<(u8, Vec<u64>)>::new(&env), Rig::<(u8, Vec<u64>)>::new(&env));
        let by_key = ByKey::<_, u64, _, Pairs>::new(&strategy, Combined(ToList), Late::dropped(), &one.wiring);
        let by_slice = BySlice::<u8, u64, _, Pairs>::new(&strategy, ToList, &other.wiring);
        let (expected, expected_outputs) = run(&one, by_key, |v| v, &strategy, &events);
        let (actual, outputs) = run(&other, by_slice, |v| vec![v], &strategy, &events);
        prop_assert_eq!(actual, expected);
        prop_assert_eq!(outputs, expected_outputs);
    }
    #[test]
    fn slices_on_disk_show_what_there_is_at_the_end(strategy in strategies(), events in events(), allowance in 0usize..4000) {
        let rows: Vec<Event> = events.into_iter().filter(|event| matches!(event, Event::Rows(_))).collect();
        let (large, little) = (env(0, 1, 3, 1 << 20), env_with(0, 1, 3, MemoryBudget::new(0).starving(allowance)));
        let (one, other) = (Rig::<(u8, Vec<u64>)>::new(&large), Rig::<(u8, Vec<u64>)>::new(&little));
        let by_key = ByKey::<_, u64, _, Pairs>::new(&strategy, Combined(ToList), Late::dropped(), &one.wiring);
        let by_slice = BySlice::<u8, u64, _, Pairs>::new(&strategy, ToList, &other.wiring).at_the_end(&little);
        let (mut expected, _) = run(&one, by_key, |v| v, &strategy, &rows);
        let (mut actual, _) = run(&other, by_slice, |v| vec![v], &strategy, &rows);
        // On disk, keys come in the order of their partitions.
        let order = |shown: &Shown| (shown.1, shown.3.windows[0]);
        expected.sort_by_key(order);
        actual.sort_by_key(order);
        prop_assert_eq!(actual, expected);
    }
}
