//! The events of one kind.

use beamline::PCollection;

use super::model::EventOutputs;
use super::{Bid, Event};

/// All bids.
#[track_caller]
pub fn bids(events: &PCollection<Event>) -> PCollection<Bid> {
    events.flat_map(Event::bid).named("Bids")
}

/// Each kind of events, for queries that look at several.
#[track_caller]
pub fn split(events: &PCollection<Event>) -> EventOutputs {
    events.split_with(|event| event)
}
