//! Auctions, and who wins them.

use renoir::operator::Operator;
use renoir::{Stream, StreamContext};

use beamline_nexmark::events::{Event, Store};
use beamline_sdk::window::Window;
use peer_tasks::nexmark::{
    Averages, Expanded, LastTen, Price, Sale, Sales, Side, Sold, Terms, digest, expandable, ten_seconds_from,
};

use super::source::events;
use crate::operators::in_event_time;
use crate::run::sum;

pub(super) fn winning_bids(context: StreamContext, store: Store) -> u64 {
    let sales = events(&context, &store).filter_map(|event| match event {
        Event::Auction(auction) => Some(Sale::Lot(auction)),
        Event::Bid(bid) => Some(Sale::Offer(bid)),
        Event::Person(_) => None,
    });
    let won = in_event_time(sales.group_by(Sale::auction).drop_key(), Sales::default());
    let digests =
        won.map(|(auction, bid)| digest(Window { start: auction.date_time, end: auction.expires }, &(*auction, bid)));
    sum(context, digests)
}

pub(super) fn average_price_for_category(context: StreamContext, store: Store) -> u64 {
    let by_category = sold(&context, &store).group_by(|sold| sold.category).drop_key();
    let averages = in_event_time(by_category, Averages::default());
    sum(context, averages.map(|(window, average)| digest(ten_seconds_from(window), &average)))
}

pub(super) fn average_selling_price(context: StreamContext, store: Store) -> u64 {
    let by_seller = sold(&context, &store).group_by(|sold| sold.seller).drop_key();
    let averages = in_event_time(by_seller, LastTen::default());
    sum(context, averages.map(|average| digest(Window::GLOBAL, &average)))
}

/// What has been sold, when it has been sold.
fn sold(context: &StreamContext, store: &Store) -> Stream<impl Operator<Out = Sold> + 'static> {
    let sales = events(context, store).filter_map(|event| match event {
        Event::Auction(auction) => Some(Sale::Lot(Terms::from(&*auction))),
        Event::Bid(bid) => Some(Sale::Offer(Price::from(&bid))),
        Event::Person(_) => None,
    });
    in_event_time(sales.group_by(Sale::auction).drop_key(), Sales::default()).map(Sold::from)
}

pub(super) fn expand_bid(context: StreamContext, store: Store) -> u64 {
    let by_auction = events(&context, &store).filter_map(expandable).group_by(Side::key).drop_key();
    let pairs = in_event_time(by_auction, Expanded::default());
    sum(context, pairs.map(|pair| digest(Window::GLOBAL, &pair)))
}
