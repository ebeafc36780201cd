//! The operator against a model of it: what a function sees of its state, which timers come and when, what is held, and
//! what is left.

mod model;

use super::receiver::Stateful;
use crate::kernel::hash::hash_key;
use crate::kernel::shuffle::HashedRows;
use crate::kernel::tests::{Rig, env};
use crate::kernel::{Env, Inbox, Operator, Packet, Stamp};
use crate::state::{EventTimer, EventTimers, ProcessingTimer, StateCx, StatefulDoFn, ValueState};
use crate::window::{Pane, Window, WindowSet};
use crate::{BoxError, Timestamp};
use beamline_macros::StateSpec;
use model::Model;
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use std::rc::Rc;
use std::time::Duration;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

const LATENESS: i64 = 10;
const TTL: i64 = 20;
const STEP: i64 = 3;

#[derive(StateSpec)]
struct Remembered {
    #[state(ttl = "20ms")]
    last: ValueState<u64>,
    chain: ValueState<u8>,
    timer: EventTimer,
    tags: EventTimers<u8>,
    alarm: ProcessingTimer,
}

/// What a value tells the function to do.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
enum Command {
    Write(u64),
    Forget,
    /// Sets the timer, so often again when it comes.
    Timer(i64, u8),
    /// Sets the timer with an output timestamp so much after that of the value.
    TimerWithOutput(i64, i64),
    ClearTimer,
    Tag(u8, i64),
    Alarm(u64),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Call {
    Value,
    Timer(i64),
    Tag(u8, i64),
    Alarm(i64),
    Expiration,
}

/// A call of the function, and what it saw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Seen {
    key: u8,
    call: Call,
    last: Option<u64>,
}

#[derive(Clone)]
struct Obey;

impl Obey {
    fn see(key: u8, call: Call, state: &Remembered, cx: &mut StateCx<'_, Seen>) {
        cx.emit(Seen { key, call, last: state.last.get().copied() });
    }
}

impl StatefulDoFn<u8, Command> for Obey {
    type State = Remembered;
    type Out = Seen;

    fn process(
        &mut self,
        key: &u8,
        command: Command,
        state: &mut Remembered,
        cx: &mut StateCx<'_, Seen>,
    ) -> Result<(), BoxError> {
        Self::see(*key, Call::Value, state, cx);
        match command {
            Command::Write(n) => state.last.set(n),
            Command::Forget => state.last.clear(),
            Command::Timer(time, again) => {
                state.timer.set(at(time), cx);
                if again > 0 { state.chain.set(again) } else { state.chain.clear() }
            }
            Command::TimerWithOutput(time, more) => {
                let output = cx.timestamp() + Duration::from_millis(more as u64);
                // One that cannot be is not set.
                let _ = state.timer.set_with_output(at(time), output, cx);
            }
            Command::ClearTimer => state.timer.clear(),
            Command::Tag(tag, time) => state.tags.set(tag, at(time), cx),
            Command::Alarm(delay) => state.alarm.set_after(Duration::from_millis(delay), cx),
        }
        Ok(())
    }

    fn on_timer(
        &mut self,
        key: &u8,
        timer: RememberedTimer,
        state: &mut Remembered,
        cx: &mut StateCx<'_, Seen>,
    ) -> Result<(), BoxError> {
        let time = cx.fire_time().millis();
        let call = match timer {
            RememberedTimer::Timer => Call::Timer(time),
            RememberedTimer::Tags(tag) => Call::Tag(tag, time),
            RememberedTimer::Alarm => Call::Alarm(time),
        };
        Self::see(*key, call, state, cx);
        if let Call::Timer(_) = call
            && let Some(left) = state.chain.take()
        {
            state.timer.set(at(time + STEP), cx);
            if left > 1 {
                state.chain.set(left - 1);
            }
        }
        Ok(())
    }

    fn on_window_expiration(
        &mut self,
        key: &u8,
        state: &mut Remembered,
        cx: &mut StateCx<'_, Seen>,
    ) -> Result<(), BoxError> {
        Self::see(*key, Call::Expiration, state, cx);
        state.last.set(0);
        Ok(())
    }
}

#[derive(Clone, Debug)]
enum Event {
    /// Key, timestamp, windows, command.
    Rows(Vec<(u8, i64, Vec<i64>, Command)>),
    Watermark(i64),
    Clock(u64),
}

fn window(start: i64) -> Window {
    Window { start: at(start), end: at(start + 30) }
}

fn command() -> impl Strategy<Value = Command> {
    prop_oneof![
        3 => (0u64..100).prop_map(Command::Write),
        1 => Just(Command::Forget),
        3 => (0i64..90, 0u8..4).prop_map(|(time, again)| Command::Timer(time, again)),
        2 => (0i64..90, 0i64..30).prop_map(|(time, output)| Command::TimerWithOutput(time, output)),
        1 => Just(Command::ClearTimer),
        2 => (0u8..3, 0i64..90).prop_map(|(tag, time)| Command::Tag(tag, time)),
        2 => (0u64..20).prop_map(Command::Alarm),
    ]
}

fn event() -> impl Strategy<Value = Event> {
    // Sometimes a row is in two windows, as those of sliding windows are.
    let row = (0u8..3, 0i64..60, 0u8..6, command()).prop_map(|(key, time, also, command)| {
        let first = time / 30 * 30;
        let windows = if also == 0 { vec![first - 15, first] } else { vec![first] };
        (key, time, windows, command)
    });
    prop_oneof![
        4 => prop::collection::vec(row, 1..5).prop_map(Event::Rows),
        2 => (0i64..100).prop_map(Event::Watermark),
        1 => (1u64..15).prop_map(Event::Clock),
    ]
}

/// The operator, driven as a runner drives it.
struct Driver<'a> {
    operator: Stateful<u8, Command, Obey>,
    rig: Rig<'a, Seen>,
    env: &'a Rc<Env>,
}

impl<'a> Driver<'a> {
    fn new(env: &'a Rc<Env>) -> Self {
        let rig = Rig::new(env);
        let operator = Stateful::new(&rig.wiring, Obey, Duration::from_millis(LATENESS as u64));
        Self { operator, rig, env }
    }

    fn deliver(&mut self, rows: &[(u8, i64, Vec<i64>, Command)]) {
        let mut hashed = HashedRows::new();
        for (key, time, windows, command) in rows {
            let windows: WindowSet = windows.iter().map(|start| window(*start)).collect();
            hashed.hashes.push(hash_key(key));
            hashed.batch.push((*key, *command), &Stamp { time: at(*time), windows, pane: Pane::UNKNOWN });
        }
        self.operator.deliver(Packet::new(hashed, 0)).unwrap();
    }

    /// Ends the bundle, and rings until nothing is due.
    fn rest(&mut self, watermark: Timestamp) -> Timestamp {
        self.operator.finish_bundle().unwrap();
        let now = self.env.clock.now();
        while self.operator.alarm().is_some_and(|alarm| alarm <= now) {
            self.operator.clock(now).unwrap();
            self.operator.finish_bundle().unwrap();
        }
        self.operator.output_watermark(watermark)
    }

    /// What was emitted since the last time, and with which timestamps and windows.
    fn emitted(&self) -> Vec<(Seen, Window, Timestamp)> {
        self.rig.rows.take().into_iter().map(|(seen, stamp)| (seen, stamp.windows[0], stamp.time)).collect()
    }
}

/// Calls for one key and window come in their order; those for others may come in between.
fn by_key(mut emitted: Vec<(Seen, Window, Timestamp)>) -> Vec<(Seen, Window, Timestamp)> {
    emitted.sort_by_key(|(seen, window, _)| (seen.key, *window));
    emitted
}

fn fire_times(emitted: &[(Seen, Window, Timestamp)]) -> Vec<i64> {
    let time = |seen: &Seen| match seen.call {
        Call::Timer(time) | Call::Tag(_, time) => Some(time),
        _ => None,
    };
    emitted.iter().filter_map(|(seen, ..)| time(seen)).collect()
}

fn check(events: Vec<Event>, batch_size: usize) {
    let env = env(0, 1, batch_size, 0);
    let (mut driver, mut model, mut watermark) = (Driver::new(&env), Model::default(), Timestamp::MIN);
    for event in events {
        let mut output = Timestamp::MIN;
        match &event {
            Event::Rows(rows) => {
                driver.deliver(rows);
                output = output.max(driver.rest(watermark));
            }
            Event::Watermark(time) if at(*time) > watermark => {
                watermark = at(*time);
                driver.operator.watermark(watermark).unwrap();
                output = output.max(driver.rest(watermark));
            }
            Event::Watermark(_) => continue,
            Event::Clock(by) => {
                env.clock.as_manual().unwrap().advance(Duration::from_millis(*by));
                output = output.max(driver.rest(watermark));
            }
        }
        let emitted = driver.emitted();
        if matches!(event, Event::Watermark(_)) {
            assert!(fire_times(&emitted).is_sorted(), "timers of all keys in the order of time: {emitted:?}");
        }
        assert_eq!(by_key(emitted), by_key(model.run(&event)));
        assert_eq!(output, model.output_watermark());
        assert_eq!(driver.operator.keys.len(), model.len(), "what is left");
    }
    driver.operator.watermark(Timestamp::MAX).unwrap();
    assert_eq!(driver.rest(Timestamp::MAX), Timestamp::MAX);
    assert_eq!(by_key(driver.emitted()), by_key(model.run(&Event::Watermark(i64::MAX))));
    assert_eq!((driver.operator.keys.len(), model.len()), (0, 0));
}

proptest! {
    #[test]
    fn the_operator_does_what_the_model_does(events in prop::collection::vec(event(), 0..25), small: bool) {
        check(events, if small { 1 } else { 1024 });
    }
}
