//! Query 2, *selection*: which bids are there for particular auctions?
//!
//! Definition: `Query2` of Beam's NEXMark suite.

use beamline::PCollection;

use crate::events::{Event, bids};

/// Auctions whose number can be divided by this one are looked for.
pub const SKIP: u64 = 123;

/// The auction and the price of each bid for one of the auctions.
pub fn selection(events: &PCollection<Event>) -> PCollection<(u64, u64)> {
    bids(events).filter(|bid| bid.auction.is_multiple_of(SKIP)).map(|bid| (bid.auction, bid.price))
}
