//! Windows of ten seconds, some of which begin every five.

use beamline::Timestamp;
use beamline::window::Window;

use super::Table;
use crate::events::{Bid, Event};
use crate::results::Summary;

/// The window of `size` that begins at `start`, in milliseconds since the epoch.
pub(super) fn window_from(start: i64, size: i64) -> Window {
    Window { start: Timestamp::from_millis(start), end: Timestamp::from_millis(start + size) }
}

pub(super) fn ten_seconds_from(start: i64) -> Window {
    window_from(start, 10_000)
}

/// The last multiple of `period`, in milliseconds, that is not after `time`.
pub(super) fn floor(time: Timestamp, period: i64) -> i64 {
    time.millis() - time.millis().rem_euclid(period)
}

const PERIOD: i64 = 5_000;

/// Counts of the last two periods: together, those of a window.
#[derive(Default)]
struct Counts {
    start: i64,
    older: Table<u64, u64>,
    newer: Table<u64, u64>,
    summary: Summary,
}

impl Counts {
    fn count(&mut self, bid: &Bid) {
        while bid.date_time.millis() >= self.start + PERIOD {
            self.end_period(floor(bid.date_time, PERIOD));
        }
        *self.newer.entry(bid.auction).or_insert(0) += 1;
    }

    /// Shows the window that ends with this period, and begins the next one, or `next` if nothing comes before.
    fn end_period(&mut self, next: i64) {
        for (auction, count) in &self.newer {
            *self.older.entry(*auction).or_insert(0) += count;
        }
        let most = self.older.values().max();
        for hottest in self.older.iter().filter(|(_, count)| Some(*count) == most) {
            self.summary.add(ten_seconds_from(self.start - PERIOD), &hottest);
        }
        self.older.clear();
        std::mem::swap(&mut self.older, &mut self.newer);
        self.start = if self.older.is_empty() { next } else { self.start + PERIOD };
    }
}

pub(super) fn hot_items(events: impl Iterator<Item = Event>) -> Summary {
    let mut counts = Counts::default();
    for event in events {
        if let Event::Bid(bid) = event {
            counts.count(&bid);
        }
    }
    // The last period is in two windows.
    counts.end_period(0);
    counts.end_period(0);
    counts.summary
}

pub(super) fn highest_bid(events: impl Iterator<Item = Event>) -> Summary {
    let (mut summary, mut start, mut highest): (_, _, Vec<Bid>) = (Summary::default(), 0, Vec::new());
    for bid in events.filter_map(Event::bid) {
        let best = highest.first().map_or(0, |best| best.price);
        let begins = floor(bid.date_time, 10_000);
        if begins > start {
            highest.drain(..).for_each(|bid| summary.add(ten_seconds_from(start), &bid));
            start = begins;
        } else if bid.price < best {
            continue;
        } else if bid.price > best {
            highest.clear();
        }
        highest.push(bid);
    }
    highest.iter().for_each(|bid| summary.add(ten_seconds_from(start), bid));
    summary
}
