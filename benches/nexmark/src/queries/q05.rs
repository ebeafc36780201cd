//! Query 5, *hot items*: which auctions have had the most bids of late?
//!
//! Definition: `Query5` of Beam's NEXMark suite.

use std::time::Duration;

use beamline::prelude::*;

use super::highest::Highest;
use crate::events::Feed;

/// The auctions with the most bids in the last ten seconds, and how many these were, every five seconds.
pub fn hot_items(events: &impl Feed) -> PCollection<(u64, u64)> {
    events
        .of_bids(|bid| bid.auction)
        .window(Windowing::sliding(Duration::from_secs(10), Duration::from_secs(5)))
        .count_per_element()
        .combine(Highest(|(_, bids): &(u64, u64)| *bids))
        .flat_map(|hottest| hottest)
}
