//! How much went on in a day.

use beamline::Timestamp;
use beamline::window::Window;

use super::Table;
use super::days::Day;
use crate::events::{Bid, Symbol};
use crate::queries::q16::{ChannelDay, minute};
use crate::queries::q17::AuctionDay;
use crate::queries::{Activity, Rank};
use crate::results::Summary;

const RANKS: [Rank; 3] = [Rank::Low, Rank::Middle, Rank::High];

fn index(rank: Rank) -> usize {
    RANKS.iter().position(|other| *other == rank).expect("a price has one of these ranks")
}

/// Bids of each rank, and in a bit for each rank who made them and what for: so nobody is looked up twice.
#[derive(Default)]
pub(super) struct Activities {
    bids: [u64; 3],
    bidders: Table<u64, u8>,
    auctions: Table<u64, u8>,
}

impl Activities {
    fn take(&mut self, bid: &Bid, rank: usize) {
        self.bids[rank] += 1;
        *self.bidders.entry(bid.bidder).or_insert(0) |= 1 << rank;
        *self.auctions.entry(bid.auction).or_insert(0) |= 1 << rank;
    }

    fn of(&self, rank: usize) -> Activity {
        let with = |seen: &Table<u64, u8>| seen.values().filter(|ranks| **ranks & 1 << rank != 0).count() as u64;
        Activity { bids: self.bids[rank], bidders: with(&self.bidders), auctions: with(&self.auctions) }
    }

    fn in_all(&self) -> Activity {
        let (bidders, auctions) = (self.bidders.len() as u64, self.auctions.len() as u64);
        Activity { bids: self.bids.iter().sum(), bidders, auctions }
    }

    /// Those of all ranks that there were, each with its number but for the sum of all.
    fn each(&self, mut show: impl FnMut(Rank, Option<usize>, Activity)) {
        if self.bids == [0; 3] {
            return;
        }
        show(Rank::Any, None, self.in_all());
        for (rank, name) in RANKS.into_iter().enumerate().filter(|(rank, _)| self.bids[*rank] > 0) {
            show(name, Some(rank), self.of(rank));
        }
    }
}

/// Query 15.
impl Day for Activities {
    fn take(&mut self, bid: Bid) {
        Self::take(self, &bid, index(Rank::of(bid.price)));
    }

    fn show(&self, window: Window, summary: &mut Summary) {
        self.each(|rank, _, activity| summary.add(window, &(rank, activity)));
    }
}

#[derive(Default)]
struct Channel {
    activities: Activities,
    /// The time of the last bid of each rank.
    last: [Option<Timestamp>; 3],
}

/// Query 16.
#[derive(Default)]
pub(super) struct Channels(Table<Symbol, Channel>);

impl Day for Channels {
    fn take(&mut self, bid: Bid) {
        let rank = index(Rank::of(bid.price));
        let channel = self.0.entry(bid.channel).or_default();
        channel.activities.take(&bid, rank);
        channel.last[rank] = Some(bid.date_time);
    }

    fn show(&self, window: Window, summary: &mut Summary) {
        for (name, channel) in &self.0 {
            channel.activities.each(|rank, number, activity| {
                let last = number.map_or_else(|| channel.last.into_iter().max().flatten(), |rank| channel.last[rank]);
                let minute = minute(last.expect("what has bids has a last one"));
                summary.add(window, &ChannelDay { channel: *name, rank, minute, activity });
            });
        }
    }
}

struct Prices {
    bids: [u64; 3],
    least: u64,
    greatest: u64,
    total: u64,
}

/// Query 17.
#[derive(Default)]
pub(super) struct Auctions(Table<u64, Prices>);

impl Day for Auctions {
    fn take(&mut self, bid: Bid) {
        let price = bid.price;
        let none = || Prices { bids: [0; 3], least: price, greatest: price, total: 0 };
        let prices = self.0.entry(bid.auction).or_insert_with(none);
        prices.bids[index(Rank::of(price))] += 1;
        prices.least = prices.least.min(price);
        prices.greatest = prices.greatest.max(price);
        prices.total += price;
    }

    fn show(&self, window: Window, summary: &mut Summary) {
        for (&auction, &Prices { bids: by_rank, least, greatest, total }) in &self.0 {
            let bids = by_rank.iter().sum();
            summary.add(window, &AuctionDay { auction, bids, by_rank, least, greatest, average: total / bids, total });
        }
    }
}
