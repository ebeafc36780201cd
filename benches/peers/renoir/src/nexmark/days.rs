//! The bids of each day.

use std::hash::Hash;

use renoir::operator::Operator;
use renoir::{Stream, StreamContext};

use beamline_nexmark::events::{Event, Store};
use beamline_sdk::window::Window;
use peer_tasks::nexmark::{Channels, Daily, Days, LastBids, Made, Owned, Price, Prices, Seen, TopTen, Total, digest};

use super::source::events;
use crate::operators::in_event_time;
use crate::run::sum;

/// Bidders and auctions are collected where they are read, and counted by their owners.
pub(super) fn bidding_statistics(context: StreamContext, store: Store) -> u64 {
    let apart = by_day::<Seen>(made(&context, &store));
    let owned = by_day::<Owned>(apart.group_by(|(_, part)| part.key()).drop_key());
    let total = by_day::<Total>(owned.group_by(|(day, _)| *day).drop_key());
    checksum(context, total)
}

pub(super) fn channel_statistics(context: StreamContext, store: Store) -> u64 {
    let channels = by_day::<Channels>(made(&context, &store).group_by(|bid| bid.channel).drop_key());
    checksum(context, channels)
}

pub(super) fn auction_statistics(context: StreamContext, store: Store) -> u64 {
    let prices = events(&context, &store).filter_map(|event| event.bid().map(|bid| Price::from(&bid)));
    checksum(context, by_day::<Prices>(prices.group_by(|price| price.auction).drop_key()))
}

pub(super) fn last_bid(context: StreamContext, store: Store) -> u64 {
    let bids = events(&context, &store).filter_map(Event::bid);
    checksum(context, by_day::<LastBids>(bids.group_by(|bid| (bid.bidder, bid.auction)).drop_key()))
}

pub(super) fn auction_top_ten(context: StreamContext, store: Store) -> u64 {
    let bids = events(&context, &store).filter_map(Event::bid);
    checksum(context, by_day::<TopTen>(bids.group_by(|bid| bid.auction).drop_key()))
}

fn made(context: &StreamContext, store: &Store) -> Stream<impl Operator<Out = Made> + 'static> {
    events(context, store).filter_map(|event| event.bid().map(|bid| Made::from(&bid)))
}

fn by_day<D: Daily<Out: Clone + Send + 'static>>(
    elements: Stream<impl Operator<Out = D::In> + 'static>,
) -> Stream<impl Operator<Out = (Window, D::Out)>> {
    in_event_time(elements, Days::<D>::default())
}

fn checksum<T: Hash + Clone + Send + 'static>(
    context: StreamContext,
    results: Stream<impl Operator<Out = (Window, T)> + 'static>,
) -> u64 {
    sum(context, results.map(|(day, result)| digest(day, &result)))
}
