//! Query 15, *bidding statistics report*: how many bids, bidders and auctions were there on each day, in all and by price?
//!
//! Definition: `q15` of Flink's NEXMark suite, which has a wide row for each day where there is one for each rank here, and
//! shows it anew with each bid where it is shown when the day is over.

use std::time::Duration;

use beamline::prelude::*;

use super::rank::{Activity, Rank};
use crate::events::{Event, bids};

/// What went on in each rank of prices, for each day.
pub fn bidding_statistics(events: &PCollection<Event>) -> PCollection<(Rank, Activity)> {
    bids(events)
        .flat_map(|bid| [Rank::Any, Rank::of(bid.price)].map(|rank| (rank, (bid.bidder, bid.auction))))
        .window(Windowing::fixed(Duration::from_hours(24)))
        .combine_per_key((
            Count,
            CountDistinct.of(|(bidder, _): &(u64, u64)| *bidder),
            CountDistinct.of(|(_, auction): &(u64, u64)| *auction),
        ))
        .map_values(|(bids, bidders, auctions)| Activity { bids, bidders, auctions })
}
