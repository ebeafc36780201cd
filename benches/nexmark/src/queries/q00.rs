//! Query 0, *pass through*: what reading the events and a step that does nothing cost.
//!
//! Definition: `Query0` of Beam's NEXMark suite.

use beamline::PCollection;

use crate::events::{Event, Feed};

/// All events, as they are.
pub fn pass_through(events: &impl Feed) -> PCollection<Event> {
    events.all().map(|event| event)
}
