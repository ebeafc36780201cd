//! Query 1, *currency conversion*: what are the bids in euros?
//!
//! Definition: `Query1` of Beam's NEXMark suite.

use beamline::PCollection;

use crate::events::{Bid, Feed};

/// All bids, with prices in cents of a euro, of which a hundred are 89 cents of a dollar.
pub fn currency_conversion(events: &impl Feed) -> PCollection<Bid> {
    events.bids().map(|bid| Bid { price: bid.price * 89 / 100, ..bid })
}
