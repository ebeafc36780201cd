//! Bids, and what they are for.

use std::collections::VecDeque;

use beamline::Timestamp;
use beamline::window::Window;
use hashbrown::hash_map::Entry;

use super::Table;
use crate::events::{Auction, Bid, Event};
use crate::queries::q20::opened;
use crate::results::Summary;

/// Auctions that may still get bids, and bids whose auction may still come.
#[derive(Default)]
struct Catalogue {
    /// None for things of other categories.
    auctions: Table<u64, Option<Box<Auction>>>,
    by_age: VecDeque<(Timestamp, u64)>,
    early: Table<u64, Vec<Bid>>,
    early_by_age: VecDeque<(Timestamp, u64)>,
    summary: Summary,
}

impl Catalogue {
    fn open(&mut self, auction: Box<Auction>) {
        let (id, time) = (auction.id, auction.date_time);
        self.forget(time);
        let early = self.early.remove(&id);
        let auction = (auction.category == 10).then_some(auction);
        if let Some(auction) = &auction {
            early.iter().flatten().for_each(|bid| show(&mut self.summary, bid, auction));
        }
        self.auctions.insert(id, auction);
        self.by_age.push_back((time, id));
    }

    fn bid(&mut self, bid: Bid) {
        self.forget(bid.date_time);
        match self.auctions.get(&bid.auction) {
            Some(Some(auction)) => show(&mut self.summary, &bid, auction),
            Some(None) => {}
            None => {
                self.early_by_age.push_back((bid.date_time, bid.auction));
                self.early.entry(bid.auction).or_default().push(bid);
            }
        }
    }

    /// Lets go of what nothing that happens from now on can meet.
    fn forget(&mut self, now: Timestamp) {
        while let Some((_, id)) = self.by_age.pop_front_if(|(time, _)| !opened().contains(now, *time)) {
            self.auctions.remove(&id);
        }
        let may_come = |time: Timestamp| opened().contains(time, now);
        while let Some((_, id)) = self.early_by_age.pop_front_if(|(time, _)| !may_come(*time)) {
            if let Entry::Occupied(mut bids) = self.early.entry(id) {
                bids.get_mut().retain(|bid| may_come(bid.date_time));
                if bids.get().is_empty() {
                    bids.remove();
                }
            }
        }
    }
}

fn show(summary: &mut Summary, bid: &Bid, auction: &Auction) {
    if opened().contains(bid.date_time, auction.date_time) {
        summary.add(Window::GLOBAL, &(bid, auction));
    }
}

pub(super) fn expand_bid(events: impl Iterator<Item = Event>) -> Summary {
    let mut catalogue = Catalogue::default();
    for event in events {
        match event {
            Event::Auction(auction) => catalogue.open(auction),
            Event::Bid(bid) => catalogue.bid(bid),
            Event::Person(_) => {}
        }
    }
    catalogue.summary
}
