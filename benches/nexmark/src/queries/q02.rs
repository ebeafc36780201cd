//! Query 2, *selection*: which bids are there for particular auctions?
//!
//! Definition: `Query2` of Beam's NEXMark suite.

use beamline::PCollection;

use crate::events::Feed;

/// Auctions whose number can be divided by this one are looked for.
pub const SKIP: u64 = 123;

/// The auction and the price of each bid for one of the auctions.
pub fn selection(events: &impl Feed) -> PCollection<(u64, u64)> {
    events.of_bids(|bid| (bid.auction, bid.price)).filter(|(auction, _)| auction.is_multiple_of(SKIP))
}
