//! Query 7, *highest bid*: which bids are the highest of the last ten seconds?
//!
//! Definition: `Query7` of Beam's NEXMark suite.

use std::time::Duration;

use beamline::prelude::*;

use super::highest::Highest;
use crate::events::{Bid, Feed};

/// The highest bid of each ten seconds; all of them, if several are as high.
pub fn highest_bid(events: &impl Feed) -> PCollection<Bid> {
    events
        .bids()
        .window(Windowing::fixed(Duration::from_secs(10)))
        .combine(Highest(|bid: &Bid| bid.price))
        .flat_map(|highest| highest)
}
