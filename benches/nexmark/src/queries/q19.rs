//! Query 19, *auction top ten*: which are the ten highest bids for each auction?
//!
//! Definition: `q19` of Flink's NEXMark suite, which has one day without an end.

use std::time::Duration;

use beamline::prelude::*;

use crate::events::{Bid, Feed};

/// The ten highest bids for each auction, for each day, with their ranks from 1 on.
pub fn auction_top_ten(events: &impl Feed) -> PCollection<(u64, Bid)> {
    events
        .bids()
        .window(Windowing::fixed(Duration::from_hours(24)))
        .key_by(|bid| bid.auction)
        .combine_per_key(Top::by(10, |a: &Bid, b: &Bid| (a.price, a).cmp(&(b.price, b))))
        .flat_map(|(_, best)| (1..).zip(best))
}
