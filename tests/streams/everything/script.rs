//! Random scripts.

use super::RATE_WINDOW;
use std::collections::BTreeSet;

#[derive(Clone, Copy, Debug)]
pub(super) struct Click {
    pub(super) time: i64,
    pub(super) user: u8,
    pub(super) amount: u64,
}

#[derive(Clone, Debug)]
pub(super) enum Step {
    /// At most one of each user: they come in one bundle or in several.
    Clicks(Vec<Click>),
    Rate(i64, u64),
    ClicksWatermark(i64),
    RatesWatermark(i64),
}

/// Where a window of rates starts.
pub(super) fn rate_window(time: i64) -> i64 {
    time - time.rem_euclid(RATE_WINDOW)
}

/// Numbers that follow from a seed (splitmix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: i64) -> i64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let x = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((x ^ (x >> 31)) % end.unsigned_abs()) as i64
    }
}

/// A script in the making.
struct Writer {
    dice: Dice,
    steps: Vec<Step>,
    clicks_watermark: i64,
    rates_watermark: i64,
    /// Windows whose rate has come.
    rated: BTreeSet<i64>,
}

impl Writer {
    fn write(&mut self) {
        match self.dice.below(10) {
            0..=4 => self.clicks(),
            5 => {
                let time = self.clicks_watermark + self.dice.below(60) - 20;
                self.rate(time);
            }
            6 => self.advance_rates(self.clicks_watermark),
            _ => self.advance_clicks(),
        }
    }

    fn clicks(&mut self) {
        let mut clicks = Vec::new();
        for user in 0..3 {
            if self.dice.below(2) == 0 {
                let time = self.clicks_watermark + self.dice.below(100) - 60;
                clicks.push(Click { time, user, amount: self.dice.below(100).unsigned_abs() });
            }
        }
        self.steps.push(Step::Clicks(clicks));
    }

    fn rate(&mut self, time: i64) {
        self.rated.insert(rate_window(time));
        self.steps.push(Step::Rate(time, 1 + self.dice.below(9).unsigned_abs()));
    }

    fn advance_rates(&mut self, to: i64) {
        if to > self.rates_watermark {
            self.rates_watermark = to;
            self.steps.push(Step::RatesWatermark(to));
        }
    }

    /// Nothing that waits for a rate may be late when it goes on: how far watermarks are held back by it depends on which
    /// worker it waits. So what is known of rates is as far as the watermark.
    fn advance_clicks(&mut self) {
        let to = self.clicks_watermark + 1 + self.dice.below(25);
        let windows = (0..).map(|n| rate_window(self.clicks_watermark) + n * RATE_WINDOW);
        let windows: Vec<_> = windows.take_while(|start| *start < to).collect();
        for start in windows {
            let is_known = self.rated.contains(&start) || start + RATE_WINDOW <= self.rates_watermark;
            match is_known {
                true => {}
                false if self.dice.below(4) > 0 => self.rate(start + 7),
                false => self.advance_rates(start + RATE_WINDOW),
            }
        }
        self.clicks_watermark = to;
        self.steps.push(Step::ClicksWatermark(to));
    }
}

pub(super) fn script(seed: u64) -> Vec<Step> {
    let (clicks_watermark, rates_watermark) = (0, -1000);
    // What comes before the first watermark is not late.
    let rated = BTreeSet::new();
    let mut writer = Writer { dice: Dice(seed), steps: vec![], clicks_watermark, rates_watermark, rated };
    (-4..0).for_each(|window| writer.rate(window * RATE_WINDOW));
    let steps = 10 + writer.dice.below(40);
    (0..steps).for_each(|_| writer.write());
    writer.steps
}
