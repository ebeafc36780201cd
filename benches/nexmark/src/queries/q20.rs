//! Query 20, *expand bid with auction*: bids for things of category 10, with all that is known of these.
//!
//! Definition: `q20` of Flink's NEXMark suite. There everything is remembered for ever; here a bid meets its auction if that
//! was opened at most a minute before, or ten seconds after it, since the generator makes bids for auctions to come.

use std::time::Duration;

use beamline::{PCollection, Within};

use crate::events::{Auction, Bid, Event, Feed};

/// Each bid for an auction of category 10, and the auction.
pub fn expand_bid(events: &impl Feed) -> PCollection<(Bid, Auction)> {
    let events = events.split(|event| !matches!(event, Event::Person(_)));
    let auctions = events.auction.filter(|auction| auction.category == 10).key_by(|auction| auction.id);
    events.bid.key_by(|bid| bid.auction).interval_join(&auctions, opened()).map(|(_, (bid, auction))| (bid, *auction))
}

/// When an auction is opened, seen from the bid.
pub fn opened() -> Within {
    Within::before(Duration::from_mins(1)).and_after(Duration::from_secs(10))
}
