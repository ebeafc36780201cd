//! Bids of a day that stand out.

use std::cmp::Ordering;

use beamline::window::Window;
use hashbrown::hash_map::Entry;

use super::Table;
use super::days::Day;
use crate::events::Bid;
use crate::results::Summary;

/// Query 18: the last bids, by bidder and auction.
#[derive(Default)]
pub(super) struct Last(Table<(u64, u64), Bid>);

impl Day for Last {
    fn take(&mut self, bid: Bid) {
        match self.0.entry((bid.bidder, bid.auction)) {
            Entry::Vacant(entry) => drop(entry.insert(bid)),
            Entry::Occupied(mut entry) => {
                let last = entry.get();
                if (bid.date_time, &bid) > (last.date_time, last) {
                    entry.insert(bid);
                }
            }
        }
    }

    fn show(&self, window: Window, summary: &mut Summary) {
        self.0.values().for_each(|bid| summary.add(window, bid));
    }
}

const MOST: usize = 10;

/// Query 19: the highest bids for each auction, the highest of them first.
#[derive(Default)]
pub(super) struct Top(Table<u64, Vec<Bid>>);

impl Day for Top {
    fn take(&mut self, bid: Bid) {
        let best = self.0.entry(bid.auction).or_default();
        if best.len() == MOST {
            if best.last().is_some_and(|least| by_price(least, &bid).is_gt()) {
                return;
            }
            best.pop();
        }
        let rank = best.partition_point(|better| by_price(better, &bid).is_gt());
        best.insert(rank, bid);
    }

    fn show(&self, window: Window, summary: &mut Summary) {
        for best in self.0.values() {
            (1..).zip(best).for_each(|(rank, bid): (u64, _)| summary.add(window, &(rank, bid)));
        }
    }
}

fn by_price(a: &Bid, b: &Bid) -> Ordering {
    (a.price, a).cmp(&(b.price, b))
}
