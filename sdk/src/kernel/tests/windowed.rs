//! Grouping window by window shows what grouping key by key does.

use super::{Rig, env};
use crate::kernel::hash::hash_key;
use crate::kernel::keyed::windowed::{ByKey, ByWindow, Gathered, Late, Pairs, Takes};
use crate::kernel::shuffle::HashedRows;
use crate::kernel::{Batch, Operator, Stamp};
use crate::window::{Accumulation, Pane, Windowing, WindowingStrategy};
use crate::{Timestamp, Values};
use proptest::prelude::*;
use std::time::Duration;

#[derive(Clone, Debug)]
enum Event {
    Rows(Vec<(u8, i64)>),
    Watermark(i64),
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let rows = prop::collection::vec((0u8..4, -30i64..80), 0..12).prop_map(Event::Rows);
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
    let accumulation = prop_oneof![Just(Accumulation::Discarding), Just(Accumulation::Accumulating)];
    (windowing, accumulation, 0u64..30).prop_map(move |(windowing, accumulation, lateness)| {
        let windowing = windowing.allowed_lateness(millis(lateness)).accumulation(accumulation);
        windowing.apply_to(&WindowingStrategy::default()).expect("it makes sense")
    })
}

/// A result: when it came, what it shows, and its stamp.
type Shown = (usize, u8, Vec<u64>, Stamp);

/// What comes out, in an order that does not depend on that of keys, and how far the output has come after each event.
fn run(
    rig: &Rig<'_, (u8, Values<u64>)>,
    mut grouping: impl Takes<u8, u64> + Operator,
    strategy: &WindowingStrategy,
    events: &[Event],
) -> (Vec<Shown>, Vec<Timestamp>) {
    let (mut shown, mut outputs, mut number) = (Vec::new(), Vec::new(), 0..);
    let mut watermark = Timestamp::MIN;
    for (step, event) in events.iter().chain([&Event::Watermark(i64::MAX)]).enumerate() {
        match event {
            Event::Rows(rows) => grouping.take(hashed(rows, strategy, &mut number)).unwrap(),
            Event::Watermark(by) => {
                let from = watermark.max(Timestamp::from_millis(-20));
                watermark = from + Duration::from_millis(*by as u64);
                grouping.watermark(watermark).unwrap();
            }
        }
        grouping.finish_bundle().unwrap();
        outputs.push(grouping.output_watermark(watermark));
        let mut rows: Vec<Shown> =
            rig.rows.take().into_iter().map(|((key, values), stamp)| (step, key, values.into_vec(), stamp)).collect();
        rows.sort_by_key(|(_, key, _, stamp)| (*key, stamp.windows[0], stamp.pane.index));
        shown.extend(rows);
    }
    (shown, outputs)
}

fn hashed(
    rows: &[(u8, i64)],
    strategy: &WindowingStrategy,
    number: &mut impl Iterator<Item = u64>,
) -> HashedRows<(u8, u64)> {
    let mut batch = Batch::new();
    for ((key, millis), number) in rows.iter().zip(number) {
        let mut stamp = Stamp {
            time: Timestamp::from_millis(*millis),
            windows: crate::window::WindowSet::new(),
            pane: Pane::UNKNOWN,
        };
        strategy.window_fn().assign(stamp.time, &mut stamp.windows);
        batch.push((*key, number), &stamp);
    }
    HashedRows { hashes: rows.iter().map(|(key, _)| hash_key(key)).collect(), batch }
}

proptest! {
    #[test]
    fn by_window_is_by_key(strategy in strategies(), events in events()) {
        let env = env(0, 1, 3, 1 << 20);
        let (one, other) = (Rig::new(&env), Rig::new(&env));
        let by_key = ByKey::<_, _, _, Pairs>::new(&strategy, Gathered, Late::dropped(), &one.wiring);
        let by_window = ByWindow::<_, _, _, Pairs>::new(&strategy, Gathered, Late::dropped(), &other.wiring);
        let (expected, expected_outputs) = run(&one, by_key, &strategy, &events);
        let (actual, outputs) = run(&other, by_window, &strategy, &events);
        prop_assert_eq!(actual, expected);
        prop_assert_eq!(outputs, expected_outputs);
    }
}
