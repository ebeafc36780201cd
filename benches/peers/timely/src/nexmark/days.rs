//! The bids of each day.

use std::hash::{BuildHasher, Hash};

use foldhash::fast::FixedState;
use timely::dataflow::channels::pact::{Exchange, ParallelizationContract, Pipeline};
use timely::dataflow::operators::vec::Map;
use timely::dataflow::{Scope, StreamVec};

use beamline_bench_data::rng::mix;
use beamline_nexmark::events::{Bid, Event, Store};
use beamline_nexmark::queries::Activity;
use beamline_sdk::window::Window;
use peer_tasks::nexmark::{
    Channels, Daily, Days, LastBids, Made, Owned, Part, Price, Prices, Seen, TopTen, Total, digest,
};

use super::source::events;
use crate::operators::in_event_time;
use crate::run::Time;

type Digests<'scope> = StreamVec<'scope, Time, u64>;

/// Bidders and auctions are collected where they are read, and counted by their owners.
pub(super) fn bidding_statistics<'scope>(scope: Scope<'scope, Time>, store: &Store) -> Digests<'scope> {
    let apart = by_day::<Seen>(made(scope, store), Pipeline);
    let owned = by_day::<Owned>(apart, Exchange::new(|(_, part): &(Window, Part)| mix(part.key())));
    let by_day_itself = Exchange::new(|(day, _): &(Window, [Activity; 4])| mix(day.start.millis() as u64));
    digests(by_day::<Total>(owned, by_day_itself))
}

pub(super) fn channel_statistics<'scope>(scope: Scope<'scope, Time>, store: &Store) -> Digests<'scope> {
    let hashes = FixedState::default();
    let by_channel = Exchange::new(move |bid: &Made| hashes.hash_one(bid.channel));
    digests(by_day::<Channels>(made(scope, store), by_channel))
}

pub(super) fn auction_statistics<'scope>(scope: Scope<'scope, Time>, store: &Store) -> Digests<'scope> {
    let prices = events(scope, store, |event| event.bid().map(|bid| Price::from(&bid)));
    digests(by_day::<Prices>(prices, Exchange::new(|price: &Price| mix(price.auction))))
}

pub(super) fn last_bid<'scope>(scope: Scope<'scope, Time>, store: &Store) -> Digests<'scope> {
    let by_both = Exchange::new(|bid: &Bid| mix(bid.bidder ^ mix(bid.auction)));
    digests(by_day::<LastBids>(events(scope, store, Event::bid), by_both))
}

pub(super) fn auction_top_ten<'scope>(scope: Scope<'scope, Time>, store: &Store) -> Digests<'scope> {
    let by_auction = Exchange::new(|bid: &Bid| mix(bid.auction));
    digests(by_day::<TopTen>(events(scope, store, Event::bid), by_auction))
}

fn made<'scope>(scope: Scope<'scope, Time>, store: &Store) -> StreamVec<'scope, Time, Made> {
    events(scope, store, |event| event.bid().map(|bid| Made::from(&bid)))
}

fn by_day<D: Daily<In: 'static, Out: Clone + 'static>>(
    elements: StreamVec<'_, Time, D::In>,
    pact: impl ParallelizationContract<Time, Vec<D::In>>,
) -> StreamVec<'_, Time, (Window, D::Out)> {
    in_event_time(elements, pact, "By day", Days::<D>::default())
}

fn digests<T: Hash + Clone + 'static>(results: StreamVec<'_, Time, (Window, T)>) -> Digests<'_> {
    results.map(|(day, result)| digest(day, &result))
}
