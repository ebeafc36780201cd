//! Auctions, and who wins them.

use std::sync::Arc;

use timely::dataflow::channels::pact::Exchange;
use timely::dataflow::operators::vec::Map;
use timely::dataflow::{Scope, StreamVec};

use beamline_bench_data::rng::mix;
use beamline_nexmark::events::{Auction, Bid, Event, Store};
use beamline_sdk::window::Window;
use peer_tasks::nexmark::{
    Averages, Expanded, LastTen, Price, Sale, Sales, Side, Sold, Terms, digest, expandable, ten_seconds_from,
};

use super::source::events;
use crate::operators::in_event_time;
use crate::run::Time;

type Digests<'scope> = StreamVec<'scope, Time, u64>;

pub(super) fn winning_bids<'scope>(scope: Scope<'scope, Time>, store: &Store) -> Digests<'scope> {
    let needed = |event| match event {
        Event::Auction(auction) => Some(Sale::Lot(auction)),
        Event::Bid(bid) => Some(Sale::Offer(bid)),
        Event::Person(_) => None,
    };
    let by_auction = Exchange::new(|sale: &Sale<Box<Auction>, Bid>| mix(sale.auction()));
    let won = in_event_time(events(scope, store, needed), by_auction, "Sales", Sales::default());
    won.map(|(auction, bid)| digest(Window { start: auction.date_time, end: auction.expires }, &(*auction, bid)))
}

pub(super) fn average_price_for_category<'scope>(scope: Scope<'scope, Time>, store: &Store) -> Digests<'scope> {
    let by_category = Exchange::new(|sold: &Sold| mix(sold.category));
    let averages = in_event_time(sold(scope, store), by_category, "Averages", Averages::default());
    averages.map(|(window, average)| digest(ten_seconds_from(window), &average))
}

pub(super) fn average_selling_price<'scope>(scope: Scope<'scope, Time>, store: &Store) -> Digests<'scope> {
    let by_seller = Exchange::new(|sold: &Sold| mix(sold.seller));
    let averages = in_event_time(sold(scope, store), by_seller, "Last ten", LastTen::default());
    averages.map(|average| digest(Window::GLOBAL, &average))
}

/// What has been sold, when it has been sold.
fn sold<'scope>(scope: Scope<'scope, Time>, store: &Store) -> StreamVec<'scope, Time, Sold> {
    let needed = |event| match event {
        Event::Auction(auction) => Some(Sale::Lot(Terms::from(&*auction))),
        Event::Bid(bid) => Some(Sale::Offer(Price::from(&bid))),
        Event::Person(_) => None,
    };
    let by_auction = Exchange::new(|sale: &Sale<Terms, Price>| mix(sale.auction()));
    in_event_time(events(scope, store, needed), by_auction, "Sales", Sales::default()).map(Sold::from)
}

pub(super) fn expand_bid<'scope>(scope: Scope<'scope, Time>, store: &Store) -> Digests<'scope> {
    let by_auction = Exchange::new(|side: &Side<Bid, Arc<Auction>>| mix(side.key()));
    let pairs = in_event_time(events(scope, store, expandable), by_auction, "Join", Expanded::default());
    pairs.map(|pair| digest(Window::GLOBAL, &pair))
}
