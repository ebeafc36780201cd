//! Queries about auctions that have ended.

use std::collections::BTreeMap;

use beamline::Timestamp;
use beamline::window::Window;
use beamline_nexmark::events::{Auction, Bid, Event};

use super::windows::every_five_seconds;
use super::{Results, auctions_of, bids, of_all_time};

pub(crate) fn winning_bids(events: &[Event]) -> Results<(Auction, Bid)> {
    let bids: Vec<_> = bids(events).collect();
    let mut results = Vec::new();
    for auction in auctions_of(events) {
        let mut valid: Vec<_> = bids.iter().filter(|bid| is_valid(bid, &auction)).collect();
        valid.sort_by(|a, b| b.price.cmp(&a.price).then(a.date_time.cmp(&b.date_time)).then(b.cmp(a)));
        let window = Window { start: auction.date_time, end: auction.expires };
        results.extend(valid.first().map(|best| (window, (auction, (*best).clone()))));
    }
    results
}

fn is_valid(bid: &Bid, auction: &Auction) -> bool {
    bid.auction == auction.id
        && bid.price >= auction.reserve
        && (auction.date_time..auction.expires).contains(&bid.date_time)
}

pub(crate) fn average_price_for_category(events: &[Event]) -> Results<(u64, u64)> {
    let mut prices: BTreeMap<(Window, u64), Vec<u64>> = BTreeMap::new();
    for (window, (auction, bid)) in winning_bids(events) {
        for window in every_five_seconds(window.max_timestamp()) {
            prices.entry((window, auction.category)).or_default().push(bid.price);
        }
    }
    let average = |prices: Vec<u64>| (prices.iter().sum::<u64>() as f64 / prices.len() as f64).round() as u64;
    prices.into_iter().map(|((window, category), prices)| (window, (category, average(prices)))).collect()
}

pub(crate) fn average_selling_price(events: &[Event]) -> Results<(u64, u64)> {
    let mut sales: BTreeMap<u64, Vec<(Timestamp, u64, u64)>> = BTreeMap::new();
    for (_, (auction, bid)) in winning_bids(events) {
        sales.entry(auction.seller).or_default().push((auction.expires, auction.id, bid.price));
    }
    let mut results = Vec::new();
    for (seller, mut sales) in sales {
        sales.sort_unstable();
        for end in 1..=sales.len() {
            let last = &sales[end.saturating_sub(10)..end];
            results.push((seller, last.iter().map(|sale| sale.2).sum::<u64>() / last.len() as u64));
        }
    }
    of_all_time(results.into_iter())
}
