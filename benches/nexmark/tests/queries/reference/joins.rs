//! Queries that bring two kinds of events together: every pair is looked at.

use super::windows::ten_seconds;
use super::{Results, auctions_of, bids, of_all_time, persons};
use beamline_nexmark::events::{Auction, Bid, Event};
use beamline_nexmark::queries::q03::LocalItem;
use std::sync::Arc;

pub(crate) fn local_item_suggestion(events: &[Event]) -> Results<LocalItem> {
    let sellers: Vec<_> = persons(events).filter(|person| ["or", "id", "ca"].contains(&&*person.state)).collect();
    let mut results = Vec::new();
    for auction in auctions_of(events).filter(|auction| auction.category == 10) {
        for seller in sellers.iter().filter(|seller| seller.id == auction.seller) {
            let later = seller.date_time.millis() - auction.date_time.millis();
            if (-3_600_000..=600_000).contains(&later) {
                let (name, city, state) = (seller.name.clone(), seller.city.clone(), seller.state.clone());
                results.push(LocalItem { name, city, state, auction: auction.id });
            }
        }
    }
    of_all_time(results.into_iter())
}

pub(crate) fn monitor_new_users(events: &[Event]) -> Results<(u64, String, u64)> {
    let auctions: Vec<_> = auctions_of(events).collect();
    let mut results = Vec::new();
    for person in persons(events) {
        let window = ten_seconds(person.date_time);
        let opened = auctions.iter().filter(|auction| ten_seconds(auction.date_time) == window);
        for auction in opened.filter(|auction| auction.seller == person.id) {
            results.push((window, (person.id, person.name.clone(), auction.reserve)));
        }
    }
    results
}

pub(crate) fn expand_bid(events: &[Event]) -> Results<(Bid, Arc<Auction>)> {
    let auctions: Vec<_> = auctions_of(events).filter(|auction| auction.category == 10).map(Arc::new).collect();
    let mut results = Vec::new();
    for bid in bids(events) {
        for auction in auctions.iter().filter(|auction| auction.id == bid.auction) {
            let age = bid.date_time.millis() - auction.date_time.millis();
            if (-10_000..=60_000).contains(&age) {
                results.push((bid.clone(), auction.clone()));
            }
        }
    }
    of_all_time(results.into_iter())
}
