//! Bids with the auctions that they are for.

use std::sync::Arc;

use beamline_nexmark::events::{Auction, Bid, Event};

use super::join::{Join, Side};

/// Bids with their auctions of category 10, if these were opened at most a minute before, or ten seconds after.
pub type Expanded = Join<Bid, Arc<Auction>, 60_000, 10_000>;

/// A bid, or an auction of category 10.
pub fn expandable(event: Event) -> Option<Side<Bid, Arc<Auction>>> {
    let millis = event.date_time().millis();
    match event {
        Event::Auction(auction) if auction.category == 10 => Some(Side::Right(auction.id, millis, auction.into())),
        Event::Bid(bid) => Some(Side::Left(bid.auction, millis, bid)),
        _ => None,
    }
}
