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
        .of_bids(|bid| (Rank::of(bid.price), (bid.bidder, bid.auction)))
        .flat_map(|(rank, facts)| [Rank::Any, rank].map(|rank| (rank, facts)))
        .window(Windowing::fixed(Duration::from_hours(24)))
        .combine_per_key((
            Count,
            CountDistinct.of(|(bidder, _): &(u64, u64)| *bidder),
            CountDistinct.of(|(_, auction): &(u64, u64)| *auction),
        ))
        .map_values(|(bids, bidders, auctions)| Activity { bids, bidders, auctions })
}
