//! Stateful functions, slow and obvious: every instant of time is looked at.

use super::{Call, Command, Event, LATENESS, STEP, Seen, TTL, at, window};
use crate::Timestamp;
use crate::window::Window;
use std::collections::BTreeMap;

#[derive(Clone, Copy)]
struct Timer {
    at: i64,
    output: i64,
}

#[derive(Default)]
struct Remembered {
    /// The value, and when it was written.
    last: Option<(u64, i64)>,
    chain: u8,
    timer: Option<Timer>,
    tags: BTreeMap<u8, Timer>,
    alarm: Option<Timer>,
}

#[derive(Default)]
pub(super) struct Model {
    keys: BTreeMap<(u8, i64), Remembered>,
    watermark: Option<i64>,
    output: Option<i64>,
    clock: i64,
    calls: Vec<(Seen, Window, Timestamp)>,
}

/// The last instant of a window that takes elements.
fn expiry(start: i64) -> i64 {
    start + 29 + LATENESS
}

impl Remembered {
    fn is_empty(&self) -> bool {
        self.last.is_none() && self.chain == 0 && self.timer.is_none() && self.tags.is_empty() && self.alarm.is_none()
    }

    fn forget_old(&mut self, now: i64) {
        self.last = self.last.filter(|(_, written)| written + TTL > now);
    }

    fn holds(&self) -> impl Iterator<Item = i64> {
        let early = self.timer.iter().chain(self.tags.values()).filter(|timer| timer.output < timer.at);
        early.chain(&self.alarm).map(|timer| timer.output)
    }
}

impl Model {
    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    pub(super) fn output_watermark(&mut self) -> Timestamp {
        let held = self.keys.values().flat_map(Remembered::holds).min();
        let may = held.map_or(self.watermark, |held| self.watermark.map(|watermark| watermark.min(held)));
        self.output = self.output.max(may);
        self.output.map_or(Timestamp::MIN, at)
    }

    /// What the function is called for.
    pub(super) fn run(&mut self, event: &Event) -> Vec<(Seen, Window, Timestamp)> {
        match event {
            Event::Rows(rows) => {
                for (key, time, windows, command) in rows {
                    windows.iter().for_each(|start| self.value(*key, *start, *time, *command));
                }
            }
            Event::Watermark(time) => self.watermark = Some(*time),
            Event::Clock(by) => self.clock += *by as i64,
        }
        self.keys.keys().copied().collect::<Vec<_>>().into_iter().for_each(|(key, start)| self.rest(key, start));
        std::mem::take(&mut self.calls)
    }

    fn call(&mut self, key: u8, start: i64, call: Call, time: i64) -> &mut Remembered {
        let state = self.keys.entry((key, start)).or_default();
        let last = state.last.map(|(value, _)| value);
        self.calls.push((Seen { key, call, last }, window(start), at(time)));
        state
    }

    fn value(&mut self, key: u8, start: i64, time: i64, command: Command) {
        if self.watermark.is_some_and(|watermark| watermark > expiry(start)) {
            return;
        }
        let clock = self.clock;
        self.keys.entry((key, start)).or_default().forget_old(time);
        let state = self.call(key, start, Call::Value, time);
        let clamped = |time: i64| time.min(expiry(start));
        match command {
            Command::Write(value) => {
                let written = state.last.map_or(time, |(_, before)| before.max(time));
                state.last = Some((value, written));
            }
            Command::Forget => state.last = None,
            Command::Timer(time, again) => {
                state.timer = Some(Timer { at: clamped(time), output: clamped(time) });
                state.chain = again;
            }
            Command::TimerWithOutput(due, more) => {
                let timer = Timer { at: clamped(due), output: time + more };
                if timer.output <= timer.at {
                    state.timer = Some(timer);
                }
            }
            Command::ClearTimer => state.timer = None,
            Command::Tag(tag, time) => {
                state.tags.insert(tag, Timer { at: clamped(time), output: clamped(time) });
            }
            Command::Alarm(delay) => {
                state.alarm = Some(Timer { at: clock + delay as i64, output: time.min(expiry(start)) });
            }
        }
    }

    /// What comes for a key when all values have come.
    fn rest(&mut self, key: u8, start: i64) {
        if let Some(watermark) = self.watermark {
            // Nothing is set for an instant before this.
            (0..=watermark.min(expiry(start))).for_each(|now| while self.event_timer(key, start, now) {});
            if let Some(state) = self.keys.get_mut(&(key, start)) {
                state.forget_old(watermark.min(expiry(start)));
            }
            if watermark > expiry(start) {
                self.end(key, start);
                return;
            }
        }
        if let Some(timer) = self.keys[&(key, start)].alarm.filter(|timer| timer.at <= self.clock) {
            self.keys.entry((key, start)).or_default().alarm = None;
            self.keys.entry((key, start)).or_default().forget_old(timer.output);
            self.call(key, start, Call::Alarm(timer.at), timer.output);
        }
        self.drop_if_empty(key, start);
    }

    /// Fires a timer that is set for this instant, if there is one.
    fn event_timer(&mut self, key: u8, start: i64, now: i64) -> bool {
        let Some(state) = self.keys.get_mut(&(key, start)) else { return false };
        if let Some(timer) = state.timer.filter(|timer| timer.at == now) {
            state.timer = None;
            state.forget_old(now);
            let state = self.call(key, start, Call::Timer(now), timer.output);
            if state.chain > 0 {
                state.chain -= 1;
                let again = (now + STEP).min(expiry(start));
                state.timer = Some(Timer { at: again, output: again });
            }
            return true;
        }
        let Some(tag) = state.tags.iter().find(|(_, timer)| timer.at == now).map(|(tag, _)| *tag) else { return false };
        let timer = state.tags.remove(&tag).expect("it was found");
        state.forget_old(now);
        self.call(key, start, Call::Tag(tag, now), timer.output);
        true
    }

    fn end(&mut self, key: u8, start: i64) {
        if !self.keys[&(key, start)].is_empty() {
            self.call(key, start, Call::Expiration, expiry(start));
        }
        self.keys.remove(&(key, start));
    }

    fn drop_if_empty(&mut self, key: u8, start: i64) {
        if self.keys[&(key, start)].is_empty() {
            self.keys.remove(&(key, start));
        }
    }
}
