//! Joins in event time, event by event: against every pair of elements, and what they keep.

use super::{Rig, env};
use crate::kernel::hash::hash_key;
use crate::kernel::keyed::timed_join::{
    AsOf, Driver, Effects, Full, Inner, Interval, JoinByKey, JoinByRow, Lateness, TimedJoin,
};
use crate::kernel::keyed::windowed::Late;
use crate::kernel::shuffle::HashedRows;
use crate::kernel::{Batch, Stamp};
use crate::transforms::Within;
use crate::window::{Pane, Window, global_window};
use crate::{Timestamp, coder};
use proptest::prelude::*;
use std::fmt::Debug;
use std::time::Duration;

enum Value {
    Left(u64),
    Right(u64),
}

#[derive(Clone, Debug)]
enum Event {
    Left(u8, i64),
    Right(u8, i64),
    Watermark(i64),
}
use Event::{Left, Right, Watermark};

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        3 => (0u8..3, -30i64..60).prop_map(|(key, time)| Left(key, time)),
        3 => (0u8..3, -30i64..60).prop_map(|(key, time)| Right(key, time)),
        2 => (1i64..20).prop_map(Watermark),
    ];
    prop::collection::vec(event, 0..40)
}

fn lateness() -> impl Strategy<Value = Lateness> {
    let late = || prop_oneof![Just(0u64), 0u64..40];
    (late(), late()).prop_map(|(left, right)| Lateness { left: ms(left), right: ms(right) })
}

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

/// An element that a join takes, numbered by its event.
#[derive(Clone, Copy, Debug)]
struct Arrival {
    number: u64,
    key: u8,
    time: i64,
    /// How far the watermark had come.
    watermark: i64,
}

/// What a join takes of some events, and how far the watermark comes with each.
#[derive(Default)]
struct Script {
    left: Vec<Arrival>,
    right: Vec<Arrival>,
    watermarks: Vec<i64>,
    late: usize,
}

const START: i64 = Timestamp::MIN.millis();

impl Script {
    fn new(events: &[Event], lateness: Lateness) -> Self {
        let (mut script, mut watermark) = (Self::default(), START);
        for (number, event) in (0..).zip(events) {
            let mut arrive = |all: &mut Vec<Arrival>, key, time, late: Duration| {
                let is_late = time + (late.as_millis() as i64) < watermark;
                script.late += usize::from(is_late);
                if !is_late {
                    all.push(Arrival { number, key, time, watermark });
                }
            };
            match *event {
                Left(key, time) => arrive(&mut script.left, key, time, lateness.left),
                Right(key, time) => arrive(&mut script.right, key, time, lateness.right),
                Watermark(by) => watermark = watermark.max(-20) + by,
            }
            script.watermarks.push(watermark);
        }
        script.watermarks.push(Timestamp::MAX.millis());
        script
    }

    /// The event at which an element has come and the watermark has reached `due`.
    fn when(&self, element: &Arrival, due: i64) -> usize {
        let due = due.min(Timestamp::MAX.millis());
        let reached = self.watermarks.iter().position(|watermark| *watermark >= due).expect("the end comes");
        reached.max(element.number as usize)
    }
}

/// A join that keeps what it has by key.
fn by_key<'a, J>(rig: &'a Rig<'a, (u8, J::Row)>, join: J) -> Driven<'a, J, JoinByKey<u8, J>>
where
    J: TimedJoin<Left = u64, Right = u64, Row: Debug + Ord>,
{
    Driven::new(rig, join)
}

/// A result: the event that caused it, the key, the row, the time.
type Shown<Row> = (usize, u8, Row, Timestamp);

/// A join that is driven by hand.
struct Driven<'a, J: TimedJoin<Left = u64, Right = u64>, D> {
    rig: &'a Rig<'a, (u8, J::Row)>,
    join: D,
    watermark: Timestamp,
    output: Timestamp,
}

impl<'a, J, D> Driven<'a, J, D>
where
    J: TimedJoin<Left = u64, Right = u64, Row: Debug + Ord>,
    D: Driver<u8, J>,
{
    fn new(rig: &'a Rig<'a, (u8, J::Row)>, join: J) -> Self {
        let start = Timestamp::MIN;
        Self { rig, join: D::new(join, Late::dropped(), &rig.wiring), watermark: start, output: start }
    }

    fn take(&mut self, key: u8, time: i64, value: Value) {
        match value {
            Value::Left(value) => self.join.take_left(row(key, time, value)).unwrap(),
            Value::Right(value) => self.join.take_right(row(key, time, value)).unwrap(),
        }
    }

    fn advance_to(&mut self, time: Timestamp) {
        self.watermark = time;
        self.join.watermark(time).unwrap();
    }

    /// Ends the bundle; gives what has come out, sorted.
    fn finish(&mut self) -> Vec<(u8, J::Row, Timestamp)> {
        self.join.finish_bundle().unwrap();
        self.output = self.join.output_watermark(self.watermark);
        let rows = self.rig.rows.take().into_iter();
        let mut rows: Vec<_> = rows.map(|((key, row), stamp)| (key, row, global(stamp))).collect();
        rows.sort();
        rows
    }

    fn perform(&mut self, number: usize, event: &Event, to: i64) {
        match *event {
            Left(key, time) => self.take(key, time, Value::Left(number as u64)),
            Right(key, time) => self.take(key, time, Value::Right(number as u64)),
            Watermark(_) => self.advance_to(at(to)),
        }
    }
}

fn row(key: u8, time: i64, value: u64) -> HashedRows<(u8, u64)> {
    let mut batch = Batch::new();
    batch.push((key, value), &Stamp { time: at(time), windows: global_window(), pane: Pane::UNKNOWN });
    HashedRows { hashes: vec![hash_key(&key)], batch }
}

/// The time of a result, which is in the global window.
fn global(stamp: Stamp) -> Timestamp {
    assert_eq!((&stamp.windows[..], stamp.pane), (&[Window::GLOBAL][..], Pane::UNKNOWN));
    stamp.time
}

/// What comes out event by event. On the way: what was on time when it came is not late for the next step.
fn run<J>(join: J, events: &[Event], script: &Script, is_on_time: impl Fn(&J::Row) -> bool) -> Vec<Shown<J::Row>>
where
    J: TimedJoin<Left = u64, Right = u64, Row: Clone + Debug + Ord>,
{
    let env = env(0, 1, 3, 1 << 20);
    let rig = Rig::new(&env);
    let mut driven = Driven::<J, J::Driver<u8>>::new(&rig, join);
    let mut shown = Vec::new();
    for (number, event) in events.iter().chain([&Watermark(0)]).enumerate() {
        driven.perform(number, event, script.watermarks[number]);
        let output = driven.output;
        for (key, row, time) in driven.finish() {
            assert!(time >= output || !is_on_time(&row), "{row:?} at {time:?} is behind {output:?}");
            shown.push((number, key, row, time));
        }
    }
    assert_eq!(driven.output, Timestamp::MAX, "nothing is held back in the end");
    assert!(driven.join.keeps_nothing());
    shown
}

fn sorted<Row: Ord>(mut shown: Vec<Shown<Row>>) -> Vec<Shown<Row>> {
    shown.sort();
    shown
}

type Pair = (Option<u64>, Option<u64>);

/// Every pair of elements looked at.
fn pairs(script: &Script, (least, most): (i64, i64), lateness: Lateness) -> Vec<Shown<Pair>> {
    let mut shown = Vec::new();
    let (mut met_left, mut met_right) = (vec![], vec![]);
    for left in &script.left {
        for right in script.right.iter().filter(|right| right.key == left.key) {
            if (least..=most).contains(&(right.time - left.time)) {
                let event = left.number.max(right.number) as usize;
                shown.push((event, left.key, (Some(left.number), Some(right.number)), at(left.time.max(right.time))));
                met_left.push(left.number);
                met_right.push(right.number);
            }
        }
    }
    let late = |late: Duration| late.as_millis() as i64 + 1;
    for left in script.left.iter().filter(|left| !met_left.contains(&left.number)) {
        let event = script.when(left, left.time.saturating_add(most).saturating_add(late(lateness.right)));
        shown.push((event, left.key, (Some(left.number), None), at(left.time)));
    }
    for right in script.right.iter().filter(|right| !met_right.contains(&right.number)) {
        let event = script.when(right, right.time.saturating_sub(least).saturating_add(late(lateness.left)));
        shown.push((event, right.key, (None, Some(right.number)), at(right.time)));
    }
    sorted(shown)
}

/// The latest version that has come when a value is shown, for every value.
fn versions(script: &Script) -> Vec<Shown<(u64, Option<u64>)>> {
    let version_of = |left: &Arrival| {
        let event = script.when(left, left.time + 1);
        let is_known =
            |right: &&Arrival| right.key == left.key && right.time <= left.time && right.number <= event as u64;
        // Of numbers below 251, which are encoded as themselves, the greater one has the greater encoding.
        let version = script.right.iter().filter(is_known).max_by_key(|right| (right.time, right.number));
        (event, left.key, (left.number, version.map(|version| version.number)), at(left.time))
    };
    sorted(script.left.iter().map(version_of).collect())
}

fn is_on_time(all: &[Arrival], number: Option<u64>) -> bool {
    let found = number.and_then(|number| all.iter().find(|element| element.number == number));
    found.is_none_or(|element| element.time >= element.watermark)
}

/// Some of a single instant, some of one side only, some so long that nothing is ever over.
fn bounds() -> impl Strategy<Value = (i64, i64)> {
    let least = || -20i64..20;
    prop_oneof![
        6 => (least(), 0i64..25).prop_map(|(least, more)| (least, least + more)),
        1 => least().prop_map(|least| (least, least)),
        1 => least().prop_map(|least| (least, i64::MAX)),
        1 => least().prop_map(|most| (i64::MIN, most)),
        1 => Just((-400_000_000, 400_000_000)),
    ]
}

proptest! {
    #[test]
    fn an_interval_join_shows_every_pair_once(bounds in bounds(), lateness in lateness(), events in events()) {
        let script = Script::new(&events, lateness);
        let join = Interval::<u64, u64, Full>::new(Within::millis(bounds.0..=bounds.1), lateness);
        let on_time = |row: &Pair| is_on_time(&script.left, row.0) && is_on_time(&script.right, row.1);
        let shown = run(join, &events, &script, on_time);
        prop_assert_eq!(sorted(shown), pairs(&script, bounds, lateness));
    }

    #[test]
    fn values_that_are_not_waited_for_meet_the_same_partners(bounds in bounds(), lateness in lateness(), events in events()) {
        let script = Script::new(&events, lateness);
        let join = Interval::<u64, u64, Inner>::new(Within::millis(bounds.0..=bounds.1), lateness);
        let shown = run(join, &events, &script, |_| false);
        let shown = shown.into_iter().map(|(event, key, (left, right), time)| (event, key, (Some(left), Some(right)), time));
        let pairs = pairs(&script, bounds, lateness).into_iter().filter(|(_, _, row, _)| row.0.is_some() && row.1.is_some());
        prop_assert_eq!(sorted(shown.collect()), pairs.collect::<Vec<_>>());
    }

    #[test]
    fn an_as_of_join_shows_every_value_once(lateness in lateness(), events in events()) {
        let script = Script::new(&events, lateness);
        let join = AsOf::<u64, u64>::new(lateness);
        let shown = run(join, &events, &script, |row| is_on_time(&script.left, Some(row.0)));
        prop_assert_eq!(sorted(shown), versions(&script));
    }

    #[test]
    fn what_is_kept_can_be_saved_and_restored(bounds in bounds(), lateness in lateness(), events in events()) {
        let interval = Interval::<u64, u64, Full>::new(Within::millis(bounds.0..=bounds.1), lateness);
        prop_assert_eq!(of_one_key(&interval, &events, true), of_one_key(&interval, &events, false));
        let as_of = AsOf::<u64, u64>::new(lateness);
        prop_assert_eq!(of_one_key(&as_of, &events, true), of_one_key(&as_of, &events, false));
    }
}

/// Effects, as they are written down.
struct Log(Vec<String>);

impl<Row: Debug> Effects<Row> for Log {
    fn emit(&mut self, row: Row, time: Timestamp) {
        self.0.push(format!("{row:?} at {time:?}"));
    }

    fn hold(&mut self, at: Timestamp) {
        self.0.push(format!("hold {at:?}"));
    }

    fn release(&mut self, at: Timestamp) {
        self.0.push(format!("release {at:?}"));
    }
}

/// The effects of a join when all elements have one key, with its state saved and restored between events, or not.
fn of_one_key<J>(join: &J, events: &[Event], is_saved: bool) -> Vec<String>
where
    J: TimedJoin<Left = u64, Right = u64, Row: Debug>,
{
    let (mut state, mut log, mut watermark) = (J::State::default(), Log(Vec::new()), -20);
    for (number, event) in (0..).zip(events) {
        match *event {
            Left(_, time) => join.add_left(&mut state, at(time), number, &mut log),
            Right(_, time) => join.add_right(&mut state, at(time), number, &mut log),
            Watermark(by) => watermark += by,
        }
        join.advance(&mut state, at(watermark), &mut log);
        log.0.push(format!("{:?} {} {}", join.due(&state), J::is_empty(&state), J::kept(&state)));
        if is_saved {
            let mut bytes = Vec::new();
            coder::encode(&state, &mut bytes).unwrap();
            state = coder::decode(&mut bytes.as_slice()).unwrap();
        }
    }
    log.0
}

#[test]
fn an_interval_join_keeps_what_can_meet_still() {
    let env = env(0, 1, 8, 1 << 20);
    let rig = Rig::new(&env);
    let late = Lateness { left: ms(0), right: ms(5) };
    let mut driven = by_key(&rig, Interval::<u64, u64, Full>::new(Within::millis(-2..=10), late));
    for time in 0..100 {
        driven.take(1, time, Value::Left(time as u64));
        driven.take(2, time, Value::Right(time as u64));
    }
    assert_eq!((driven.join.kept_of(&1), driven.join.kept_of(&2), driven.join.keys()), (100, 100, 2));
    driven.advance_to(at(50));
    // A left one at 35 has partners to 45, which may come to a watermark of 50; a right one at 48 has those from 50 on.
    assert_eq!((driven.join.kept_of(&1), driven.join.kept_of(&2)), (65, 52));
    assert_eq!(driven.finish().len(), 35 + 48);
    assert_eq!(driven.output, at(35), "the first that waits holds the output back");
    driven.advance_to(at(101));
    assert_eq!((driven.join.kept_of(&1), driven.join.kept_of(&2)), (14, 1));
    driven.advance_to(at(115));
    assert!(driven.join.keeps_nothing());
}

#[test]
fn values_that_are_not_waited_for_go_with_the_next_one_or_soon() {
    let env = env(0, 1, 8, 1 << 20);
    let rig = Rig::new(&env);
    let join = Interval::<u64, u64, Inner>::new(Within::millis(0..=1000), Lateness::default());
    let mut driven = by_key(&rig, join);
    for time in 0..100 {
        driven.take(1, time, Value::Left(time as u64));
        driven.take(1, time, Value::Right(time as u64));
        driven.take(2, time, Value::Right(time as u64));
    }
    driven.advance_to(at(200));
    assert_eq!((driven.join.kept_of(&1), driven.join.keys()), (200, 1), "a side that nothing can meet is gone");
    driven.take(1, 1050, Value::Right(0));
    assert_eq!(driven.join.kept_of(&1), 101, "so are its like, as the key is looked at");
    driven.advance_to(at(1051));
    driven.take(1, 1060, Value::Right(0));
    assert_eq!(driven.join.kept_of(&1), 50);
    driven.advance_to(at(1120));
    assert!(driven.join.keeps_nothing(), "sixteen milliseconds later");
}

type Pairs<'a> = Driven<'a, Interval<u64, u64, Inner>, JoinByRow<u8, u64, u64>>;

fn by_row<'a>(rig: &'a Rig<'a, (u8, (u64, u64))>, within: (i64, i64), lateness: Lateness) -> Pairs<'a> {
    Driven::new(rig, Interval::new(Within::millis(within.0..=within.1), lateness))
}

#[test]
fn rows_that_came_together_go_together() {
    let env = env(0, 1, 8, 1 << 20);
    let rig = Rig::new(&env);
    let mut driven = by_row(&rig, (0, 1000), Lateness { left: ms(0), right: ms(5) });
    for time in 0..100 {
        driven.take((time % 50) as u8, time, Value::Left(time as u64));
        driven.take((time % 50) as u8, time + 50, Value::Right(time as u64));
    }
    assert_eq!((driven.join.kept(), driven.finish().len()), ((100, 100, 0), 200));
    driven.advance_to(at(100));
    let (left, right, _) = driven.join.kept();
    // Rows go in eights: those of up to 99 are the first fifty of the right side.
    assert_eq!((left, right), (100, 100 - 48));
    driven.take(1, 100, Value::Right(0));
    assert_eq!(driven.join.kept(), (100, 53, 0));
    driven.advance_to(at(1000 + 5 + 20));
    assert_eq!(driven.join.kept(), (100 - 16, 0, 0), "of the left side, those of up to 19");
    driven.finish();
    driven.advance_to(at(1104));
    driven.take(49, 1099, Value::Right(7));
    assert_eq!(driven.finish(), [(49, (99, 7), at(1099))], "the last one waited for that");
    driven.advance_to(at(1105));
    assert!(driven.join.keeps_nothing());
}

#[test]
fn what_nothing_can_meet_is_not_kept() {
    let env = env(0, 1, 8, 1 << 20);
    let rig = Rig::new(&env);
    let mut driven = by_row(&rig, (0, 1000), Lateness { left: ms(0), right: ms(500) });
    driven.take(1, 0, Value::Left(0));
    driven.advance_to(at(400));
    driven.take(1, 399, Value::Right(1));
    assert_eq!((driven.join.kept(), driven.finish().len()), ((1, 0, 0), 1), "no left one comes before 400");
    driven.take(1, 400, Value::Right(2));
    assert_eq!((driven.join.kept(), driven.finish().len()), ((1, 1, 0), 1));
}

#[test]
fn a_key_of_many_rows_is_kept_by_time_until_they_are_over() {
    let env = env(0, 1, 8, 1 << 20);
    let rig = Rig::new(&env);
    let mut driven = by_row(&rig, (0, 100), Lateness::default());
    for time in 0..10 {
        driven.take(1, time, Value::Left(time as u64));
        driven.take(2, time, Value::Left(time as u64));
    }
    assert_eq!(driven.join.kept(), (20, 0, 0), "nobody has looked for partners");
    driven.take(1, 4, Value::Right(7));
    assert_eq!((driven.finish().len(), driven.join.kept()), (5, (20, 1, 1)));
    driven.take(1, 3, Value::Right(8));
    driven.take(1, 2, Value::Left(9));
    assert_eq!((driven.finish().len(), driven.join.kept()), (4 + 2, (20, 1, 1)), "with those that were moved");
    driven.advance_to(at(109));
    assert_eq!(driven.join.kept(), (4, 0, 1), "rows that were moved go with the others");
    driven.take(1, 109, Value::Right(10));
    driven.take(2, 109, Value::Right(11));
    assert_eq!(driven.finish().len(), 2, "the last of each key");
    driven.advance_to(at(120));
    assert!(driven.join.keeps_nothing());
    driven.take(1, 120, Value::Left(12));
    driven.take(1, 120, Value::Right(13));
    assert_eq!((driven.finish().len(), driven.join.kept()), (1, (1, 1, 0)), "it is a key like others again");
}

#[test]
fn rows_of_the_far_future_do_not_keep_those_that_came_with_them() {
    let env = env(0, 1, 8, 1 << 20);
    let rig = Rig::new(&env);
    let mut driven = by_row(&rig, (0, 10), Lateness::default());
    for time in 0..5_000 {
        let far = if time % 200 == 0 { 1_000_000 } else { 0 };
        driven.take((time % 250) as u8, time + far, Value::Left(0));
        driven.advance_to(at(time));
        let (left, ..) = driven.join.kept();
        assert!(left <= 4 * (10 + time as usize / 200) + 16, "{left} rows at {time}");
    }
}

#[test]
fn an_as_of_join_keeps_the_versions_that_are_valid_still() {
    let env = env(0, 1, 8, 1 << 20);
    let rig = Rig::new(&env);
    let mut driven = by_key(&rig, AsOf::<u64, u64>::new(Lateness { left: ms(15), right: ms(1000) }));
    for time in 0..100 {
        driven.take(1, 10 * time, Value::Right(time as u64));
        driven.take(1, time, Value::Left(time as u64));
    }
    assert_eq!(driven.join.kept_of(&1), 200);
    driven.advance_to(at(50));
    // A value can come at 35 still: for that the version of 30 is needed.
    assert_eq!((driven.finish().len(), driven.join.kept_of(&1)), (50, 50 + 97));
    assert_eq!(driven.output, at(50));
    driven.advance_to(at(5000));
    assert_eq!((driven.finish().len(), driven.join.kept_of(&1)), (50, 1));
    // A version that is late, and older than one that is valid for all that can come, is not kept.
    driven.take(1, 4500, Value::Right(7));
    driven.take(1, 4400, Value::Right(8));
    assert_eq!(driven.join.kept_of(&1), 1);
    driven.take(1, 4990, Value::Left(0));
    assert_eq!(driven.finish(), [(1, (0, Some(7)), at(4990))]);
    driven.advance_to(Timestamp::MAX);
    assert!(driven.join.keeps_nothing());
}

#[test]
fn keys_that_come_and_go_leave_nothing() {
    let env = env(0, 1, 8, 1 << 20);
    let rig = Rig::new(&env);
    let join = Interval::<u64, u64, Full>::new(Within::around(ms(3)), Lateness::default());
    let mut driven = by_key(&rig, join);
    for time in 0..1000 {
        driven.take((time % 251) as u8, time, Value::Left(0));
        driven.advance_to(at(time));
        assert!(driven.join.keys() <= 4, "{} keys at {time}", driven.join.keys());
    }
    assert_eq!(driven.finish().len(), 996);
}
