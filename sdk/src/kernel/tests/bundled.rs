//! What is combined in bundles or windows before it travels shows what elements show that travel one by one.

use super::{Rig, env};
use crate::combine::{CombineFn, ToList, Top};
use crate::kernel::keyed::windowed::{
    CombineInBundles, CombineInWindows, GroupInWindows, Keyed, One, Pairs, may_be_bundled,
};
use crate::kernel::{Batch, Env, Link, Op, Output, Packet, Receiver, Shuffle, ShuffleMode, Stamp};
use crate::window::reduce::Combined;
use crate::window::{Accumulation, OnTimeBehavior, Pane, Trigger, WindowSet, Windowing, WindowingStrategy};
use crate::{Result, Timestamp};
use proptest::prelude::*;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

#[derive(Clone, Debug)]
enum Event {
    /// A bundle of batches.
    Rows(Vec<Vec<(u8, i64)>>),
    Watermark(i64),
    Clock(u64),
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let batch = prop::collection::vec((0u8..4, -30i64..80), 0..12);
    let rows = prop::collection::vec(batch, 1..3).prop_map(Event::Rows);
    let event =
        prop_oneof![2 => rows, 1 => (1i64..25).prop_map(Event::Watermark), 1 => (1u64..9).prop_map(Event::Clock)];
    prop::collection::vec(event, 0..20)
}

fn millis(n: u64) -> Duration {
    Duration::from_millis(n)
}

fn triggers() -> impl Strategy<Value = Trigger> {
    let soon = || Trigger::after_processing_time(millis(5));
    prop_oneof![
        Just(Trigger::repeatedly(soon())),
        Just(Trigger::after_watermark().early(Trigger::repeatedly(soon())).into()),
        Just(Trigger::after_watermark().early(soon()).late(Trigger::after_count(2)).into()),
        Just(Trigger::repeatedly(Trigger::any((soon(), Trigger::from(Trigger::after_watermark()))))),
        Just(Trigger::repeatedly(Trigger::sequence((soon(), soon().aligned_to(millis(4), millis(1)))))),
        Just(Trigger::never()),
    ]
}

fn strategies() -> impl Strategy<Value = WindowingStrategy> {
    // Where windows overlap, late elements may come in another order, and a result is made of each: there they are dropped.
    let windowing = prop_oneof![
        (0u64..30).prop_map(|lateness| Windowing::fixed(millis(10)).allowed_lateness(millis(lateness))),
        Just(Windowing::sliding(millis(20), millis(5)).allowed_lateness(millis(0))),
        Just(Windowing::global().allowed_lateness(millis(0))),
    ];
    let accumulation =
        prop_oneof![Just(Accumulation::Discarding), Just(Accumulation::Accumulating), Just(Accumulation::Retracting)];
    (windowing, triggers(), accumulation).prop_map(|(windowing, trigger, accumulation)| {
        let windowing = windowing.trigger(trigger, accumulation).allow_data_loss();
        windowing.apply_to(&WindowingStrategy::default()).expect("it makes sense")
    })
}

/// The way between the sides of a shuffle.
#[derive(Default)]
struct Sent {
    packets: RefCell<Vec<Packet>>,
    rows: Cell<usize>,
    watermark: Cell<Option<Timestamp>>,
}

impl Link for Sent {
    fn send(&self, _to: usize, packet: Packet) -> Result<()> {
        self.rows.set(self.rows.get() + packet.rows());
        self.packets.borrow_mut().push(packet);
        Ok(())
    }

    fn watermark(&self, time: Timestamp) {
        self.watermark.set(Some(time));
    }

    fn idle(&self, _is_idle: bool) {}
}

/// Both sides of a shuffle on the only worker.
struct Sides<'a> {
    env: &'a Rc<Env>,
    out: Rig<'a, (u8, Vec<u64>)>,
    sender: Op,
    to_sender: Output<(u8, u64)>,
    receiver: Receiver,
    sent: Rc<Sent>,
}

/// Numbers from here on take as many bytes where they are written as where they are kept.
const LARGE: u64 = 1 << 40;

/// A result: when it came, what it shows, and its stamp.
type Shown = (usize, u8, Vec<u64>, Stamp);

impl<'a> Sides<'a> {
    fn new(shuffle: &dyn Shuffle, env: &'a Rc<Env>) -> Self {
        let (out, sent) = (Rig::new(env), Rc::new(Sent::default()));
        let sender = shuffle.sender(0, sent.clone(), &out.wiring, ShuffleMode { lifted: true });
        let receiver = shuffle.receiver(&out.wiring);
        let to_sender = Output::new(&sender.inputs, Rc::default(), env);
        Self { env, out, sender, to_sender, receiver, sent }
    }

    fn clock(&self, by: u64) {
        let clock = self.env.clock.as_manual().expect("tests move the clock");
        clock.advance(millis(by));
        let mut receiver = self.receiver.control.borrow_mut();
        while receiver.alarm().is_some_and(|alarm| alarm <= clock.now()) {
            receiver.clock(clock.now()).unwrap();
        }
    }

    /// What comes at the end of a bundle goes all the way.
    fn finish_bundle(&self, input: Timestamp) -> Timestamp {
        self.sender.control.borrow_mut().finish_bundle().unwrap();
        let packets = self.sent.packets.take();
        packets.into_iter().for_each(|packet| self.receiver.inboxes[0].borrow_mut().deliver(packet).unwrap());
        let mut receiver = self.receiver.control.borrow_mut();
        self.sent.watermark.take().into_iter().for_each(|time| receiver.watermark(time).unwrap());
        receiver.finish_bundle().unwrap();
        receiver.output_watermark(input)
    }

    /// What comes out, in an order that does not depend on that of keys, and how far the output has come after each event.
    fn run(&self, strategy: &WindowingStrategy, events: &[Event]) -> (Vec<Shown>, Vec<Timestamp>) {
        let (mut shown, mut outputs, mut number, mut watermark) = (Vec::new(), Vec::new(), LARGE.., Timestamp::MIN);
        for (step, event) in events.iter().chain([&Event::Watermark(i64::MAX)]).enumerate() {
            match event {
                Event::Rows(batches) => batches.iter().for_each(|rows| {
                    self.to_sender.push(&mut batch(rows, strategy, number.by_ref())).unwrap();
                }),
                Event::Watermark(by) => {
                    watermark = watermark.max(Timestamp::from_millis(-20)) + millis(*by as u64);
                    self.sender.control.borrow_mut().watermark(watermark).unwrap();
                }
                Event::Clock(by) => self.clock(*by),
            }
            outputs.push(self.finish_bundle(watermark));
            let mut rows = self.out.rows.take();
            rows.iter_mut().for_each(|((_, values), _)| values.sort_unstable());
            // Of a window and a key, they are in the order of their panes.
            rows.sort_by_key(|((key, _), stamp)| (*key, stamp.windows[0]));
            shown.extend(rows.into_iter().map(|((key, values), stamp)| (step, key, values, stamp)));
        }
        (shown, outputs)
    }
}

fn batch(rows: &[(u8, i64)], strategy: &WindowingStrategy, numbers: impl Iterator<Item = u64>) -> Batch<(u8, u64)> {
    let mut batch = Batch::new();
    for ((key, millis), number) in rows.iter().zip(numbers) {
        let time = Timestamp::from_millis(*millis);
        let mut windows = WindowSet::new();
        strategy.window_fn().assign(time, &mut windows);
        batch.push((*key, number), &Stamp { time, windows, pane: Pane::UNKNOWN });
    }
    batch
}

proptest! {
    #[test]
    fn bundles_show_what_elements_show(strategy in strategies(), events in events()) {
        prop_assert!(may_be_bundled(&strategy), "{}", strategy.trigger());
        let (one, other) = (env(0, 1, 3, 1 << 20), env(0, 1, 3, 1 << 20));
        let strategy = Arc::new(strategy);
        let singly = GroupInWindows::<u8, u64, _, One<u64>, Pairs>::new(strategy.clone(), Combined(ToList));
        let bundled = CombineInBundles::<u8, u64, _, Keyed, Pairs>::new(strategy.clone(), ToList);
        let (singly, bundled) = (Sides::new(&singly, &one), Sides::new(&bundled, &other));
        let (expected, expected_outputs) = singly.run(&strategy, &events);
        let (actual, outputs) = bundled.run(&strategy, &events);
        prop_assert_eq!(actual, expected);
        prop_assert_eq!(outputs, expected_outputs);
        prop_assert!(bundled.sent.rows.get() <= singly.sent.rows.get());
    }
}

/// Under the default trigger. Where windows overlap, late elements are dropped, as above.
fn plain_strategies() -> impl Strategy<Value = WindowingStrategy> {
    let windowing = prop_oneof![
        (0u64..30).prop_map(|lateness| Windowing::fixed(millis(10)).allowed_lateness(millis(lateness))),
        (0u64..30).prop_map(|lateness| Windowing::fixed(millis(60)).allowed_lateness(millis(lateness))),
        Just(Windowing::sliding(millis(20), millis(5)).allowed_lateness(millis(0))),
        Just(Windowing::global().allowed_lateness(millis(0))),
    ];
    let accumulation = prop_oneof![Just(Accumulation::Discarding), Just(Accumulation::Accumulating)];
    (windowing, accumulation).prop_map(|(windowing, accumulation)| {
        windowing.accumulation(accumulation).apply_to(&WindowingStrategy::default()).expect("it makes sense")
    })
}

proptest! {
    #[test]
    fn windows_show_what_elements_show(strategy in plain_strategies(), events in events()) {
        let (one, other) = (env(0, 1, 3, 1 << 20), env(0, 1, 3, 1 << 20));
        let strategy = Arc::new(strategy);
        let singly = GroupInWindows::<u8, u64, _, One<u64>, Pairs>::new(strategy.clone(), Combined(ToList));
        let combined = CombineInWindows::<u8, u64, _, Keyed, Pairs>::new(strategy.clone(), ToList);
        let (singly, combined) = (Sides::new(&singly, &one), Sides::new(&combined, &other));
        let (expected, expected_outputs) = singly.run(&strategy, &events);
        let (actual, outputs) = combined.run(&strategy, &events);
        prop_assert_eq!(actual, expected);
        prop_assert_eq!(outputs, expected_outputs);
    }
}

/// How many rows travel of a thousand batches of a row of each of nine keys, all in one window.
fn rows_sent<C: CombineFn<u64, Out = Vec<u64>>>(combine: C) -> usize {
    let windowing = Windowing::fixed(millis(10)).apply_to(&WindowingStrategy::default());
    let (strategy, env) = (Arc::new(windowing.unwrap()), env(0, 1, 3, 1 << 20));
    let sides = Sides::new(&CombineInWindows::<u8, u64, _, Keyed, Pairs>::new(strategy.clone(), combine), &env);
    let batch: Vec<(u8, i64)> = (0..9).map(|key| (key, 5)).collect();
    let (shown, _) = sides.run(&strategy, &[Event::Rows(vec![batch; 1_000])]);
    assert_eq!(shown.len(), 9);
    sides.sent.rows.get()
}

#[test]
fn what_does_not_become_less_travels_as_it_is() {
    assert_eq!(rows_sent(Top::largest(1)), 9);
    let sent = rows_sent(ToList);
    assert!((8_000..9_000).contains(&sent), "{sent}");
}

#[test]
fn late_values_stay_in_their_order_when_others_travel_as_they_are() {
    let windowing = Windowing::fixed(millis(10)).allowed_lateness(millis(30));
    let windowing = windowing.accumulation(Accumulation::Discarding).apply_to(&WindowingStrategy::default());
    let (strategy, env) = (Arc::new(windowing.unwrap()), env(0, 1, 3, 1 << 20));
    let sides = Sides::new(&CombineInWindows::<u8, u64, _, Keyed, Pairs>::new(strategy.clone(), ToList), &env);
    let on_time: Vec<(u8, i64)> = (0..9).map(|key| (key, 5)).collect();
    let mut late = on_time.clone();
    late.push((1, -1));
    let bundle: Vec<_> = (0..40).map(|_| late.clone()).collect();
    let (shown, _) = sides.run(&strategy, &[Event::Watermark(21), Event::Rows(bundle)]);
    let late: Vec<u64> =
        shown.iter().filter(|row| row.3.time < Timestamp::from_millis(0)).flat_map(|row| row.2.clone()).collect();
    assert_eq!(late, (1..=40).map(|batch| LARGE + batch * 10 - 1).collect::<Vec<_>>());
}

#[test]
fn a_key_travels_once_in_a_bundle() {
    let trigger = Trigger::repeatedly(Trigger::after_processing_time(millis(5)));
    let windowing = Windowing::global().trigger(trigger, Accumulation::Discarding);
    let windowing = windowing.on_time_behavior(OnTimeBehavior::FireIfNonEmpty);
    let strategy = Arc::new(windowing.apply_to(&WindowingStrategy::default()).unwrap());
    let env = env(0, 1, 3, 1 << 20);
    let sides = Sides::new(&CombineInBundles::<u8, u64, _, Keyed, Pairs>::new(strategy.clone(), ToList), &env);
    let rows = |n| vec![vec![(1, 0); n], vec![(2, 5), (1, 6)]];
    let (shown, _) = sides.run(&strategy, &[Event::Rows(rows(7)), Event::Rows(rows(1)), Event::Clock(5)]);
    assert_eq!(sides.sent.rows.get(), 4, "two keys in each of two bundles");
    let counts: Vec<_> = shown.iter().map(|(step, key, values, _)| (*step, *key, values.len())).collect();
    assert_eq!(counts, [(2, 1, 10), (2, 2, 2)]);
}

#[test]
fn what_counts_elements_is_told_of_each() {
    let soon = Trigger::after_processing_time(millis(5));
    let bundled = |windowing: Windowing| may_be_bundled(&windowing.apply_to(&WindowingStrategy::default()).unwrap());
    let global = |trigger: Trigger| bundled(Windowing::global().trigger(trigger, Accumulation::Discarding));
    assert!(global(Trigger::repeatedly(soon)));
    assert!(!global(Trigger::repeatedly(Trigger::after_count(2))));
    assert!(!global(Trigger::repeatedly(Trigger::any((Trigger::from(soon), Trigger::after_count(100))))));
    assert!(
        !global(Trigger::repeatedly(Trigger::after_processing_time(Duration::ZERO))),
        "it is due with each element"
    );
    let closed_when_it_fires = [Trigger::all((Trigger::repeatedly(soon),)), Trigger::any((Trigger::repeatedly(soon),))];
    for trigger in closed_when_it_fires {
        assert!(!global(trigger), "each element that comes then is counted");
    }
    let early_and_late = Trigger::after_watermark().early(soon).late(Trigger::after_count(1));
    let fixed = Windowing::fixed(millis(10)).allowed_lateness(millis(5));
    assert!(bundled(fixed.clone().trigger(early_and_late, Accumulation::Accumulating)));
    let marked_if_late = Trigger::after_watermark().early(soon).late(Trigger::after_punctuation());
    assert!(!bundled(fixed.trigger(marked_if_late, Accumulation::Discarding)));
    let sessions = Windowing::sessions(millis(10)).allowed_lateness(millis(5));
    let merging = sessions.trigger(Trigger::repeatedly(soon), Accumulation::Discarding);
    assert!(!bundled(merging));
}
