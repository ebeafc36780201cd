//! Query 20, *expand bid with auction*: bids for things of category 10, with all that is known of these.
//!
//! Definition: `q20` of Flink's NEXMark suite. There everything is remembered for ever; here a bid meets its auction if that
//! was opened at most a minute before, or ten seconds after it, since the generator makes bids for auctions to come.

use std::sync::Arc;
use std::time::Duration;

use beamline::{OutputEnum, PCollection, Within};
use serde::{Deserialize, Serialize};

use crate::events::{Auction, Bid, Event, Feed};

/// What meets, with the number of the auction. Auctions are shared, as each of them meets many bids.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, OutputEnum)]
enum Side {
    Auction((u64, Arc<Auction>)),
    Bid((u64, Bid)),
}

impl Side {
    fn of(event: Event) -> Option<Self> {
        match event {
            Event::Auction(auction) if auction.category == 10 => Some(Self::Auction((auction.id, auction.into()))),
            Event::Bid(bid) => Some(Self::Bid((bid.auction, bid))),
            _ => None,
        }
    }
}

/// Each bid for an auction of category 10, and the auction.
pub fn expand_bid(events: &impl Feed) -> PCollection<(Bid, Arc<Auction>)> {
    let sides = events.only(Side::of).named("ByAuction").split_with(|side| side);
    sides.bid.interval_join(&sides.auction, opened()).values()
}

/// When an auction is opened, seen from the bid.
pub fn opened() -> Within {
    Within::before(Duration::from_mins(1)).and_after(Duration::from_secs(10))
}
