//! Query 15, *bidding statistics report*: how many bids, bidders and auctions were there on each day, in all and by price?
//!
//! Definition: `q15` of Flink's NEXMark suite, which has a wide row for each day where there is one for each rank here, and
//! shows it anew with each bid where it is shown when the day is over.

use std::time::Duration;

use beamline::prelude::*;

use super::rank::{Activity, Rank};
use crate::events::Feed;

/// What went on in each rank of prices, for each day.
pub fn bidding_statistics(events: &impl Feed) -> PCollection<(Rank, Activity)> {
    events
        .of_bids(|bid| (Rank::of(bid.price), bid.bidder, bid.auction))
        .window(Windowing::fixed(Duration::from_hours(24)))
        .combine((
            Sum.of(|(rank, ..): &Facts| rank.within().map(u64::from)),
            CountDistinct.of(|(_, bidder, _): &Facts| *bidder).when(|(rank, ..): &Facts| rank.within()),
            CountDistinct.of(|(.., auction): &Facts| *auction).when(|(rank, ..): &Facts| rank.within()),
        ))
        .flat_map(|(bids, bidders, auctions)| Activity::of_ranks(bids, bidders, auctions))
}

/// The rank of a bid's price, the bidder and the auction.
type Facts = (Rank, u64, u64);
