//! Auctions, and who wins them.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};

use beamline::Timestamp;
use beamline::window::Window;

use super::Table;
use super::windows::{floor, ten_seconds_from};
use crate::events::{Auction, Bid, Event};
use crate::results::Summary;

/// An auction that goes on, and the best bid so far.
struct Open {
    auction: Box<Auction>,
    best: Option<Bid>,
}

impl Open {
    fn bid(&mut self, bid: Bid) {
        if bid.price >= self.auction.reserve && self.best.as_ref().is_none_or(|best| is_better(&bid, best)) {
            self.best = Some(bid);
        }
    }
}

/// The higher bid is the better one, then the earlier one; any other difference decides in the end.
fn is_better(bid: &Bid, best: &Bid) -> bool {
    let by_rank = |bid: &Bid| (bid.price, Reverse(bid.date_time));
    (by_rank(bid), bid) > (by_rank(best), best)
}

#[derive(Default)]
struct House {
    open: Table<u64, Open>,
    ends: BinaryHeap<Reverse<(Timestamp, u64)>>,
    /// Bids of this very instant for auctions that are opened in it, perhaps.
    early: Vec<Bid>,
    now: Option<Timestamp>,
}

impl House {
    /// Takes an event, and gives away the auctions that have ended.
    fn take(&mut self, event: Event, mut won: impl FnMut(Auction, Bid)) {
        let time = event.date_time();
        if self.now != Some(time) {
            self.now = Some(time);
            self.early.clear();
            self.end_until(time, &mut won);
        }
        match event {
            Event::Auction(auction) => self.begin(auction),
            Event::Bid(bid) => match self.open.get_mut(&bid.auction) {
                Some(open) => open.bid(bid),
                None => self.early.push(bid),
            },
            Event::Person(_) => {}
        }
    }

    fn begin(&mut self, auction: Box<Auction>) {
        let id = auction.id;
        self.ends.push(Reverse((auction.expires, id)));
        let mut open = Open { auction, best: None };
        self.early.extract_if(.., |bid| bid.auction == id).for_each(|bid| open.bid(bid));
        self.open.insert(id, open);
    }

    fn end_until(&mut self, time: Timestamp, won: &mut impl FnMut(Auction, Bid)) {
        while let Some(Reverse((_, id))) = self.ends.peek().filter(|Reverse((end, _))| *end <= time).copied() {
            self.ends.pop();
            if let Some(Open { auction, best: Some(bid) }) = self.open.remove(&id) {
                won(*auction, bid);
            }
        }
    }
}

fn winners(events: impl Iterator<Item = Event>, mut won: impl FnMut(Auction, Bid)) {
    let mut house = House::default();
    events.for_each(|event| house.take(event, &mut won));
    house.end_until(Timestamp::MAX, &mut won);
}

pub(super) fn winning_bids(events: impl Iterator<Item = Event>) -> Summary {
    let mut summary = Summary::default();
    winners(events, |auction, bid| {
        let window = Window { start: auction.date_time, end: auction.expires };
        summary.add(window, &(auction, bid));
    });
    summary
}

/// Auctions end in the order of time, those of an instant in that of their numbers: so each sale is the seller's last one.
pub(super) fn average_selling_price(events: impl Iterator<Item = Event>) -> Summary {
    let (mut summary, mut sales): (_, Table<u64, VecDeque<u64>>) = (Summary::default(), Table::default());
    winners(events, |auction, bid| {
        let last = sales.entry(auction.seller).or_default();
        last.push_back(bid.price);
        if last.len() > 10 {
            last.pop_front();
        }
        summary.add(Window::GLOBAL, &(auction.seller, last.iter().sum::<u64>() / last.len() as u64));
    });
    summary
}

const PERIOD: i64 = 5_000;

/// Sums and counts of prices by category, of the five seconds from each time on.
type Periods = BTreeMap<i64, BTreeMap<u64, (u64, u64)>>;

pub(super) fn average_price_for_category(events: impl Iterator<Item = Event>) -> Summary {
    let mut periods = Periods::new();
    winners(events, |auction, bid| {
        // An auction is sold in its last millisecond.
        let period = floor(Timestamp::from_millis(auction.expires.millis() - 1), PERIOD);
        for start in [period - PERIOD, period] {
            let (total, count) = periods.entry(start).or_default().entry(auction.category).or_default();
            *total += bid.price;
            *count += 1;
        }
    });
    let mut summary = Summary::default();
    for (start, categories) in periods {
        for (category, (total, count)) in categories {
            let average = (total as f64 / count as f64).round() as u64;
            summary.add(ten_seconds_from(start), &(category, average));
        }
    }
    summary
}
