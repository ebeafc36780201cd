//! Queries that look at one event at a time.

use super::{Results, bids, of_all_time};
use beamline_nexmark::events::{Bid, Event, Symbol};
use beamline_nexmark::queries::q14::{BidTime, Calculated};

pub(crate) fn pass_through(events: &[Event]) -> Results<Event> {
    of_all_time(events.iter().cloned())
}

pub(crate) fn currency_conversion(events: &[Event]) -> Results<Bid> {
    of_all_time(bids(events).map(|mut bid| {
        bid.price = bid.price * 89 / 100;
        bid
    }))
}

pub(crate) fn selection(events: &[Event]) -> Results<(u64, u64)> {
    of_all_time(bids(events).filter(|bid| bid.auction % 123 == 0).map(|bid| (bid.auction, bid.price)))
}

pub(crate) fn side_input_join(events: &[Event]) -> Results<(u64, u64, u64, String)> {
    of_all_time(bids(events).map(|bid| {
        let row = format!("row {}", bid.auction % 500);
        (bid.auction, bid.bidder, bid.price, row)
    }))
}

pub(crate) fn calculation(events: &[Event]) -> Results<Calculated> {
    let middling = bids(events).filter(|bid| {
        let price = bid.price as f64 * 0.908;
        1_000_000.0 < price && price < 50_000_000.0
    });
    of_all_time(middling.map(|bid| Calculated {
        auction: bid.auction,
        bidder: bid.bidder,
        price: bid.price * 908,
        time: match bid.date_time.to_string()[11..13].parse().unwrap() {
            hour if (8..=18).contains(&hour) => BidTime::Day,
            hour if hour <= 6 || hour >= 20 => BidTime::Night,
            _ => BidTime::Other,
        },
        date_time: bid.date_time,
        count_of_c: bid.extra.chars().filter(|c| *c == 'c').count() as u64,
        extra: bid.extra,
    }))
}

pub(crate) fn add_channel_id(events: &[Event]) -> Results<(u64, u64, u64, Symbol, String)> {
    let mut results = Vec::new();
    for bid in bids(events) {
        let great = ["apple", "google", "facebook", "baidu"];
        let id = match great.iter().position(|name| bid.channel.to_lowercase() == *name) {
            Some(position) => Some(position.to_string()),
            None => bid.url.split_once("&channel_id=").map(|(_, id)| id.to_owned()),
        };
        results.extend(id.map(|id| (bid.auction, bid.bidder, bid.price, bid.channel, id)));
    }
    of_all_time(results.into_iter())
}

pub(crate) fn url_directories(events: &[Event]) -> Results<(u64, u64, u64, Symbol, [String; 3])> {
    of_all_time(bids(events).map(|bid| {
        let parts: Vec<_> = bid.url.split('/').map(str::to_owned).collect();
        let folders = [3, 4, 5].map(|index| parts[index].clone());
        (bid.auction, bid.bidder, bid.price, bid.channel, folders)
    }))
}
