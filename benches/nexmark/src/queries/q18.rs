//! Query 18, *find last bid*: what is the last bid of each bidder for each auction?
//!
//! Definition: `q18` of Flink's NEXMark suite, which has one day without an end.

use std::time::Duration;

use beamline::prelude::*;

use crate::events::{Bid, Feed};

/// The last bid of each bidder for each auction, for each day. Of several of the same instant it is the highest.
pub fn last_bid(events: &impl Feed) -> PCollection<Bid> {
    events
        .bids()
        .window(Windowing::fixed(Duration::from_hours(24)))
        .key_by(|bid| (bid.bidder, bid.auction))
        .combine_per_key(Max::by(|a: &Bid, b: &Bid| (a.date_time, a).cmp(&(b.date_time, b))))
        .values()
}
