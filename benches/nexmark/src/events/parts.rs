//! The events of one kind.

use beamline::PCollection;

use super::{Auction, Bid, Event, Person};

/// Everybody who registers.
#[track_caller]
pub fn persons(events: &PCollection<Event>) -> PCollection<Person> {
    events.flat_map(Event::person).named("Persons")
}

/// All auctions that are opened.
#[track_caller]
pub fn auctions(events: &PCollection<Event>) -> PCollection<Auction> {
    events.flat_map(Event::auction).named("Auctions")
}

/// All bids.
#[track_caller]
pub fn bids(events: &PCollection<Event>) -> PCollection<Bid> {
    events.flat_map(Event::bid).named("Bids")
}
