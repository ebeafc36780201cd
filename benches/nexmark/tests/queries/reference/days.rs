//! Queries about whole days.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use beamline::Timestamp;
use beamline::window::Window;
use beamline_nexmark::events::{Bid, Event};
use beamline_nexmark::queries::q16::ChannelDay;
use beamline_nexmark::queries::q17::AuctionDay;
use beamline_nexmark::queries::{Activity, Rank};

use super::{Results, bids};

fn day(bid: &Bid) -> Window {
    let start: Timestamp = bid.date_time.to_string()[..10].parse().expect("it is a day");
    Window { start, end: start + Duration::from_hours(24) }
}

/// The bids of each day and key.
fn by_day<K: Ord>(events: &[Event], keys: impl Fn(&Bid) -> Vec<K>) -> BTreeMap<(Window, K), Vec<Bid>> {
    let mut groups: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for bid in bids(events) {
        for key in keys(&bid) {
            groups.entry((day(&bid), key)).or_default().push(bid.clone());
        }
    }
    groups
}

fn rank(price: u64) -> Rank {
    if price < 10_000 {
        Rank::Low
    } else if price < 1_000_000 {
        Rank::Middle
    } else {
        Rank::High
    }
}

fn activity(bids: &[Bid]) -> Activity {
    let different = |part: fn(&Bid) -> u64| bids.iter().map(part).collect::<BTreeSet<_>>().len() as u64;
    Activity { bids: bids.len() as u64, bidders: different(|bid| bid.bidder), auctions: different(|bid| bid.auction) }
}

pub(crate) fn bidding_statistics(events: &[Event]) -> Results<(Rank, Activity)> {
    let groups = by_day(events, |bid| vec![Rank::Any, rank(bid.price)]);
    groups.into_iter().map(|((day, rank), bids)| (day, (rank, activity(&bids)))).collect()
}

pub(crate) fn channel_statistics(events: &[Event]) -> Results<ChannelDay> {
    let groups = by_day(events, |bid| vec![(bid.channel, Rank::Any), (bid.channel, rank(bid.price))]);
    let mut results = Vec::new();
    for ((day, (channel, rank)), bids) in groups {
        let times = bids.iter().map(|bid| bid.date_time.to_string()[11..16].to_owned());
        let minute = times.max().unwrap_or_default();
        results.push((day, ChannelDay { channel, rank, minute, activity: activity(&bids) }));
    }
    results
}

pub(crate) fn auction_statistics(events: &[Event]) -> Results<AuctionDay> {
    let mut results = Vec::new();
    for ((day, auction), bids) in by_day(events, |bid| vec![bid.auction]) {
        let prices: Vec<_> = bids.iter().map(|bid| bid.price).collect();
        let count = |wanted| prices.iter().filter(|price| rank(**price) == wanted).count() as u64;
        let total = prices.iter().sum::<u64>();
        let row = AuctionDay {
            auction,
            bids: prices.len() as u64,
            by_rank: [Rank::Low, Rank::Middle, Rank::High].map(count),
            least: prices.iter().copied().min().unwrap_or_default(),
            greatest: prices.iter().copied().max().unwrap_or_default(),
            average: total / prices.len() as u64,
            total,
        };
        results.push((day, row));
    }
    results
}

pub(crate) fn last_bid(events: &[Event]) -> Results<Bid> {
    let groups = by_day(events, |bid| vec![(bid.bidder, bid.auction)]);
    let mut results = Vec::new();
    for ((day, _), mut bids) in groups {
        bids.sort_by(|a, b| a.date_time.cmp(&b.date_time).then(a.cmp(b)));
        results.extend(bids.pop().map(|last| (day, last)));
    }
    results
}

pub(crate) fn auction_top_ten(events: &[Event]) -> Results<(u64, Bid)> {
    let mut results = Vec::new();
    for ((day, _), mut bids) in by_day(events, |bid| vec![bid.auction]) {
        bids.sort_by(|a, b| b.price.cmp(&a.price).then(b.cmp(a)));
        results.extend((1..=10).zip(bids).map(|ranked| (day, ranked)));
    }
    results
}
