//! Query 3, *local item suggestion*: who in Oregon, Idaho or California sells things of category 10?
//!
//! Definition: `Query3` of Beam's NEXMark suite. There persons are remembered for ever; here an auction meets its seller if
//! they registered at most an hour before, or will in ten minutes, so that the memory of a stream without an end is bounded.

use std::time::Duration;

use beamline::{PCollection, Within};
use serde::{Deserialize, Serialize};

use crate::events::{Event, Feed};

/// Something that is for sale nearby.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LocalItem {
    /// The name of the seller.
    pub name: String,
    /// The seller's city.
    pub city: String,
    /// The seller's state.
    pub state: String,
    /// The auction.
    pub auction: u64,
}

/// The auctions of category 10 of sellers in three states.
pub fn local_item_suggestion(events: &impl Feed) -> PCollection<LocalItem> {
    let events = events.split(|event| !matches!(event, Event::Bid(_)));
    let items = events.auction.filter(|auction| auction.category == 10).map(|auction| (auction.seller, auction.id));
    let neighbours = events.person.filter(|person| matches!(&*person.state, "or" | "id" | "ca"));
    items.interval_join(&neighbours.key_by(|person| person.id), registered()).map(|(_, (auction, seller))| LocalItem {
        name: seller.name,
        city: seller.city,
        state: seller.state,
        auction,
    })
}

/// When a seller registers, seen from the auction.
pub fn registered() -> Within {
    Within::before(Duration::from_hours(1)).and_after(Duration::from_mins(10))
}
