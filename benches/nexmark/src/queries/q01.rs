//! Query 1, *currency conversion*: what are the bids in euros?
//!
//! Definition: `Query1` of Beam's NEXMark suite.

use beamline::PCollection;

use crate::events::{Bid, Event, bids};

/// All bids, with prices in cents of a euro, of which a hundred are 89 cents of a dollar.
pub fn currency_conversion(events: &PCollection<Event>) -> PCollection<Bid> {
    bids(events).map(|bid| Bid { price: bid.price * 89 / 100, ..bid })
}
