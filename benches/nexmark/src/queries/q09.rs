//! Query 9, *winning bids*: who has won each auction?
//!
//! Definition: `Query9` of Beam's NEXMark suite.

use std::time::Duration;

use beamline::prelude::*;

use super::sales::{Lot, winners};
use crate::events::{Auction, Bid, Feed};

/// Each auction that has been won, when it ends, and the bid that has won it. Its window is as long as the auction.
pub fn winning_bids(events: &impl Feed) -> PCollection<(Auction, Bid)> {
    winners(events, |auction| auction, |bid| bid)
        .window_by(Windowing::sessions(Duration::from_millis(1)), |(auction, _), _, windows| {
            windows.push(auction.opening());
        })
        .map(|(auction, bid)| (*auction, bid))
}
