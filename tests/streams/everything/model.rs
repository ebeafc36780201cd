//! What comes out of a script, by a plain program.

use super::script::{Click, Step, rate_window};
use super::{BONUS, GAP, LATENESS, PAUSE, RATE_WINDOW};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A session when nothing can come for it any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Session {
    pub(super) user: u8,
    pub(super) start: i64,
    pub(super) end: i64,
    pub(super) total: u64,
}

#[derive(Default)]
pub(super) struct Outcome {
    pub(super) sessions: Vec<Session>,
    pub(super) dropped: u64,
    /// How often what a test is about has happened.
    pub(super) late: u64,
    pub(super) merged: u64,
    pub(super) waited: u64,
    pub(super) bonuses: u64,
}

/// The clicks of a user since the last pause, and when the next one would be over.
struct Activity {
    clicks: u64,
    pause_ends: i64,
}

pub(super) struct Model {
    clicks_watermark: i64,
    rates_watermark: i64,
    rates: BTreeMap<i64, u64>,
    activity: BTreeMap<u8, Activity>,
    waiting: Vec<Click>,
    open: Vec<Session>,
    outcome: Outcome,
}

impl Model {
    pub(super) fn run(steps: &[Step]) -> Outcome {
        let mut model = Self {
            clicks_watermark: i64::MIN,
            rates_watermark: i64::MIN,
            rates: BTreeMap::new(),
            activity: BTreeMap::new(),
            waiting: Vec::new(),
            open: Vec::new(),
            outcome: Outcome::default(),
        };
        steps.iter().for_each(|step| model.step(step));
        // The clicks end first, but what waits for rates is waited for.
        model.end_pauses(i64::MAX);
        model.rates_watermark = i64::MAX;
        model.go_on();
        model.close_sessions(i64::MAX);
        model.outcome
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Clicks(clicks) => clicks.iter().for_each(|click| self.click(*click)),
            Step::Rate(time, _) if rate_window(*time) + RATE_WINDOW <= self.rates_watermark => {
                self.outcome.dropped += 1;
            }
            Step::Rate(time, rate) => drop(self.rates.insert(rate_window(*time), *rate)),
            Step::RatesWatermark(time) => self.rates_watermark = *time,
            Step::ClicksWatermark(time) => {
                self.end_pauses(*time);
                self.clicks_watermark = *time;
                self.close_sessions(*time);
            }
        }
        self.go_on();
    }

    fn click(&mut self, click: Click) {
        let Click { time, user, amount } = click;
        let activity = self.activity.entry(user).or_insert(Activity { clicks: 0, pause_ends: 0 });
        let amount = amount + activity.clicks;
        activity.clicks += 1;
        activity.pause_ends = time + PAUSE;
        self.rate(Click { amount, ..click });
        self.end_pauses(self.clicks_watermark);
    }

    fn end_pauses(&mut self, until: i64) {
        let over: Vec<u8> =
            self.activity.iter().filter(|(_, a)| a.pause_ends <= until).map(|(user, _)| *user).collect();
        for user in over {
            let Some(Activity { clicks, pause_ends }) = self.activity.remove(&user) else { continue };
            self.outcome.bonuses += 1;
            self.rate(Click { time: pause_ends, user, amount: BONUS + clicks });
        }
    }

    /// A click or a bonus comes to where rates are read.
    fn rate(&mut self, click: Click) {
        if rate_window(click.time) + RATE_WINDOW + LATENESS <= self.clicks_watermark {
            self.outcome.dropped += 1;
        } else if !self.pass(click) {
            self.outcome.waited += 1;
            self.waiting.push(click);
        }
    }

    /// Passes a click on if its rate is known.
    fn pass(&mut self, click: Click) -> bool {
        let window = rate_window(click.time);
        let default = (window + RATE_WINDOW <= self.rates_watermark).then_some(1);
        let Some(rate) = self.rates.get(&window).copied().or(default) else { return false };
        self.add(Click { amount: click.amount * rate, ..click });
        true
    }

    fn go_on(&mut self) {
        for click in std::mem::take(&mut self.waiting) {
            if !self.pass(click) {
                self.waiting.push(click);
            }
        }
    }

    fn add(&mut self, click: Click) {
        let Click { user, time, amount } = click;
        let (start, end) = (time, time + GAP);
        if end + LATENESS <= self.clicks_watermark {
            self.outcome.dropped += 1;
            return;
        }
        self.outcome.late += u64::from(end <= self.clicks_watermark);
        let mut session = Session { user, start, end, total: amount };
        let near = |other: &Session| other.user == user && other.start < end && start < other.end;
        let (near, others): (Vec<_>, Vec<_>) = std::mem::take(&mut self.open).into_iter().partition(near);
        self.outcome.merged += u64::from(near.len() > 1);
        for other in near {
            session.start = session.start.min(other.start);
            session.end = session.end.max(other.end);
            session.total += other.total;
        }
        self.open = others;
        self.open.push(session);
    }

    fn close_sessions(&mut self, watermark: i64) {
        let is_over = |session: &Session| session.end + LATENESS <= watermark;
        let (over, open) = std::mem::take(&mut self.open).into_iter().partition::<Vec<_>, _>(is_over);
        self.open = open;
        self.outcome.sessions.extend(over);
    }
}
